// serial_port.h -- a serial line of Linux as the chip's single wire: 230400 baud, seven data bits, no parity.
#pragma once

#include "base/port/file.h"
#include "element/link/i2c_bus.h"
#include "element/link/swi_link.h"

namespace signet::element {

// not_found or forbidden naming the path; malformed when it is no serial line.
Result<std::unique_ptr<SerialPort>> open_serial_port(const std::string& path, Millis lock_wait = bus_lock_wait_max);

}  // namespace signet::element
