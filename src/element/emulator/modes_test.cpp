// Every mode byte of the cryptographic commands: those that the facts name work, all others are parse errors and change
// nothing. And what each does to TempKey.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

#include <set>

namespace signet::element::emulator {
namespace {

using Modes = std::set<unsigned>;

Modes with_any_of(const Modes& base, unsigned bits) {
  Modes out;
  for (const unsigned mode : base) {
    for (unsigned extra = 0; extra < 256; ++extra) {
      if ((extra & ~bits) == 0) out.insert(mode | extra);
    }
  }
  return out;
}

Modes both(Modes a, const Modes& b) {
  a.insert(b.begin(), b.end());
  return a;
}

struct Case {
  Opcode opcode;
  std::uint16_t param2;
  Modes legal;
  std::size_t (*data_size)(unsigned mode);
};

std::size_t verify_size(unsigned mode) {
  switch (mode & 7) {
    case mode::verify_stored: return 64;
    case mode::verify_external: return 128;
    default: return 83;
  }
}

const Case cases[] = {
    {Opcode::sign, 4, both(with_any_of({0x80}, 0x60), with_any_of({0x00}, 0x41)),
     [](unsigned) -> std::size_t { return 0; }},
    {Opcode::verify, 4, both(with_any_of({0, 2}, 0xa0), {3, 7}), verify_size},
    {Opcode::ecdh, 4, both(with_any_of({0x00, 0x0c}, 0x03), with_any_of({0x04, 0x08}, 0x01)),
     [](unsigned) -> std::size_t { return 64; }},
    {Opcode::aes, no_slot, both(with_any_of({0, 1}, 0xc0), {3}),
     [](unsigned mode) -> std::size_t { return (mode & 7) == 3 ? 32 : 16; }},
    {Opcode::secure_boot, 0, with_any_of({5, 6, 7}, 0xc0),
     [](unsigned mode) -> std::size_t { return (mode & 7) == 6 ? 32 : 96; }},
    {Opcode::self_test, 0, with_any_of({0}, 0x3f), [](unsigned) -> std::size_t { return 0; }},
    {Opcode::sha, 0, both({0, 1, 2, 3, 4, 5, 6, 7}, {0x42, 0x45, 0xc2, 0xc5}),
     [](unsigned mode) -> std::size_t { return (mode & 7) == 7 ? 36 : 0; }},
};

TEST(EmulatorModes, AllButThoseThatTheFactsNameAreParseErrors) {
  for (const Case& one : cases) {
    for (unsigned mode = 0; mode < 256; ++mode) {
      TestChip chip;
      chip.load_temp_key(sequence(0, 32));
      const Memory before = chip.chip.memory;
      const std::size_t size = one.data_size(mode);
      const bool has_length = one.opcode == Opcode::sha && (mode & 7) == 7;
      const std::uint16_t param2 = has_length ? 36 : one.param2;
      if (one.opcode == Opcode::sha && mode == mode::sha_update) continue;  // wants a byte at least
      const std::string got = chip.answer(one.opcode, static_cast<std::uint8_t>(mode), param2, Buffer(size));
      EXPECT_EQ(got != "03", one.legal.contains(mode)) << name_of(static_cast<std::uint8_t>(one.opcode)) << " " << mode;
      if (got != "03") continue;
      EXPECT_TRUE(chip.chip.memory == before && chip.chip.ram.temp_key.valid);
    }
  }
}

TEST(EmulatorModes, AndEveryOtherLengthOfDataIs) {
  for (const Case& one : cases) {
    if (one.opcode == Opcode::sha) continue;  // its lengths are in sha_test.cpp
    for (const unsigned mode : one.legal) {
      for (const std::size_t size :
           {0u, 1u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u, 83u, 96u, 97u, 127u, 128u, 129u}) {
        if (size == one.data_size(mode)) continue;
        TestChip chip;
        EXPECT_EQ(chip.answer(one.opcode, static_cast<std::uint8_t>(mode), one.param2, Buffer(size)), "03")
            << name_of(static_cast<std::uint8_t>(one.opcode)) << " " << mode << " of " << size;
      }
    }
  }
}

// [3.2] Sign, Verify and SecureBoot use TempKey up, and only where it takes part; nothing else here does.
TEST(EmulatorModes, UseTempKeyUpWhereTheFactsSay) {
  const crypto::PrivateKey key = [] {
    crypto::SeededRandom_for_test random{5};
    return crypto::generate_private_key(random);
  }();
  const crypto::PublicKey pub = crypto::public_key_of(key);
  const Buffer digest = sequence(1, 32);
  Buffer external = copy_of(crypto::sign(key, Reader{digest}.block<32>().value()));
  Buffer boot = digest;
  Writer{boot}.bytes(external);
  Writer{external}.bytes(pub);
  Buffer kdf;
  Writer{kdf}.u32_le(16u << 24 | 2).bytes(sequence(1, 16));
  struct {
    Opcode opcode;
    std::uint8_t mode;
    std::uint16_t param2;
    Buffer data;
    bool used_up;
  } const rows[] = {{Opcode::sign, 0x80, 4, {}, true},
                    {Opcode::sign, 0xa0, 4, {}, false},
                    {Opcode::verify, 0x02, 4, external, true},
                    {Opcode::verify, 0x22, 4, external, false},
                    {Opcode::verify, 0x00, 15, Buffer(64), true},
                    {Opcode::secure_boot, 0x05, 0, boot, true},
                    {Opcode::kdf, mode::kdf_hkdf | mode::kdf_to_output, 0, kdf, false},
                    {Opcode::ecdh, 0x0c, 4, copy_of(pub), false},
                    {Opcode::aes, 0x00, no_slot, Buffer(16), false},
                    {Opcode::sha, 0x00, 0, {}, false},
                    {Opcode::sha, 0x04, no_slot, {}, false},
                    {Opcode::self_test, 0x3b, 0, {}, false}};
  for (const auto& row : rows) {
    TestChip chip;
    chip.plant_key(4);
    chip.put(at::secure_boot, 0xf703);
    chip.chip.memory.data.set(15, public_key_slot(pub));
    chip.load_temp_key(digest);
    chip.load_digest_buffer(digest);
    const std::string got = chip.kind(row.opcode, row.mode, row.param2, row.data);
    EXPECT_TRUE(got == "data" || got == "00" || got == "01") << got;
    EXPECT_EQ(!chip.chip.ram.temp_key.valid, row.used_up)
        << name_of(static_cast<std::uint8_t>(row.opcode)) << " " << unsigned{row.mode};
  }
}

}  // namespace
}  // namespace signet::element::emulator
