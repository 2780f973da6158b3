// memory.h -- what a chip keeps without power: configuration, one-time bytes, slots.
#pragma once

#include "crypto/p256.h"
#include "element/wire/config.h"

namespace signet::element::emulator {

// Wipes itself: slots hold private keys.
struct Memory {
  Memory() = default;
  Memory(const Memory&) = default;
  Memory& operator=(const Memory&) = default;
  ~Memory() { crypto::wipe(data.data); }

  bool operator==(const Memory& other) const {
    return config == other.config && data.otp == other.data.otp && data.data == other.data.data;
  }

  ConfigZone config{};
  DataImage data;
};

// Where a Read or Write goes. Ends with the zone or slot.
std::span<std::uint8_t> bytes_at(Memory& memory, const Place& place);

// As it leaves the factory: unlocked, empty, with a serial number 01 23 .. .. .. .. .. .. 01 of its own.
Memory blank_memory(crypto::Random& random);

}  // namespace signet::element::emulator
