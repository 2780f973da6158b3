// Every pairing of fuses and element, and what the board makes of it. The element here is a few lines; the chip's own
// refusals are tests/attacks.
#include "board/bond.h"

#include "board/fuses_for_test.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

using element::Binding;
using element::BoardSecret;

struct BindableElement final : element::Element {
  element::Uid number{0x01, 0x23, 1, 1, 1, 1, 1, 1, 0x01};
  Binding state = Binding::open;
  std::optional<BoardSecret> secret;
  bool silent = false;
  int binds = 0;

  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return number; }
  Result<crypto::PublicKey> public_key() override { return crypto::PublicKey{}; }
  Result<crypto::Signature> sign(const crypto::Digest&) override { return crypto::Signature{}; }
  Result<Buffer> random(std::size_t size) override { return Buffer(size, 0x5a); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "none"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }
  Result<Binding> binding() override {
    if (silent) return Error{Errc::unavailable, "nobody answers"};
    return state;
  }
  Status bind(const BoardSecret& board) override {
    ++binds;
    if (state == Binding::bound) return Error{Errc::conflict, "bound"};
    secret = BoardSecret{board.reveal()};
    state = Binding::bound;
    return {};
  }
  Status present(const BoardSecret& board) override {
    if (secret && crypto::constant_time_equal(secret->reveal(), board.reveal())) return {};
    return Error{Errc::forbidden, "another board"};
  }
};

struct BondTest : testing::Test {
  BindableElement element;
  Fuses_for_test fuses;
  crypto::SeededRandom_for_test random{7};
  Bond settle() { return settle_bond(element, fuses, random).value(); }
};

TEST_F(BondTest, TheFirstPowerOnMakesAPairAndLaterOnesFindIt) {
  EXPECT_EQ(settle().state, BondState::made);
  EXPECT_EQ(settle().state, BondState::bound);
  EXPECT_FALSE(settle().is_barred());
  EXPECT_EQ(element.binds, 1);
  const Buffer word = fuses.value(Fuse::bond);
  EXPECT_TRUE(std::ranges::equal(Bytes{word}.first(32), element.secret->reveal()));
  EXPECT_TRUE(std::ranges::equal(Bytes{word}.subspan(32, 9), element.number));
}

TEST_F(BondTest, TheSecretComesFromBothSources) {
  ASSERT_EQ(settle().state, BondState::made);
  crypto::SeededRandom_for_test same{7};
  const auto host = same.block<32>();
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(element.secret->reveal()[i], host[i] ^ 0x5a) << i;
}

TEST_F(BondTest, AnElementThatCannotBeBoundIsUsedAsItIs) {
  element.state = Binding::impossible;
  EXPECT_EQ(settle().state, BondState::none);
  EXPECT_FALSE(fuses.read(Fuse::bond).value());
}

TEST_F(BondTest, AnElementOfAnotherBoardIsBarred) {
  element.state = Binding::bound;
  const Bond bond = settle();
  EXPECT_EQ(bond.state, BondState::moved);
  EXPECT_TRUE(bond.is_barred());
  EXPECT_NE(bond.text.find("moved to another board"), std::string::npos);
  EXPECT_FALSE(fuses.read(Fuse::bond).value()) << "nothing is burnt for it";
}

TEST_F(BondTest, AnotherElementIsBarredHoweverItLooks) {
  ASSERT_EQ(settle().state, BondState::made);
  const element::Uid own = element.number;
  element.number[3] = 9;
  for (const Binding other : {Binding::impossible, Binding::open, Binding::bound}) {
    element.state = other;
    EXPECT_EQ(settle().state, BondState::exchanged);
  }
  element.number = own;  // and one that took its number
  for (const Binding other : {Binding::impossible, Binding::open}) {
    element.state = other;
    EXPECT_EQ(settle().state, BondState::exchanged);
  }
  element.state = Binding::bound;
  element.secret = BoardSecret{std::span<const std::uint8_t, 32>{random.block<32>()}};
  const Bond bond = settle();
  EXPECT_EQ(bond.state, BondState::exchanged);
  EXPECT_NE(bond.text.find("the board was given another element"), std::string::npos);
  EXPECT_EQ(element.binds, 1) << "none of them is ever bound";
}

TEST_F(BondTest, SilenceDecidesNothing) {
  element.silent = true;
  EXPECT_EQ(settle_bond(element, fuses, random).error().code, Errc::unavailable);
  element.silent = false;
  EXPECT_EQ(settle().state, BondState::made);
}

TEST_F(BondTest, ACutFirstPowerOnIsTakenUpWhereItStopped) {
  fuses.burns_left = 0;
  EXPECT_FALSE(settle_bond(element, fuses, random)) << "no secret is told to the element before it is kept";
  EXPECT_EQ(element.state, Binding::open);
  fuses.burns_left = 1;
  EXPECT_FALSE(settle_bond(element, fuses, random)) << "bound, but that is not burnt";
  ASSERT_EQ(element.state, Binding::bound);
  fuses.burns_left = 1;
  EXPECT_EQ(settle().state, BondState::bound);
  EXPECT_TRUE(fuses.read(Fuse::bond_made).value());
}

TEST_F(BondTest, ABarredElementSaysItsNumberAndNothingElse) {
  BarredElement barred{element};
  barred.because("moved");
  EXPECT_TRUE(barred.uid());
  EXPECT_EQ(barred.sign({}).error().code, Errc::forbidden);
  EXPECT_EQ(barred.sign({}).error().what, "moved");
  EXPECT_FALSE(barred.public_key() || barred.random(1) || barred.certificates() || barred.counter(0) ||
               barred.increment(0) || barred.agreement_key() || barred.ecdh({}) || barred.seal("p", {}) ||
               barred.unseal("p", {}) || barred.forget_sealed());
}

}  // namespace
}  // namespace signet::board
