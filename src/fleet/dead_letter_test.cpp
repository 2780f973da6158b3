// What integrations gave up on.
#include "base/json.h"
#include "fleet/integration.h"
#include "fleet/manager_for_test.h"

namespace signet::fleet {
namespace {

struct DeadLetterTest : testing::Test {
  DeadLetterTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
    one = hooks.create(m.owner, m.workspace.id, {.name = "sink", .url = "https://sink.example.org/"}).value().id;
  }
  static Policy anywhere() {
    Policy out;
    out.check_url = [](const std::string&) { return Status{}; };
    return out;
  }
  void say(int number) {
    const std::string payload = R"({"n":)" + std::to_string(number) + "}";
    const auto reading = m.fleet.judge(who, "t", noon_for_test + Micros{number}, payload);
    ASSERT_TRUE(is_well(m.keep(std::array{reading.value()})));
  }
  // What is due is answered so; what came of it.
  Delivery settle(int status) {
    const auto batches = hooks.due(8).value();
    if (batches.size() != 1) return {};
    EXPECT_TRUE(is_well(hooks.settled(batches.front(), {status, status == 0 ? "nobody answers" : ""})));
    return batches.front();
  }
  // Says this, and the sink will not have it.
  Delivery bury(int number) {
    say(number);
    Delivery last;
    for (unsigned i = 0; i < refused_batches_max; ++i) {
      last = settle(422);
      m.clock.advance(retry_delay_max);
    }
    return last;
  }
  Integration now() { return hooks.get(m.owner, m.workspace.id, one).value(); }
  std::vector<DeadLetter> dead(std::int64_t after = 0, std::size_t size = dead_letters_page_max) {
    return hooks.dead_letters(m.owner, m.workspace.id, one, after, size).value();
  }
  Status turn(bool on) { return status_of(hooks.update(m.owner, m.workspace.id, one, {.is_on = on})); }
  static Status status_of(const Result<Integration>& of) { return of ? Status{} : Status{of.error()}; }
  auto replay(std::optional<std::int64_t> number = {}) { return hooks.replay(m.owner, m.workspace.id, one, number); }
  auto discard(std::optional<std::int64_t> number = {}) { return hooks.discard(m.owner, m.workspace.id, one, number); }

