// element_moves.h -- what the model test plays: chips in many configurations, commands that are mostly legal.
#pragma once

#include "element/emulator/chip.h"

namespace signet::model {

using element::Opcode;

// splitmix64: fast, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(next() >> 33) % n; }
  bool one_in(unsigned n) { return below(n) == 0; }
  template <class T, std::size_t N>
  T pick(const T (&from)[N]) {
    return from[below(N)];
  }
  Buffer bytes(std::size_t size) {
    Buffer out(size);
    for (std::size_t i = 0; i < size; i += 8) {
      const std::uint64_t draw = next();
      for (std::size_t k = i; k < std::min(i + 8, size); ++k) out[k] = static_cast<std::uint8_t>(draw >> 8 * (k - i));
    }
    return out;
  }

 private:
  std::uint64_t state_;
};

// A command that owns its data.
struct Move {
  std::uint8_t opcode = 0, param1 = 0;
  std::uint16_t param2 = 0;
  Buffer data = {};
};

struct Shape {
  Opcode opcode;
  unsigned weight;
  std::vector<std::uint8_t> modes;
  std::vector<std::size_t> sizes;
};

// Elliptic curves cost a hundred times what the rest does: they come seldom.
inline const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {Opcode::read, 300, {0x00, 0x80, 0x01, 0x81, 0x02, 0x82, 0x82}, {0}},
      {Opcode::write, 200, {0x00, 0x02, 0x82, 0x80, 0x81}, {4, 32}},
      {Opcode::write, 20, {0xc2, 0xc1}, {64}},
      {Opcode::nonce, 120, {0, 1}, {20}},
      {Opcode::nonce, 120, {3, 0x43, 0x83}, {32}},
      {Opcode::nonce, 20, {0x23, 0x63}, {64}},
      {Opcode::gen_dig, 60, {0, 1, 2, 4, 5}, {0}},
      {Opcode::gen_dig, 20, {3}, {32}},
      {Opcode::mac, 60, {0x00, 0x01, 0x05, 0x41, 0x02, 0x06}, {0, 32}},
      {Opcode::check_mac, 40, {0, 1, 5, 2, 6}, {77}},
      {Opcode::derive_key, 40, {0, 4}, {0, 32}},
      {Opcode::counter, 40, {0, 1}, {0}},
      {Opcode::info, 60, {0, 1, 2, 4}, {0}},
      {Opcode::random, 20, {0, 1}, {0}},
      {Opcode::self_test, 1, {0x00, 0x01, 0x20, 0x3b}, {0}},
      {Opcode::update_extra, 20, {0, 1}, {0}},
      {Opcode::lock, 6, {0x80, 0x81, 0x82, 0x86, 0x8a, 0xa2, 0xbe, 0x00}, {0}},
      {Opcode::sha, 60, {0, 4}, {0}},
      {Opcode::sha, 60, {1, 2, 0x42, 0xc2}, {7, 32, 64}},
      {Opcode::sha, 10, {3, 6}, {0}},
      {Opcode::sha, 5, {7}, {36, 99}},
      {Opcode::aes, 30, {0, 1, 0x40, 0xc1}, {16}},
      {Opcode::aes, 5, {3}, {32}},
      {Opcode::kdf, 40, {0x10, 0x11, 0x12, 0x13, 0x00, 0x0a, 0x50, 0x52, 0x56, 0x4a, 0x32, 0x30}, {20, 36}},
      {Opcode::priv_write, 20, {0x00, 0x40}, {68}},
      {Opcode::secure_boot, 4, {5, 7, 0x85}, {96}},
      {Opcode::secure_boot, 4, {6, 0x86}, {32}},
      {Opcode::gen_key, 10, {0x00, 0x04, 0x04, 0x08, 0x0c}, {0}},
      {Opcode::gen_key, 5, {0x10}, {3}},
      {Opcode::sign, 10, {0x80, 0xa0, 0xc0, 0x00, 0x40}, {0}},
      {Opcode::verify, 3, {0x02, 0x22}, {128}},
      {Opcode::verify, 3, {0x00, 0x20, 0x80}, {64}},
      {Opcode::verify, 3, {0x03, 0x07}, {83}},
      {Opcode::ecdh, 6, {0x00, 0x04, 0x08, 0x0c, 0x0e}, {64}},
  };
  return all;
}

class Player {
 public:
  explicit Player(std::uint64_t seed) : dice_(seed) {
    for (const Shape& shape : shapes()) weights_ += shape.weight;
    crypto::SeededRandom_for_test random{seed};
    const crypto::PrivateKey key = crypto::generate_private_key(random);
    point_ = crypto::public_key_of(key);
    signature_ = crypto::sign(key, digest_);
  }
  Dice& dice() { return dice_; }

  // What a host does in one turn: at random, or what only makes sense together.
  std::vector<Move> turn() {
    std::vector<Move> out;
    if (dice_.one_in(6)) out = together();
    for (unsigned more = out.empty() ? 1 + dice_.below(3) : dice_.below(2); more > 0; --more) out.push_back(move());
    return out;
  }

