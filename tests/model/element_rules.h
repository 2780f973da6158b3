// element_rules.h -- the chip's rules once more, small and apart from the emulator's code: from the bytes of the
// configuration, as facts about the chip say them. The model test holds the emulator to these.
#pragma once

#include "element/emulator/memory.h"
#include "element/wire/packet.h"

namespace signet::model {

using element::Command;
using element::emulator::Memory;

struct Slot {
  unsigned number;
  std::uint16_t slot_config, key_config;
  bool is_locked;

  bool is_private() const { return (key_config & 1) != 0; }
  bool is_p256() const { return (key_config >> 2 & 7) == 4; }
  bool has_pub_info() const { return (key_config & 2) != 0; }
  bool is_secret() const { return (slot_config & 0x80) != 0; }
  bool reads_encrypted() const { return (slot_config & 0x40) != 0; }
  bool no_mac() const { return (slot_config & 0x10) != 0; }
  bool read_key_bit(unsigned bit) const { return (slot_config >> bit & 1) != 0; }
  bool config_bit(unsigned bit) const { return (slot_config >> bit & 1) != 0; }
  unsigned write_config() const { return slot_config >> 12; }
};

inline std::uint16_t u16(const Memory& memory, std::size_t at) {
  return static_cast<std::uint16_t>(memory.config[at] | memory.config[at + 1] << 8);
}
inline Slot slot_of(const Memory& memory, unsigned n) {
  return {n, u16(memory, 20 + 2 * n), u16(memory, 96 + 2 * n), (u16(memory, 88) >> n & 1) == 0};
}
inline bool config_locked(const Memory& memory) { return memory.config[87] != 0x55; }
inline bool data_locked(const Memory& memory) { return memory.config[86] != 0x55; }

// [2.6] once more, from the table: 8 bytes to a number.
inline std::uint32_t counter(const Memory& memory, unsigned id) {
  const std::uint8_t* const b = memory.config.data() + 52 + 8 * id;
  const unsigned lin_a = b[0] << 8 | b[1], lin_b = b[2] << 8 | b[3], bin_a = b[4] << 8 | b[5];
  const auto zeros = [](unsigned word) {
    unsigned n = 16;
    for (; word != 0; word >>= 1) --n;
    return n;
  };
  return bin_a * 32 + zeros(lin_a) + (lin_a == 0 ? zeros(lin_b) : 0);
}

// Where Read and Write go. Empty: nowhere, a parse error.
struct Range {
  unsigned zone = 0, slot = 0;
  std::size_t at = 0, size = 0, inside = 0;  // inside: what lies before the end
};
inline std::optional<Range> range_of(std::uint8_t param1, std::uint16_t address) {
  const unsigned zone = param1 & 3;
  const bool block = (param1 & 0x80) != 0;
  if ((param1 & 0x3c) != 0 || zone == 3) return std::nullopt;
  Range out{.zone = zone, .size = block ? 32u : 4u};
  if (zone == 2 ? (address & 0xf080) != 0 : (address & 0xffe0) != 0) return std::nullopt;
  if (zone == 2) out.slot = address >> 3 & 15;
  const unsigned block_number = zone == 2 ? address >> 8 & 15 : address >> 3 & 3;
  out.at = block_number * 32 + (block ? 0 : (address & 7) * 4);
  const std::size_t end = zone == 0 ? 128 : zone == 1 ? 64 : out.slot < 8 ? 36 : out.slot == 8 ? 416 : 72;
  if (out.at >= end) return std::nullopt;
  out.inside = std::min(out.size, end - out.at);
  return out;
}

inline const std::uint8_t* bytes_at(const Memory& memory, const Range& range) {
  if (range.zone == 0) return memory.config.data() + range.at;
  if (range.zone == 1) return memory.data.otp.data() + range.at;
  return memory.data.slot(range.slot).data() + range.at;
}

// What a clear Read answers: 0 data, or the status.
inline std::uint8_t read_verdict(const Memory& memory, const Range& range) {
  if (range.zone == 0) return 0;
  if (!data_locked(memory)) return 0x0f;
  if (range.zone == 1) return 0;
  const Slot slot = slot_of(memory, range.slot);
  return slot.is_private() || slot.is_secret() || slot.reads_encrypted() ? 0x0f : 0;
}

// What a clear Write answers: 0, or the status.
inline std::uint8_t write_verdict(const Memory& memory, const Range& range) {
  if (range.zone == 0) {
    if (config_locked(memory) || range.at < 16) return 0x0f;
    for (std::size_t i = range.at; i < range.at + range.size; ++i) {
      if (i < 16 || (i >= 84 && i < 88)) return 0x0f;
    }
    return 0;
  }
  if (!config_locked(memory)) return 0x0f;
  if (range.zone == 1) return !data_locked(memory) && range.size == 32 ? 0 : 0x0f;
  const Slot slot = slot_of(memory, range.slot);
  if (slot.is_private() || slot.is_locked) return 0x0f;
  if (!data_locked(memory)) return range.size == 32 ? 0 : 0x0f;
  if (slot.is_secret() && range.size != 32) return 0x0f;
  if (slot.write_config() == 0) return 0;
  const bool validated = memory.data.slot(range.slot)[0] >> 4 == 5;
  const bool while_invalid = slot.write_config() == 1 && slot.is_p256() && range.slot >= 8 && slot.has_pub_info();
  return while_invalid && !validated ? 0 : 0x0f;
}

// Which slot a command may change, if it changes any.
inline std::optional<unsigned> target_slot(const Memory& memory, const Command& command) {
  const unsigned named = command.param2 & 15;
  switch (command.opcode) {
    case 0x12: return command.param2 >> 3 & 15;   // Write
    case 0x1c:                                    // DeriveKey
    case 0x40:                                    // GenKey
    case 0x45:                                    // Verify: the validity of a public key
    case 0x46: return named;                      // PrivWrite
    case 0x43: return named | 1;                  // ECDH
    case 0x56: return command.param2 >> 8 & 15;   // KDF
    case 0x80: return u16(memory, 70) >> 8 & 15;  // SecureBoot
    default: return std::nullopt;
  }
}

// May `slot` have been changed by this command at all?
inline bool may_change(const Memory& memory, const Command& command, const Slot& slot) {
  const bool open = !data_locked(memory);
  switch (command.opcode) {
    case 0x12:
    case 0x1c: return !slot.is_private() && !slot.is_locked;
    case 0x40: return slot.is_private() && !slot.is_locked && (open || slot.config_bit(13));
    case 0x46: return slot.is_private() && !slot.is_locked && (open || (slot.config_bit(14) && command.param1 == 0x40));
    case 0x43:
    case 0x56: return !slot.is_private() && !slot.is_locked && !open;
    case 0x45: return !slot.is_private() && slot.is_p256() && slot.has_pub_info();
    case 0x80: return !slot.is_private() && !open;
    default: return false;
  }
}

// Sizes of answers that are data.
inline bool is_legal_size(std::uint8_t opcode, std::size_t size) {
  switch (opcode) {
    case 0x51: return size == 16;
    case 0x24:
    case 0x30: return size == 4;
    case 0x43: return size == 32 || size == 64;
    case 0x40:
    case 0x41: return size == 64;
    case 0x56: return size == 32 || size == 64 || size == 96;
    case 0x08:
    case 0x16:
    case 0x1b:
    case 0x45:
    case 0x80: return size == 32;
    case 0x02: return size == 4 || size == 32;
    case 0x47: return size == 32 || (size >= 36 && size <= 99);
    default: return false;
  }
}

}  // namespace signet::model
