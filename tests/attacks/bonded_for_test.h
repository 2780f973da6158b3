// bonded_for_test.h -- an element in software, personalised as the foundry does it, for attacks on its bond.
#pragma once

#include "board/bond.h"
#include "board/element_for_test.h"
#include "board/fuses_for_test.h"
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"
#include "element/wire/command.h"
#include "factory/plan.h"

#include <gtest/gtest.h>

namespace signet {

// What the foundry's station does, with a signer in memory instead of a token.
inline Status personalise_for_test(element::Atecc& chip, board::Factory_for_test& factory) {
  using namespace element;
  const ConfigZone wanted = factory::planned_configuration(TRY(chip.read_config()));
  TRY(chip.write_config(wanted));
  TRY(chip.lock_config(wanted));
  const BondKeys transport = bond_keys_of(transport_secret());
  TRY(chip.write_slot(authorisation_slot, 0, transport.authorisation.reveal()));
  const crypto::PublicKey key = TRY(chip.gen_key(identity_slot));
  for (unsigned slot = 1; slot <= factory::last_key_slot; ++slot) TRY(chip.gen_key(slot));
  const auto certificate = TRY(identity::issue_device(key, dcn_of(TRY(chip.uid())), factory.signer, board::year_2026,
                                                      board::signer_of(factory.signer_key)));
  DataImage image;
  image.set(authorisation_slot, transport.authorisation.reveal());
  image.set(io_protection_slot, transport.io_protection.reveal());
  image.set(sealing_slot, factory.random.block<32>());
  image.set(device_certificate_slot, TRY(identity::compress(certificate)));
  image.set(signer_key_slot, public_key_slot(factory.signer.public_key));
  image.set(signer_certificate_slot, TRY(identity::compress(factory.signer)));
  TRY(chip.write_data(image));
  return chip.lock_data(image);
}

// A probe on the bus: any command, no driver. "00", "0f", or "data" for an answer that is longer.
class Probe {
 public:
  explicit Probe(element::Link& link) : link_(link) {}
  void wake() { EXPECT_TRUE(link_.wake()); }
  void sleep() { EXPECT_TRUE(link_.sleep()); }
  Buffer ask(element::Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    const auto answer =
        link_.exchange(element::encode({static_cast<std::uint8_t>(opcode), param1, param2, data}), Millis{1000});
    EXPECT_TRUE(answer);
    return copy_of(element::decode_response(answer.value()).value());
  }
  std::string kind(element::Opcode opcode, std::uint8_t param1, std::uint16_t param2, Bytes data = {}) {
    const Buffer out = ask(opcode, param1, param2, data);
    return out.size() == 1 ? hex(out) : "data";
  }
  // Every use of a key that our configuration knows. All "0f" on a chip that serves somebody else.
  void expect_every_key_refused() {
    using element::Opcode;
    namespace mode = element::mode;
    wake();
    const Buffer digest(32, 0x11), peer = copy_of(crypto::public_key_of(key_));
    EXPECT_EQ(kind(Opcode::nonce, mode::nonce_pass_through | mode::nonce_to_digest_buffer, 0, digest), "00");
    for (unsigned slot = 0; slot <= factory::last_key_slot; ++slot) {
      const auto k = static_cast<std::uint16_t>(slot);
      EXPECT_EQ(kind(Opcode::sign, mode::sign_external | mode::sign_digest_buffer, k), "0f") << "Sign " << slot;
      EXPECT_EQ(kind(Opcode::ecdh, mode::ecdh_to_output | mode::ecdh_encrypted, k, peer), "0f") << "ECDH " << slot;
      EXPECT_EQ(kind(Opcode::ecdh, mode::ecdh_to_temp_key, k, peer), "0f") << "ECDH into TempKey " << slot;
      EXPECT_EQ(kind(Opcode::gen_key, mode::gen_key_public, k), "0f") << "public key " << slot;
      EXPECT_EQ(kind(Opcode::gen_key, mode::gen_key_private, k), "0f") << "new key " << slot;
    }
    Buffer derivation;
    Writer{derivation}.u32_le(2 | 32u << 24).bytes(digest);
    const std::uint8_t to_host = mode::kdf_from_slot | mode::kdf_to_output_encrypted | mode::kdf_hkdf;
    EXPECT_EQ(kind(Opcode::kdf, to_host, element::sealing_slot, derivation), "0f");
    EXPECT_EQ(kind(Opcode::sha, mode::sha_hmac_start, element::sealing_slot), "0f");
    EXPECT_EQ(kind(Opcode::nonce, mode::nonce_random, 0, Buffer(element::nonce_input_bytes)), "data");
    EXPECT_EQ(kind(Opcode::derive_key, 0, element::sealing_slot), "0f") << "nobody else may make secrets forgotten";
    for (const unsigned secret : {element::authorisation_slot, element::io_protection_slot, element::sealing_slot}) {
      const auto slot = static_cast<std::uint16_t>(secret);
      EXPECT_EQ(kind(Opcode::mac, mode::mac_second_temp_key, slot), "0f") << "MAC " << slot;
      const element::Place block{element::Zone::data, slot, 0, true};
      EXPECT_EQ(kind(Opcode::read, element::zone_32_bytes | 2, element::address_of(block)), "0f") << "Read " << slot;
      EXPECT_EQ(kind(Opcode::write, element::zone_32_bytes | 2, element::address_of(block), digest), "0f") << slot;
    }
    sleep();
  }

 private:
  element::Link& link_;
  crypto::SeededRandom_for_test random_{99};
  crypto::PrivateKey key_ = crypto::generate_private_key(random_);
};

struct BondedTest : testing::Test {
  ManualClock clock{board::year_2026};
  crypto::SeededRandom_for_test random{21};
  board::Factory_for_test maker;

  std::unique_ptr<element::emulator::Emulator> personalised_chip() {
    auto chip = element::emulator::Emulator::in_memory(clock, random);
    element::Atecc driver{*chip};
    const Status made = personalise_for_test(driver, maker);
    EXPECT_TRUE(made) << made.error().what;
    return chip;
  }
  board::BondState settle(element::Element& chip, board::Fuses& fuses) {
    const auto bond = board::settle_bond(chip, fuses, random);
    EXPECT_TRUE(bond) << bond.error().what;
    return bond ? bond.value().state : board::BondState::none;
  }
  // A signature of the identity key that its certificate verifies.
  static bool can_sign(element::Element& chip) {
    const auto key = chip.public_key();
    const auto signature = chip.sign(crypto::sha256(bytes_of("who goes there")));
    return key && signature &&
           crypto::verify(key.value(), crypto::sha256(bytes_of("who goes there")), signature.value());
  }
  static element::BoardSecret secret_in(board::Fuses_for_test& fuses) {
    const Buffer word = fuses.value(board::Fuse::bond);
    return element::BoardSecret{std::span<const std::uint8_t>{word}.first<32>()};
  }
};

}  // namespace signet
