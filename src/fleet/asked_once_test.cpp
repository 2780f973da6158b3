#include "fleet/asked_once.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

using Known = AskedOnce::Known;

struct AskedOnceTest : testing::Test {
  AskedOnceTest() { m.set_up(); }
  crypto::Digest request(std::string_view text) { return crypto::sha256(bytes_of(text)); }
  AskedOnce asked(std::string_view name, std::string_view text = "make a lamp") {
    return AskedOnce{m.fleet, m.owner, "the bearer token", name, request(text)};
  }
  Known known(std::string_view name, std::string_view text = "make a lamp") {
    return asked(name, text).find().value().known;
  }
  Manager_for_test m;
};

TEST_F(AskedOnceTest, AnAnswerComesBackForItsNameItsRequestAndItsTokenAlone) {
  EXPECT_EQ(known("a"), Known::no);
  {
    AskedOnce once = asked("a");
    once.begin();
    m.make_device("lamp");
    EXPECT_TRUE(once.is_begun());
    ASSERT_TRUE(is_well(once.keep("the lamp")));
  }
  const AskedOnce::Found found = asked("a").find().value();
  EXPECT_EQ(found.known, Known::answered);
  EXPECT_EQ(found.answer, "the lamp");
  EXPECT_EQ(known("a", "make another"), Known::other_request);
  EXPECT_EQ(known("b"), Known::no);
  AskedOnce other{m.fleet, m.owner, "another bearer token", "a", request("make a lamp")};
  EXPECT_EQ(other.find().value().known, Known::no);
}

TEST_F(AskedOnceTest, WhatWasBegunAndNotAnsweredIsKnownWithTheActAndNotWithoutIt) {
  {
    AskedOnce once = asked("refused");
    once.begin();
    m.store.fail_next_commits(1);
    EXPECT_FALSE(m.fleet.create_device(m.owner, m.workspace.id, "lamp", std::nullopt));
    EXPECT_FALSE(once.is_begun());
  }
  EXPECT_EQ(known("refused"), Known::no);
  {
    AskedOnce once = asked("killed");
    once.begin();
    m.make_device("lamp");
  }
  EXPECT_EQ(known("killed"), Known::unanswered);
  {
    AskedOnce once = asked("idle");
    once.begin();
  }
  m.make_device("pump");
  EXPECT_EQ(known("idle"), Known::no) << "what comes after it is not its act";
}

TEST_F(AskedOnceTest, OfAnAnswerThatIsTooLongItIsKnownThatItWasGiven) {
  ASSERT_TRUE(is_well(asked("fits").keep(std::string(kept_answer_bytes_max, 'x'))));
  ASSERT_TRUE(is_well(asked("long").keep(std::string(kept_answer_bytes_max + 1, 'x'))));
  EXPECT_EQ(asked("fits").find().value().answer.size(), kept_answer_bytes_max);
  EXPECT_EQ(known("long"), Known::unanswered);
}

TEST_F(AskedOnceTest, ItIsForgottenAfterADayAndWhenThereAreTooMany) {
  ASSERT_TRUE(is_well(asked("first").keep("1")));
  m.clock.advance(Seconds{1});
  for (std::size_t i = 1; i < kept_answers_max; ++i) ASSERT_TRUE(is_well(asked(std::to_string(i)).keep("x")));
  EXPECT_EQ(known("first"), Known::answered);
  ASSERT_TRUE(is_well(asked("one more").keep("x")));
  EXPECT_EQ(known("first"), Known::no);
  EXPECT_EQ(known("one more"), Known::answered);
  m.clock.advance(kept_answer_lifetime);
  EXPECT_EQ(known("one more"), Known::no);
}

TEST_F(AskedOnceTest, WhoSignsOutTakesTheAnswersAlong) {
  ASSERT_TRUE(is_well(asked("a").keep("x")));
  AskedOnce once = asked("out");
  once.begin();
  const std::vector<Token> tokens = m.store.sessions_of(m.owner.account).value();
  ASSERT_EQ(tokens.size(), 1u);
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) { return to.remove_token(tokens[0].hash); })));
  EXPECT_TRUE(is_well(once.keep("bye"))) << "there is nobody who could ask again";
  EXPECT_EQ(known("a"), Known::no);
}

}  // namespace
}  // namespace signet::fleet
