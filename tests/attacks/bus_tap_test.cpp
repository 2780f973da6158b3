// Somebody listens to the bus between board and element, from the boot after the first power-on for ever.
#include "bonded_for_test.h"
#include "element/emulator/state_file.h"
#include "element/link/recorder.h"
#include "element/sealing.h"

#include <stdlib.h>
#include <filesystem>

namespace signet {
namespace {

using board::BondState;
using element::Atecc;

// All bytes that crossed the bus, both ways, as one run of hex.
std::string bytes_on(const element::RecorderLink& link) {
  std::string out;
  for (const std::string& line : link.lines()) {
    if (line.starts_with("send ")) out += line.substr(5) + " ";
  }
  return out;
}

class BusTap : public BondedTest {
 protected:
  void SetUp() override {
    char name[] = "/tmp/signet-tap-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
    chip = element::emulator::Emulator::open(folder + "/chip", clock, random).value();
    Atecc driver{*chip};
    ASSERT_TRUE(personalise_for_test(driver, maker));
  }
  void TearDown() override {
    chip.reset();
    std::filesystem::remove_all(folder);
  }
  // What lies in a slot, as no command ever tells.
  Buffer slot(unsigned number) {
    const Buffer file = read_file(folder + "/chip", 64 * 1024).value();
    return copy_of(element::emulator::decode_state(file).value().memory.data.slot(number).first(32));
  }
  std::string folder;
  std::unique_ptr<element::emulator::Emulator> chip;
  board::Fuses_for_test fuses;
};

TEST_F(BusTap, NoSecretAndNoSessionKeyCrossesTheBusInClear) {
  const std::string password = "correct horse battery staple";
  element::RecorderLink first{*chip};
  {
    Atecc driver{first};
    ASSERT_EQ(settle(driver, fuses), BondState::made);
  }
  element::RecorderLink tap{*chip};
  Atecc driver{tap};
  ASSERT_EQ(settle(driver, fuses), BondState::bound);
  ASSERT_TRUE(can_sign(driver));
  const auto ours = crypto::generate_private_key(random);
  const auto agreed = driver.ecdh(crypto::public_key_of(ours)).value();
  const auto expected = crypto::ecdh(ours, driver.agreement_key().value()).value();
  ASSERT_TRUE(crypto::constant_time_equal(agreed.reveal(), expected.reveal())) << "both ends have the session key";
  const Buffer sealed = driver.seal("wifi.password", bytes_of(password)).value();
  ASSERT_EQ(text_of(driver.unseal("wifi.password", sealed).value()), password);
  const Buffer sealing_value = slot(element::sealing_slot);
  ASSERT_TRUE(driver.forget_sealed());

  Buffer label_text;  // element/sealing.cpp
  Writer{label_text}.text("signet-seal-v1").u8(13).text("wifi.password").bytes(Bytes{sealed}.subspan(1, 32));
  const element::BoardSecret secret = secret_in(fuses);
  const element::BondKeys keys = element::bond_keys_of(secret);
  const std::string heard = bytes_on(tap);
  const std::pair<const char*, std::string> secrets[] = {
      {"the board's secret", hex(secret.reveal())},
      {"the authorisation key", hex(keys.authorisation.reveal())},
      {"the IO protection key", hex(keys.io_protection.reveal())},
      {"the sealing key", hex(keys.sealing.reveal())},
      {"the session key of ECDH", hex(agreed.reveal())},
      {"what KDF gave", hex(crypto::hmac_sha256(sealing_value, crypto::sha256(label_text)))},
      {"the sealing slot", hex(sealing_value)},
      {"the sealing slot after forgetting", hex(slot(element::sealing_slot))},
      {"the sealed secret", hex(bytes_of(password))}};
  for (const auto& [what, bytes] : secrets) EXPECT_EQ(heard.find(bytes), std::string::npos) << what;

  // The search does find what is there: what was signed, and, at the first power-on alone, the two keys.
  EXPECT_NE(heard.find(hex(crypto::sha256(bytes_of("who goes there")))), std::string::npos);
  EXPECT_NE(bytes_on(first).find(hex(keys.authorisation.reveal())), std::string::npos);
  EXPECT_NE(bytes_on(first).find(hex(keys.io_protection.reveal())), std::string::npos);
  EXPECT_EQ(bytes_on(first).find(hex(secret.reveal())), std::string::npos) << "the secret itself not even then";
  EXPECT_EQ(bytes_on(first).find(hex(keys.sealing.reveal())), std::string::npos);
}

TEST_F(BusTap, WhatIsHeardTwiceIsNeverTheSame) {
  Atecc made{*chip};
  ASSERT_EQ(settle(made, fuses), BondState::made);
  element::RecorderLink tap{*chip};
  Atecc driver{tap};
  ASSERT_EQ(settle(driver, fuses), BondState::bound);
  const auto peer = crypto::public_key_of(crypto::generate_private_key(random));
  const auto answer = [&] {
    EXPECT_TRUE(driver.ecdh(peer));
    return tap.lines()[tap.lines().size() - 2];
  };
  EXPECT_NE(answer(), answer()) << "the same session key, covered anew";
}

}  // namespace
}  // namespace signet
