// chip_for_test.h -- a chip core in a chosen state, and short ways to ask it. Tests alone include this.
#pragma once

#include "element/emulator/chip.h"

#include <numeric>

namespace signet::element::emulator {

// S(o, n) of the vectors: bytes o, o+1, ...
inline Buffer sequence(unsigned from, std::size_t size) {
  Buffer out(size);
  std::iota(out.begin(), out.end(), static_cast<std::uint8_t>(from));
  return out;
}

// Gives a fixed block first, then seeded bytes.
class StagedRandom final : public crypto::Random {
 public:
  void stage(Buffer next) { staged_ = std::move(next); }
  void fill(std::span<std::uint8_t> out) override {
    if (staged_.size() != out.size()) return rest_.fill(out);
    std::ranges::copy(std::exchange(staged_, {}), out.begin());
  }

 private:
  Buffer staged_;
  crypto::SeededRandom_for_test rest_{608};
};

enum class Locks { none, config, both };

struct TestChip {
  TestChip(Locks locks = Locks::both) {
    ConfigZone& config = chip.memory.config;
    if (locks != Locks::none) config[at::lock_config] = 0;
    if (locks == Locks::both) config[at::lock_value] = 0;
    // The personalisation profile of the facts, section 2.8.
    constexpr std::uint16_t slots[16][2] = {{0x0081, 0x0013}, {0x0082, 0x0013}, {0x2085, 0x0033}, {0x2085, 0x0033},
                                            {0x2085, 0x0033}, {0x8080, 0x001c}, {0x0090, 0x003c}, {0x8080, 0x001c},
                                            {0x0000, 0x003c}, {0x0080, 0x0038}, {0x0000, 0x003c}, {0x0000, 0x0030},
                                            {0x0000, 0x003c}, {0x8000, 0x0010}, {0x100d, 0x0032}, {0x0000, 0x0030}};
    for (unsigned slot = 0; slot < slot_count; ++slot) configure(slot, slots[slot][0], slots[slot][1]);
  }

  void configure(unsigned slot, std::uint16_t slot_bits, std::uint16_t key_bits) {
    put(at::slot_config + 2 * slot, slot_bits);
    put(at::key_config + 2 * slot, key_bits);
  }
  void put(std::size_t offset, std::uint16_t bits) {
    chip.memory.config[offset] = static_cast<std::uint8_t>(bits);
    chip.memory.config[offset + 1] = static_cast<std::uint8_t>(bits >> 8);
  }
  // Puts a fresh private key into the slot, whatever locks say.
  crypto::PublicKey plant_key(unsigned slot) {
    const crypto::PrivateKey key = crypto::generate_private_key(random);
    std::ranges::fill(chip.memory.data.slot(slot), std::uint8_t{0});
    std::ranges::copy(key.reveal(), chip.memory.data.slot(slot).begin() + 4);
    return crypto::public_key_of(key);
  }

  Buffer ask(Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    const Buffer packet = encode({static_cast<std::uint8_t>(opcode), param1, param2, data});
    return copy_of(decode_response(chip.execute(packet)).value());
  }
  // As hex: "00", "0f", or the data.
  std::string answer(Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    return hex(ask(opcode, param1, param2, data));
  }
  // "0f" and the like for a status, "data" for anything longer.
  std::string kind(Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    const Buffer out = ask(opcode, param1, param2, data);
    return out.size() == 1 ? hex(out) : "data";
  }
  void load_temp_key(Bytes bytes) { ask(Opcode::nonce, mode::nonce_pass_through, 0, bytes); }
  void load_digest_buffer(Bytes bytes) {
    ask(Opcode::nonce, mode::nonce_pass_through | mode::nonce_to_digest_buffer, 0, bytes);
  }

  StagedRandom random;
  Chip chip{blank_memory(random), random};
};

}  // namespace signet::element::emulator
