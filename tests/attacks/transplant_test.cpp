// An element is taken from its board and put on another, or on a bench: the chip itself refuses its keys.
#include "bonded_for_test.h"

namespace signet {
namespace {

using board::BondState;
using element::Atecc;

using Transplant = BondedTest;

TEST_F(Transplant, TheChipRefusesItsKeysToEveryBoardButItsOwn) {
  const auto chip = personalised_chip();
  board::Fuses_for_test own, foreign;
  {
    Atecc on_own_board{*chip};
    ASSERT_EQ(settle(on_own_board, own), BondState::made);
    ASSERT_TRUE(can_sign(on_own_board));
    ASSERT_TRUE(on_own_board.ecdh(crypto::public_key_of(maker.root_key)));
  }
  Atecc on_another{*chip};
  EXPECT_EQ(settle(on_another, foreign), BondState::moved);
  EXPECT_EQ(on_another.sign({}).error().code, Errc::forbidden);
  EXPECT_EQ(on_another.ecdh(crypto::public_key_of(maker.root_key)).error().code, Errc::forbidden);
  EXPECT_EQ(on_another.bind(element::transport_secret()).error().code, Errc::conflict) << "bound is bound";
  Probe{*chip}.expect_every_key_refused();

  Atecc back_home{*chip};
  EXPECT_EQ(settle(back_home, own), BondState::bound);
  EXPECT_TRUE(can_sign(back_home));
}

TEST_F(Transplant, ABoardThatHasItsOwnElementUsesNoOther) {
  const auto first = personalised_chip(), second = personalised_chip();
  board::Fuses_for_test fuses;
  Atecc own{*first}, other{*second};
  ASSERT_EQ(settle(own, fuses), BondState::made);
  EXPECT_EQ(settle(other, fuses), BondState::exchanged);
  EXPECT_EQ(other.binding().value(), element::Binding::open) << "the stranger was not bound by mistake";
  const auto blank = element::emulator::Emulator::in_memory(clock, random);
  Atecc empty{*blank};
  EXPECT_EQ(settle(empty, fuses), BondState::exchanged);
}

TEST_F(Transplant, TheKeyOfTheTransportOpensNothingAnyMore) {
  const auto chip = personalised_chip();
  Atecc open{*chip};
  ASSERT_TRUE(can_sign(open)) << "open until its first power-on";
  board::Fuses_for_test fuses;
  Atecc bound{*chip};
  ASSERT_EQ(settle(bound, fuses), BondState::made);
  EXPECT_EQ(open.sign({}).error().code, Errc::forbidden);
  EXPECT_EQ(Atecc{*chip}.sign({}).error().code, Errc::forbidden);
}

TEST_F(Transplant, WhatTheBoardAuthorisedEndsWithItsTurn) {
  const auto chip = personalised_chip();
  board::Fuses_for_test fuses;
  Atecc own{*chip};
  ASSERT_EQ(settle(own, fuses), BondState::made);
  ASSERT_TRUE(can_sign(own));
  Probe{*chip}.expect_every_key_refused();  // right after a turn in which the board itself signed
}

// Loses the bus after so many exchanges, as a power cut does.
class CutLink final : public element::Link {
 public:
  CutLink(element::Link& inner, int exchanges_left) : inner_(inner), left_(exchanges_left) {}
  Status wake() override { return left_ > 0 ? inner_.wake() : gone(); }
  Result<Buffer> exchange(Bytes command, Millis longest) override {
    if (left_-- <= 0) return gone();
    return inner_.exchange(command, longest);
  }
  Status idle() override { return left_ > 0 ? inner_.idle() : gone(); }
  Status sleep() override { return left_ > 0 ? inner_.sleep() : gone(); }
  bool was_cut() const { return cut_; }

 private:
  Error gone() {
    cut_ = true;
    return Error{Errc::unavailable, "power cut"};
  }
  element::Link& inner_;
  int left_;
  bool cut_ = false;
};

// The first power-on, cut at every exchange with the element and at every fuse: the pair is always made at the next.
TEST_F(Transplant, APowerCutAnywhereInTheFirstPowerOnLosesNeitherBoardNorElement) {
  int cut = 0;
  for (bool cut_happened = true; cut_happened; ++cut) {
    const auto chip = personalised_chip();
    board::Fuses_for_test fuses;
    {
      CutLink link{*chip, cut};
      Atecc driver{link};
      const auto first = board::settle_bond(driver, fuses, random);
      cut_happened = link.was_cut();
      EXPECT_TRUE(first || cut_happened) << "cut " << cut;  // what is cut off its last idle is made all the same
    }
    ASSERT_TRUE(chip->sleep());  // the power
    Atecc again{*chip};
    const auto second = board::settle_bond(again, fuses, random);
    ASSERT_TRUE(second) << "cut " << cut << ": " << second.error().what;
    EXPECT_FALSE(second.value().is_barred()) << "cut " << cut << ": " << second.value().text;
    EXPECT_TRUE(can_sign(again)) << "cut " << cut;
    EXPECT_EQ(again.binding().value(), element::Binding::bound) << "cut " << cut;
    Atecc other{*chip};
    EXPECT_FALSE(other.sign({})) << "cut " << cut;
  }
  EXPECT_GT(cut, 15) << "the first power-on is longer than this";
  for (int burns = 0; burns < 2; ++burns) {
    const auto chip = personalised_chip();
    board::Fuses_for_test fuses;
    fuses.burns_left = burns;
    Atecc driver{*chip};
    EXPECT_FALSE(board::settle_bond(driver, fuses, random));
    fuses.burns_left = 2;
    Atecc again{*chip};
    EXPECT_FALSE(board::settle_bond(again, fuses, random).value().is_barred()) << burns;
    EXPECT_TRUE(can_sign(again)) << burns;
  }
}

}  // namespace
}  // namespace signet