  Move move() {
    unsigned draw = dice_.below(weights_);
    const Shape* shape = shapes().data();
    while (draw >= shape->weight) draw -= (shape++)->weight;
    Move out{.opcode = static_cast<std::uint8_t>(shape->opcode)};
    out.param1 = shape->modes[dice_.below(static_cast<unsigned>(shape->modes.size()))];
    out.param2 = param2_of(*shape, out.param1);
    out.data = dice_.bytes(shape->sizes[dice_.below(static_cast<unsigned>(shape->sizes.size()))]);
    if (shape->opcode == Opcode::kdf) out.data = kdf_message();
    if (dice_.one_in(40)) harm(out);
    return out;
  }

 private:
  std::vector<Move> together() {
    const auto slot = static_cast<std::uint16_t>(dice_.below(16)), other = static_cast<std::uint16_t>(dice_.below(16));
    const Move random_nonce{0x16, 0x00, 0, dice_.bytes(20)}, input{0x16, 0x03, 0, dice_.bytes(32)};
    const Move to_buffer{0x16, 0x43, 0, copy_of(digest_)};
    const Move point_to_slot{0x43, dice_.one_in(2) ? std::uint8_t{0x0c} : std::uint8_t{0x00}, slot, copy_of(point_)};
    const auto block = static_cast<std::uint16_t>(slot << 3 | dice_.below(2) << 8);
    switch (dice_.below(10)) {
      case 0: return {to_buffer, {0x41, 0xa0, slot}};
      case 1: return {random_nonce, {0x15, 2, other}, {0x02, 0x82, block}};
      case 2: return {input, {0x08, 0x05, slot}};
      case 3: return {to_buffer, {0x45, 0x22, 4, proof()}};
      case 4: return {random_nonce, {0x15, 2, other}, {0x41, 0x00, slot}};
      case 5: return {input, {0x1c, 0x04, slot}};
      case 6: return {point_to_slot};
      case 7: return {input, {0x51, dice_.one_in(2) ? std::uint8_t{0} : std::uint8_t{1}, slot, dice_.bytes(16)}};
      case 8: return {random_nonce, {0x40, 0x08, slot}, {0x41, 0x40, other}};
      default: return {input, {0x56, 0x12, slot, kdf_message()}, {0x02, 0x82, block}};
    }
  }
  Buffer proof() const {
    Buffer out = copy_of(signature_);
    out.insert(out.end(), point_.begin(), point_.end());
    return out;
  }
  std::uint16_t address(std::uint8_t param1) {
    if ((param1 & 3) != 2) return static_cast<std::uint16_t>(dice_.below((param1 & 3) == 0 ? 32 : 16));
    const unsigned slot = dice_.below(16);
    const unsigned block = dice_.below(slot < 8 ? 2 : slot == 8 ? 13 : 3);
    return static_cast<std::uint16_t>(block << 8 | slot << 3 | dice_.below(8));
  }
  std::uint16_t param2_of(const Shape& shape, std::uint8_t param1) {
    const auto slot = static_cast<std::uint16_t>(dice_.below(16));
    switch (shape.opcode) {
      case Opcode::read:
      case Opcode::write: return address(param1);
      case Opcode::sha: return (param1 & 7) == 1 || (param1 & 7) == 2 || param1 == 7 ? 0 : slot;
      case Opcode::kdf: return static_cast<std::uint16_t>(slot | dice_.below(16) << 8);
      case Opcode::counter: return static_cast<std::uint16_t>(dice_.below(2));
      case Opcode::nonce:
      case Opcode::random:
      case Opcode::secure_boot: return 0;
      case Opcode::gen_dig: return param1 == 3 ? std::uint16_t{0x8000} : param1 == 2 || param1 == 5 ? slot : slot & 1;
      case Opcode::verify: return (param1 & 7) == 2 ? std::uint16_t{4} : slot;
      case Opcode::aes:
      case Opcode::gen_key: return dice_.one_in(6) ? std::uint16_t{0xffff} : slot;
      default: return slot;
    }
  }
  Buffer kdf_message() {
    const auto length = static_cast<std::uint8_t>(dice_.one_in(2) ? 16 : 32);
    Buffer out = {2, 0, 0, length};
    const Buffer message = dice_.bytes(length);
    out.insert(out.end(), message.begin(), message.end());
    return out;
  }
  void harm(Move& move) {
    switch (dice_.below(4)) {
      case 0: move.param1 = static_cast<std::uint8_t>(move.param1 ^ 1u << dice_.below(8)); break;
      case 1: move.param2 = static_cast<std::uint16_t>(move.param2 ^ 1u << dice_.below(16)); break;
      case 2: move.data.resize(dice_.below(149)); break;
      default: move.opcode = static_cast<std::uint8_t>(dice_.next()); break;
    }
  }

  Dice dice_;
  unsigned weights_ = 0;
  // A stranger's key, and what it signed.
  crypto::Digest digest_ = crypto::sha256({});
  crypto::PublicKey point_;
  crypto::Signature signature_;
};

}  // namespace signet::model
