// link.h -- the port between a driver and whatever carries its packets: a bus, a socket, an emulator, a recorder.
#pragma once

#include "base/bytes.h"

#include <chrono>

namespace signet::element {

// One conversation with one chip. wake .. idle or sleep is one turn at the bus: a link that is shared among processes
// holds its lock from wake() to idle() or sleep().
struct Link {
  virtual ~Link() = default;

  // Wakes the chip and reads its four-byte greeting. unavailable: nobody answered.
  virtual Status wake() = 0;
  // Sends one whole command packet (count .. crc) and returns one whole response packet (count .. crc), waiting at most
  // `longest` for the chip to be ready. Judges nothing: counts and checksums are the driver's to check.
  virtual Result<Buffer> exchange(Bytes command_packet, std::chrono::milliseconds longest) = 0;
  // Low power, volatile state kept.
  virtual Status idle() = 0;
  // Low power, volatile state lost.
  virtual Status sleep() = 0;
  // In the midst of a turn that is longer than the chip's watchdog: idle and wake, volatile state kept. A link that
  // holds a lock keeps it; on a bus that a server gives to several hosts, another may come between.
  virtual Status renew() {
    TRY(idle());
    return wake();
  }
};

}  // namespace signet::element