  Manager_for_test m{anywhere()};
  Integrations& hooks = m.fleet.integrations();
  Admission who;
  IntegrationId one{};
};

TEST_F(DeadLetterTest, WhatTheSinkWillNotHaveIsKeptAsItWasSent) {
  const Delivery refused = bury(1);
  EXPECT_EQ(now().dropped, 1);
  ASSERT_EQ(dead().size(), 1u);
  EXPECT_EQ(dead()[0].batch_id, refused.batch_id);
  EXPECT_EQ(dead()[0].body, refused.body);
  EXPECT_EQ(dead()[0].reason, "the sink answered HTTP 422");
  EXPECT_EQ(hooks.dead_letter_count(now()).value(), 1u);
  say(2);
  EXPECT_NE(settle(200).body.find(R"({"n":2})"), std::string::npos) << "the next goes on";
}

TEST_F(DeadLetterTest, ComesOnceMoreUnderItsOldNameAndIsTakenOffTheList) {
  const Delivery refused = bury(1);
  bury(2);
  EXPECT_EQ(replay(dead()[0].number).value(), 1u);
  EXPECT_EQ(m.last_audit().action, "integration.replay");
  const Delivery again = settle(200);
  EXPECT_EQ(again.batch_id, refused.batch_id);
  EXPECT_EQ(again.body, refused.body);
  EXPECT_EQ(again.url, "https://sink.example.org/");
  ASSERT_EQ(dead().size(), 1u);
  EXPECT_EQ(now().delivered, 1);
  EXPECT_TRUE(hooks.due(8).value().empty());
}

TEST_F(DeadLetterTest, OneThatIsRefusedAgainStays) {
  bury(1);
  bury(2);
  EXPECT_EQ(replay().value(), 2u);
  settle(413);
  settle(200);
  ASSERT_EQ(dead().size(), 1u);
  EXPECT_EQ(dead()[0].reason, "the sink answered HTTP 413");
  EXPECT_EQ(dead()[0].replays, 1u);
  EXPECT_TRUE(hooks.due(8).value().empty()) << "once is once";
}

TEST_F(DeadLetterTest, ASinkThatIsDownIsNotAskedForEach) {
  bury(1);
  bury(2);
  EXPECT_EQ(replay().value(), 2u);
  settle(0);
  EXPECT_TRUE(hooks.due(8).value().empty());
  EXPECT_EQ(dead().size(), 2u);
  EXPECT_EQ(now().failures, 0u) << "it says nothing of the integration";
}

TEST_F(DeadLetterTest, WhatWaitedWhenItWasTurnedOffIsKept) {
  say(1);
  say(2);
  settle(410);
  EXPECT_FALSE(now().is_on);
  ASSERT_EQ(dead().size(), 2u);
  EXPECT_NE(dead()[0].body.find(R"("id":"0")"), std::string::npos);
  EXPECT_NE(dead()[1].body.find(R"("id":"1")"), std::string::npos) << "each with the id that it had";
  EXPECT_TRUE(fails_with(replay(), Errc::conflict)) << "it is off";
  ASSERT_TRUE(is_well(turn(true)));
  EXPECT_EQ(replay().value(), 2u);
  settle(200);
  ASSERT_TRUE(is_well(turn(false)));
  EXPECT_TRUE(hooks.due(8).value().empty()) << "off is off";
  EXPECT_EQ(dead().size(), 1u);
}

TEST_F(DeadLetterTest, AreThrownAwayOneByOneOrAll) {
  for (int i = 1; i <= 3; ++i) bury(i);
  const std::int64_t first = dead()[0].number;
  EXPECT_EQ(replay(first).value(), 1u);
  EXPECT_EQ(discard(first).value(), 1u);
  EXPECT_TRUE(hooks.due(8).value().empty()) << "it was thrown away before it was sent";
  EXPECT_TRUE(fails_with(discard(first), Errc::not_found));
  EXPECT_TRUE(fails_with(replay(first), Errc::not_found));
  EXPECT_EQ(m.last_audit().detail, "sink: 1");
  EXPECT_EQ(discard().value(), 2u);
  EXPECT_EQ(m.last_audit().action, "integration.discard");
  EXPECT_TRUE(dead().empty());
}

TEST_F(DeadLetterTest, SoManyAreKept) {
  for (std::size_t i = 0; i < dead_letters_max + 5; ++i) say(static_cast<int>(i + 1));
  settle(410);
  const auto count = [&] { return hooks.dead_letter_count(now()).value(); };
  EXPECT_EQ(count(), dead_letters_max);
  EXPECT_NE(dead()[0].body.find(R"({"n":6})"), std::string::npos) << "the newest";
  EXPECT_EQ(dead().size(), dead_letters_page_max);
  EXPECT_TRUE(
      fails_with(hooks.dead_letters(m.owner, m.workspace.id, one, 0, dead_letters_page_max + 2), Errc::too_large));
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) -> Status {
    DeadLetter big{0, one, noon_for_test, "", "", std::string(dead_letter_bytes_max / 2 + 1, 'x')};
    for (int i = 0; i < 2; ++i) TRY(to.put_dead_letter(big));
    return to.remove_old_dead_letters(one, dead_letters_max, dead_letter_bytes_max);
  })));
  EXPECT_EQ(count(), 1u) << "by bytes";
}

TEST_F(DeadLetterTest, AreItsOwnersAlone) {
  bury(1);
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(hooks.dead_letters(eve, m.workspace.id, one, 0, 10), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.replay(eve, m.workspace.id, one, {}), Errc::not_found));
  EXPECT_TRUE(fails_with(hooks.discard(eve, m.strangers.workspace.id, one, {}), Errc::not_found));
  EXPECT_EQ(dead().size(), 1u);
}

}  // namespace
}  // namespace signet::fleet
