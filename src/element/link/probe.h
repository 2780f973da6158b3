// probe.h -- looks for chips on a bus, address by address, and says what it saw and what that means.
//
// It wakes every chip on the bus and reads four bytes at each address; a chip that answers as an ATECC is asked for its
// serial number and configuration, and sent to idle. Nothing is written to another chip.
#pragma once

#include "element/link/i2c_bus.h"
#include "element/wire/config.h"

#include <vector>

namespace signet::element {

enum class Sight : std::uint8_t { nothing, chip, half_awake, self_test_failed, other };

struct Seen {
  std::uint8_t address;
  Sight sight;
  Buffer greeting;                    // what came; empty: not acknowledged
  std::optional<Buffer> first_block;  // of the configuration, when the chip gave it: serial number, address, ChipMode
  std::optional<Buffer> lock_word;    // bytes 84 .. 87
  // "an ATECC608 that was left awake ...": what it means and what to do.
  std::string words;
};

// The factory's addresses, or all from 0x08 to 0x77. In the answer all that acknowledged, and of the factory's all.
Result<std::vector<Seen>> probe(I2cBus& bus, bool all_addresses);
// One sentence on the whole, with the next step.
std::string verdict_of(const std::vector<Seen>& seen, const std::string& bus_name);

}  // namespace signet::element
