// Every opcode with every param1, and around every legal length and param2: 03 for what is wrong in any state, and for
// nothing else. The rules here are written a second time, from the table of commands in docs/formats/element-wire.md.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

struct Shape {
  std::uint8_t p1;
  std::uint16_t p2;
  std::size_t n;  // bytes of data

  bool bit(unsigned i) const { return (p1 >> i & 1) != 0; }
  bool slot() const { return p2 < 16; }
};

struct Grammar {
  Opcode opcode;
  bool (*legal)(const Shape&);
};

bool is_place(const Shape& s) {
  const unsigned zone = s.p1 & 3, block = zone == 2 ? s.p2 >> 8 : s.p2 >> 3, slot = s.p2 >> 3 & 0x1f;
  const unsigned at = block * 32 + (s.bit(7) ? 0 : (s.p2 & 7) * 4);
  if (zone == 0) return at < 128;
  if (zone == 1) return at < 64;
  return zone == 2 && slot < 16 && at < (slot < 8 ? 36u : slot == 8 ? 416u : 72u);
}

bool is_check_mac(const Shape& s) { return (s.p1 & 0xd8) == 0 && s.slot() && s.n == 77; }
bool is_counter(const Shape& s) { return s.p1 < 2 && s.p2 < 2 && s.n == 0; }
bool is_derive_key(const Shape& s) { return (s.p1 == 0 || s.p1 == 4) && s.slot() && (s.n == 0 || s.n == 32); }
bool is_ecdh(const Shape& s) {
  const unsigned target = s.p1 & 0x0c;
  if ((s.p1 & 0xf0) != 0 || s.n != 64 || (s.bit(1) && (target == 4 || target == 8))) return false;
  return s.slot() || (s.p2 == 0xffff && s.bit(0) && target != 4);
}
bool is_gen_dig(const Shape& s) {
  switch (s.p1) {
    case 0: return s.p2 < 4 && s.n == 0;
    case 1: return s.p2 < 2 && s.n == 0;
    case 2: return s.slot() && (s.n == 0 || s.n == 4);
    case 3: return (s.p2 & 0x7f00) == 0 && s.n == 32;
    case 4: return s.p2 < 2 && s.n == 0;
    case 5: return s.slot() && s.n == 0;
    default: return false;
  }
}
bool is_gen_key(const Shape& s) {
  if (s.p1 == 0x10) return s.slot() && s.n == 3;
  return (s.p1 & 0xf3) == 0 && s.n == 0 && (s.slot() || (s.p2 == 0xffff && s.p1 == 4));
}
bool is_info(const Shape& s) {
  if (s.n != 0) return false;
  return s.p1 == 0 || (s.p1 == 1 && s.slot()) || s.p1 == 2 || (s.p1 == 4 && s.p2 < 4);
}
bool is_lock(const Shape& s) {
  const unsigned kind = s.p1 & 3;
  return s.n == 0 && !s.bit(6) && kind != 3 && (kind == 2 || (s.p1 & 0x3c) == 0);
}
bool is_mac(const Shape& s) { return (s.p1 & 0x88) == 0 && s.slot() && s.n == (s.bit(0) ? 0u : 32u); }
bool is_nonce(const Shape& s) {
  if (s.p1 < 2) return s.n == 20 && (s.p2 == 0 || s.p2 == 0x8000);
  const unsigned target = s.p1 >> 6;
  if ((s.p1 & 0x1f) != 3 || target == 3 || s.p2 != 0) return false;
  return s.bit(5) ? s.n == 64 && target != 2 : s.n == 32;
}
bool is_priv_write(const Shape& s) { return (s.p1 == 0 || s.p1 == 0x40) && s.slot() && s.n == 68; }
bool is_random(const Shape& s) { return s.p1 < 2 && s.p2 == 0 && s.n == 0; }
bool is_read(const Shape& s) { return (s.p1 & 0x7c) == 0 && is_place(s) && s.n == 0; }
bool is_sign(const Shape& s) { return s.n == 0 && s.slot() && (s.bit(7) ? (s.p1 & 0x1f) == 0 : (s.p1 & 0x3e) == 0); }
bool is_update_extra(const Shape& s) { return s.p1 < 2 && s.n == 0; }
bool is_verify(const Shape& s) {
  const unsigned mode = s.p1 & 7;
  if (mode == 3 || mode == 7) return s.p1 == mode && s.slot() && s.n == 64 + 19;
  if ((s.p1 & 0x58) != 0) return false;
  return mode == 0 ? s.slot() && s.n == 64 : mode == 2 && s.p2 == 4 && s.n == 128;
}
bool is_write(const Shape& s) {
  if ((s.p1 & 0x3c) != 0 || !is_place(s)) return false;
  if (s.bit(6)) return (s.p1 & 3) != 0 && s.bit(7) && s.n == 64;
  return s.n == (s.bit(7) ? 32u : 4u);
}

