// SelfTest 0x77 [3.3]
#include "element/emulator/selftest.h"

#include "crypto/aes.h"
#include "element/emulator/commands.h"

namespace signet::element::emulator {
namespace {

template <std::size_t N>
Block<N> known(std::string_view text) {
  return Reader{decode_hex(text).value()}.block<N>().value();
}

// SP 800-90B section 4.4 for bytes of full entropy and a false alarm in 2^30: no byte six times running, none as often
// as 17 times in 512. And no block twice running, which neither would notice.
bool is_random_healthy(crypto::Random& random) {
  constexpr unsigned repeated_max = 5, of_one_value_max = 16;
  const auto sample = random.block<512>();
  unsigned repeated = 1, of_one_value = 1;
  for (std::size_t i = 1; i < sample.size(); ++i) {
    repeated = sample[i] == sample[i - 1] ? repeated + 1 : 1;
    if (sample[i] == sample[0]) ++of_one_value;
    if (repeated > repeated_max || of_one_value > of_one_value_max) return false;
  }
  return random.block<32>() != random.block<32>();
}

// CAVS 14.1, KAS ECC CDH, P-256, count 0. Test data, no secret.
constexpr const char* known_private = "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534";
constexpr const char* known_peer =
    "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
    "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac";
constexpr const char* known_shared = "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b";

bool agrees(crypto::Random&) {
  const auto shared = crypto::ecdh(crypto::PrivateKey{known<32>(known_private)}, known<64>(known_peer));
  return shared && hex(shared.value().reveal()) == known_shared;
}

bool signs(crypto::Random&) {
  const crypto::PrivateKey key{known<32>(known_private)};
  const crypto::PublicKey pub = crypto::public_key_of(key);
  crypto::Digest digest = crypto::sha256(bytes_of("abc"));
  const crypto::Signature signature = crypto::sign(key, digest);
  if (!crypto::verify(pub, digest, signature)) return false;
  digest[0] ^= 1;
  return !crypto::verify(pub, digest, signature);
}

// FIPS 197 appendix C.1
bool encrypts(crypto::Random&) {
  const auto key = known<16>("000102030405060708090a0b0c0d0e0f");
  const auto plain = known<16>("00112233445566778899aabbccddeeff");
  const auto cipher = known<16>("69c4e0d86a7b0430d8cdb78070b4c55a");
  return crypto::aes128_encrypt(key, plain) == cipher && crypto::aes128_decrypt(key, cipher) == plain;
}

// FIPS 180-4's example "abc", through both ways in which commands hash.
bool hashes(crypto::Random&) {
  const auto expected = known<32>("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ShaContext context;
  context.update(bytes_of("abc"));
  return context.finish() == expected && crypto::sha256(bytes_of("abc")) == expected;
}

struct SelfTest {
  std::uint8_t bit;
  bool (*passes)(crypto::Random&);
};
constexpr SelfTest self_tests[] = {
    {mode::self_test_rng, is_random_healthy}, {mode::self_test_ecdsa, signs}, {mode::self_test_ecdh, agrees},
    {mode::self_test_aes, encrypts},          {mode::self_test_sha, hashes},
};

}  // namespace

std::uint8_t run_self_tests(std::uint8_t which, crypto::Random& random) {
  unsigned failed = 0;
  for (const SelfTest& test : self_tests) {
    if ((which & test.bit) != 0 && !test.passes(random)) failed |= test.bit;
  }
  return static_cast<std::uint8_t>(failed);
}

// Mode 0 runs nothing and answers what failed before. [?] Bit 1, which hosts in the wild set instead of bit 2, asks for
// ECDSA too; a failure is told in bit 2.
Answer self_test(Chip& chip, const Command& command) {
  constexpr std::uint8_t other_ecdsa = 0x02;
  if ((command.param1 & ~(all_self_tests | other_ecdsa)) != 0) return ChipStatus::parse_error;
  if (command.param2 != 0 || !command.data.empty()) return ChipStatus::parse_error;
  std::uint8_t which = command.param1 & all_self_tests;
  if ((command.param1 & other_ecdsa) != 0) which |= mode::self_test_ecdsa;
  chip.test_itself(which);
  if (command.param1 == 0) return Buffer{chip.failed_tests()};
  return Buffer{static_cast<std::uint8_t>(chip.failed_tests() & which)};
}

}  // namespace signet::element::emulator
