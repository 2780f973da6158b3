// open_link.h -- a Link by its name.
//
//   i2c:/dev/i2c-1             a chip on Linux's own bus, at one of the factory's addresses
//   i2c:/dev/i2c-1:0x60        at this one, 7-bit
//   serial:/dev/ttyUSB0        a single-wire chip on a UART
//   unix:PATH                  a bus served on a unix socket, as signet-element does
//   tcp:HOST:PORT              the same over TCP
//   record:FILE:LINK           any of these, with all that is said written to a new FILE (0600)
//   replay:FILE                no chip: what was recorded, in the same order
#pragma once

#include "element/link/i2c_bus.h"
#include "element/wire/link.h"

#include <memory>

namespace signet::element {

// malformed, naming the schemes there are, for a name of no known scheme; otherwise what the link says.
Result<std::unique_ptr<Link>> open_link(std::string_view name);

// The bus of an i2c, unix or tcp link, for who looks for chips on it; and the address that the name holds.
struct BusPlace {
  std::unique_ptr<I2cBus> bus;
  std::optional<std::uint8_t> address;
};
Result<BusPlace> open_bus(std::string_view name);

// 7-bit, 0x08 to 0x77. malformed for anything else; the 8-bit form 0xC0 is explained.
Result<std::uint8_t> parse_bus_address(std::string_view text);

// True for links that no real chip can be behind: our own bus on a socket, a pseudo-terminal, a replay.
bool is_emulated_link(std::string_view name);

}  // namespace signet::element