const Grammar grammars[] = {
    {Opcode::check_mac, is_check_mac},
    {Opcode::counter, is_counter},
    {Opcode::derive_key, is_derive_key},
    {Opcode::ecdh, is_ecdh},
    {Opcode::gen_dig, is_gen_dig},
    {Opcode::gen_key, is_gen_key},
    {Opcode::info, is_info},
    {Opcode::lock, is_lock},
    {Opcode::mac, is_mac},
    {Opcode::nonce, is_nonce},
    {Opcode::priv_write, is_priv_write},
    {Opcode::random, is_random},
    {Opcode::read, is_read},
    {Opcode::sign, is_sign},
    {Opcode::update_extra, is_update_extra},
    {Opcode::verify, is_verify},
    {Opcode::write, is_write},
};

constexpr std::uint16_t params[] = {0,     1,     2,      3,      4,      5,      7,      8,      15,    16,    17,
                                    0x1f,  0x20,  0x40,   0x47,   0x78,   0x80,   0xff,   0x100,  0x105, 0x108, 0x140,
                                    0x200, 0x201, 0x0c40, 0x0d40, 0x4000, 0x8000, 0x80ff, 0x8100, 0xffff};
constexpr std::size_t sizes[] = {0,  1,  3,  4,  5,  19, 20, 21, 31, 32, 33,  36,  63,  64, 65,
                                 67, 68, 69, 76, 77, 78, 82, 83, 84, 96, 127, 128, 129, 148};

std::string words(const Shape& s) {
  return " param1 " + hex(Buffer{s.p1}) + " param2 " + std::to_string(s.p2) + " data " + std::to_string(s.n);
}

// All shapes of one param1 that differ from a legal one in one place at most; of an illegal one all lengths.
void expect_of(TestChip& chip, const Grammar& grammar, std::uint8_t p1) {
  static const Buffer data = sequence(0, 148);
  const auto expect = [&](const Shape& shape) {
    const bool refused = chip.answer(grammar.opcode, shape.p1, shape.p2, Bytes{data}.first(shape.n)) == "03";
    EXPECT_EQ(refused, !grammar.legal(shape)) << name_of(static_cast<std::uint8_t>(grammar.opcode)) << words(shape);
  };
  std::optional<Shape> good;
  for (const std::uint16_t p2 : params) {
    for (const std::size_t n : sizes) {
      if (!good && grammar.legal({p1, p2, n})) good = Shape{p1, p2, n};
    }
  }
  for (const std::size_t n : sizes) expect({p1, good ? good->p2 : std::uint16_t{0}, n});
  for (const std::uint16_t p2 : params) {
    if (good) expect({p1, p2, good->n});
  }
}

TEST(EmulatorParameters, AreAParseErrorExactlyWhenNoStateCouldPermitThem) {
  for (const Locks locks : {Locks::none, Locks::both}) {
    for (const Grammar& grammar : grammars) {
      TestChip chip{locks};
      for (unsigned p1 = 0; p1 < 256; p1 += locks == Locks::none ? 1 : 4)
        expect_of(chip, grammar, static_cast<std::uint8_t>(p1));
      if (HasFailure()) return;
    }
  }
}

TEST(EmulatorParameters, OpcodesThatTheChipLacksAreAParseError) {
  TestChip chip;
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const auto code = static_cast<std::uint8_t>(opcode);
    if (name_of(code).find("opcode") == std::string::npos) continue;
    for (const std::size_t n : sizes) EXPECT_EQ(chip.answer(Opcode{code}, 0, 0, Buffer(n)), "03") << opcode;
  }
  EXPECT_NE(chip.answer(Opcode::info, 0, 0), "03");
}

// Whatever is refused leaves the chip's memory, TempKey, buffers and authorisation alone.
TEST(EmulatorParameters, ARefusedCommandChangesNothing) {
  for (const Locks locks : {Locks::config, Locks::both}) {
    for (const Grammar& grammar : grammars) {
      for (unsigned p1 = 0; p1 < 256; ++p1) {
        TestChip chip{locks};
        chip.load_temp_key(sequence(0, 32));
        chip.load_digest_buffer(sequence(1, 32));
        chip.chip.ram.authorised = 3;
        const Memory before = chip.chip.memory;
        const std::string state = chip.answer(Opcode::info, mode::info_state, 0);
        const std::string answer =
            chip.answer(grammar.opcode, static_cast<std::uint8_t>(p1), 2, Buffer(p1 % 2 == 0 ? 32 : 0));
        if (answer != "03" && answer != "0f") continue;
        EXPECT_TRUE(chip.chip.memory == before);
        EXPECT_EQ(chip.answer(Opcode::info, mode::info_state, 0), state);
        EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), hex(sequence(0, 32)));
        EXPECT_EQ(hex(Bytes{chip.chip.ram.digest_buffer.bytes}.first(32)), hex(sequence(1, 32)));
      }
    }
  }
}

}  // namespace
}  // namespace signet::element::emulator
