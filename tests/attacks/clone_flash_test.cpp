// Somebody copies what a board keeps. Without its element the copy is worth nothing.
#include "board/fuses/virtual_fuses.h"
#include "bonded_for_test.h"

#include <stdlib.h>
#include <filesystem>

namespace signet {
namespace {

using board::BondState;
using board::VirtualFuses;
using element::Atecc;
using element::emulator::Emulator;

class CloneFlash : public BondedTest {
 protected:
  void SetUp() override {
    char name[] = "/tmp/signet-clone-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
    std::filesystem::create_directory(folder + "/board");
    chip = Emulator::open(folder + "/chip", clock, random).value();
    Atecc driver{*chip};
    ASSERT_TRUE(personalise_for_test(driver, maker));
    VirtualFuses fuses = VirtualFuses::open(folder + "/board").value();
    ASSERT_EQ(settle(driver, fuses), BondState::made);
    sealed = driver.seal("wifi.password", bytes_of("correct horse")).value();
    ASSERT_EQ(text_of(driver.unseal("wifi.password", sealed).value()), "correct horse");
    std::filesystem::copy(folder + "/board", folder + "/copy", std::filesystem::copy_options::recursive);
  }
  void TearDown() override {
    chip.reset();
    std::filesystem::remove_all(folder);
  }
  std::string folder;
  std::unique_ptr<Emulator> chip;
  Buffer sealed;
};

// Nobody answers.
struct NoElement final : element::Link {
  Status wake() override { return Error{Errc::unavailable, "nobody answers"}; }
  Status idle() override { return {}; }
  Status sleep() override { return {}; }
  Result<Buffer> exchange(Bytes, Millis) override { return Error{Errc::unavailable, "nobody answers"}; }
};

TEST_F(CloneFlash, WithoutItsElementTheCopyIsNobodyAndOpensNothing) {
  VirtualFuses copied = VirtualFuses::open(folder + "/copy").value();
  NoElement nothing;
  Atecc absent{nothing};
  EXPECT_EQ(board::settle_bond(absent, copied, random).error().code, Errc::unavailable);
  EXPECT_FALSE(absent.sign({}) || absent.unseal("wifi.password", sealed));
}

TEST_F(CloneFlash, WithAnotherElementTheCopyIsNobodyAndOpensNothing) {
  VirtualFuses copied = VirtualFuses::open(folder + "/copy").value();
  const auto other = personalised_chip();
  Atecc driver{*other};
  EXPECT_EQ(settle(driver, copied), BondState::exchanged);
  EXPECT_EQ(driver.unseal("wifi.password", sealed).error().code, Errc::conflict) << "nobody has proven anything";

  // Even when a thief binds that element with the very secret of the copied fuses.
  const auto word = copied.read(board::Fuse::bond).value();
  const element::BoardSecret secret{word->reveal().first<32>()};
  ASSERT_TRUE(driver.bind(secret));
  EXPECT_EQ(driver.unseal("wifi.password", sealed).error().code, Errc::corrupt);
}

TEST_F(CloneFlash, WhatWasForgottenStaysForgottenInEveryCopy) {
  Atecc driver{*chip};
  VirtualFuses fuses = VirtualFuses::open(folder + "/board").value();
  ASSERT_EQ(settle(driver, fuses), BondState::bound);
  ASSERT_TRUE(driver.unseal("wifi.password", sealed));
  ASSERT_TRUE(driver.forget_sealed());
  EXPECT_EQ(driver.unseal("wifi.password", sealed).error().code, Errc::corrupt);
  const Buffer anew = driver.seal("wifi.password", bytes_of("another horse")).value();
  EXPECT_TRUE(driver.unseal("wifi.password", anew));
}

TEST_F(CloneFlash, SealedForOnePurposeOpensForNoOther) {
  Atecc driver{*chip};
  VirtualFuses fuses = VirtualFuses::open(folder + "/board").value();
  ASSERT_EQ(settle(driver, fuses), BondState::bound);
  EXPECT_EQ(driver.unseal("wifi.ssid", sealed).error().code, Errc::corrupt);
  for (std::size_t bit = 0; bit < sealed.size() * 8; bit += 5) {
    Buffer harmed = sealed;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(driver.unseal("wifi.password", harmed).error().code, Errc::corrupt) << "bit " << bit;
  }
}

// What no software element can stop, and the reason for the manager's watch over identities that live twice: with the
// chip's own file the copy is complete.
TEST_F(CloneFlash, OnlyAnEmulatorsFileMakesTheCopyWhole) {
  std::filesystem::copy_file(folder + "/chip", folder + "/chip-copy");
  const auto twin = Emulator::open(folder + "/chip-copy", clock, random).value();
  Atecc driver{*twin};
  VirtualFuses copied = VirtualFuses::open(folder + "/copy").value();
  EXPECT_EQ(settle(driver, copied), BondState::bound);
  EXPECT_TRUE(can_sign(driver));
}

}  // namespace
}  // namespace signet
