#include "board/desk_scene_for_test.h"

namespace signet::board {
namespace {

constexpr const char* next_now = R"({"do":"agent.next","wait":0})";
constexpr const char* next_later = R"({"do":"agent.next","wait":60000})";

class DeskAgentTest : public DeskTest {
 protected:
  std::string answer_blink(std::int64_t version, const std::string& result) {
    json::object request{{"do", "agent.answer"}, {"name", "blink"}, {"version", version}, {"result", result}};
    return ask(json::serialize(request));
  }
  using Lines = std::vector<std::string>;
};

TEST_F(DeskAgentTest, AJobGoesToTheProgramAndItsAnswerBack) {
  EXPECT_EQ(ask(next_later), "(nothing yet)");
  desk.give_job({"blink", 5, R"({"n":3})"});
  EXPECT_EQ(last(), R"({"event":"job","name":"blink","version":5,"args":{"n":3}})");
  EXPECT_EQ(answer_blink(5, R"({"blinked":1.0})"), "{}");
  EXPECT_EQ(said, Lines{R"(@blink 5 {"blinked":1.0})"});
  EXPECT_EQ(answer_blink(5, "1"), "conflict") << "once";
}

TEST_F(DeskAgentTest, WhatComesWhileTheProgramIsBusyWaitsInOrder) {
  desk.give_job({"blink", 5, "1"});
  desk.give_wish({"speed", 7, "1200"});
  desk.give_job({"blink", 6, "2"});
  desk.give_conditions({R"({"u":{"tag":"door"}})"});
  EXPECT_EQ(ask(next_now), R"({"event":"job","name":"blink","version":6,"args":2})")
      << "ordered anew: the former is off";
  EXPECT_EQ(answer_blink(5, "1"), "conflict");
  EXPECT_EQ(ask(next_now), R"({"event":"variable","name":"speed","version":7,"value":1200})");
  EXPECT_EQ(ask(next_now), R"({"event":"conditions","open":{"u":{"tag":"door"}}})");
  EXPECT_EQ(ask(next_now), "(nothing yet)");
  desk.tick(desk_start);
  EXPECT_EQ(last(), R"({"event":null})");
}

TEST_F(DeskAgentTest, AProgramThatAskedHearsWhenItGoesOnlineAndOffline) {
  ask(R"({"do":"agent.start","jobs":[],"wait":0})");
  is_online = true;
  desk.on_agent_change();
  EXPECT_EQ(ask(next_now), "(nothing yet)") << "it did not ask";
  desk.tick(desk_start);
  ask(R"({"do":"agent.start","jobs":[],"wait":0,"connection":true})");
  EXPECT_EQ(ask(next_now), R"({"event":"connection","online":true})") << "as it is already";
  desk.on_agent_change();
  is_online = false;
  desk.on_agent_change();
  EXPECT_EQ(ask(next_now), R"({"event":"connection","online":false})") << "once a change";
  is_online = true;
  desk.on_agent_change();
  desk.forget();
  EXPECT_EQ(ask(next_now), "(nothing yet)") << "the program that comes after is told when it asks";
}

TEST_F(DeskAgentTest, AProgramWithAnOnResetIsToldBeforeTheBoardStartsAnew) {
  ask(R"({"do":"agent.start","jobs":[],"wait":0})");
  EXPECT_FALSE(desk.tell_reset());
  ask(R"({"do":"agent.start","jobs":[],"wait":0,"reset":true})");
  EXPECT_TRUE(desk.tell_reset());
  EXPECT_EQ(ask(next_now), R"({"event":"reset"})");
  EXPECT_TRUE(desk.tell_reset());
  desk.forget();
  EXPECT_FALSE(desk.tell_reset()) << "the one that comes after has none";
  EXPECT_EQ(ask(next_now), "(nothing yet)");
}

TEST_F(DeskAgentTest, AnAnswerThatIsNoJsonOrTooLargeIsRefusedAndMayBeGivenAnew) {
  desk.give_job({"blink", 5, "1"});
  ask(next_now);
  EXPECT_EQ(answer_blink(5, "{"), "malformed");
  EXPECT_EQ(answer_blink(5, std::string(30, '[') + std::string(30, ']')), "malformed") << "too deep to be told again";
  EXPECT_EQ(answer_blink(5, '"' + std::string(100, 'x') + '"'), "too_large");
  EXPECT_EQ(answer_blink(5, "1"), "{}");
}

TEST_F(DeskAgentTest, AProgramThatEndsFailsTheJobsInItsHandsAndNoOthers) {
  desk.give_job({"blink", 5, "1"});
  desk.give_job({"beep", 6, "1"});
  ask(next_now);
  desk.forget();
  EXPECT_EQ(said, Lines{R"(@blink 5 {"error":"the program ended before it had answered"})"});
  EXPECT_EQ(ask(next_now), R"({"event":"job","name":"beep","version":6,"args":1})")
      << "for the program that comes after";
  desk.give_job({"blink", 7, "1"});
  desk.forget_owner();
  ask(next_now);
  EXPECT_EQ(last(), "(nothing yet)") << "the next owner has not ordered it";
}

TEST_F(DeskAgentTest, AProgramNamesWhatItCanDo) {
  EXPECT_NE(ask(R"({"do":"agent.start","jobs":["blink"],"conditions":["door"],"variables":["speed"],"wait":0})"),
            "malformed");
  EXPECT_EQ(program.conditions, Lines{"door"});
  EXPECT_EQ(program.variables, Lines{"speed"});
  for (const char* wrong : {R"("jobs":["reset"])", R"("jobs":["fota"])", R"("jobs":[],"variables":["@speed"])",
                            R"("jobs":[],"variables":["condition"])", R"("jobs":[],"conditions":[""])"}) {
    EXPECT_EQ(ask(R"({"do":"agent.start","wait":0,)" + std::string{wrong} + "}"), "malformed") << wrong;
  }
}

TEST_F(DeskAgentTest, AProgramChoosesHowItsConnectionIsKept) {
  const auto start_with = [&](const char* name, std::int64_t value) {
    json::object request{{"do", "agent.start"}, {"jobs", json::array{}}, {"wait", 0}};
    request[name] = value;
    return ask(json::serialize(request));
  };
  const std::tuple<const char*, std::int64_t, std::int64_t> all[] = {
      {"keepalive", agent::keepalive_min.count(), agent::keepalive_max.count()},
      {"reconnect_after", agent::reconnect_after_min.count(), agent::reconnect_after_max.count()},
      {"network_timeout", agent::network_timeout_min.count(), agent::network_timeout_max.count()},
      {"set_clock_every", agent::time_every_min.count(), agent::time_every_max.count()}};
  for (const auto& [name, least, most] : all) {
    EXPECT_NE(start_with(name, least), "malformed") << name;
    EXPECT_NE(start_with(name, most), "malformed") << name;
    EXPECT_EQ(start_with(name, least - 1), "malformed") << name;
    EXPECT_EQ(start_with(name, most + 1), "malformed") << name;
  }
  start_with("keepalive", 30);
  EXPECT_EQ(program.tuning.keepalive, Seconds{30});
  EXPECT_EQ(program.tuning.time_every, agent::Tuning{}.time_every);
  EXPECT_FALSE(program.tuning.keep_newest);
  ask(R"({"do":"agent.start","jobs":[],"wait":0,"keep_newest":true})");
  EXPECT_TRUE(program.tuning.keep_newest);
}

TEST_F(DeskAgentTest, AVariableIsToldWithTheVersionOfTheWish) {
  EXPECT_EQ(ask(R"({"do":"agent.variable","name":"speed","value":"1.0","version":7})"), "{}");
  EXPECT_EQ(ask(R"({"do":"agent.variable","name":"speed","value":"1"})"), "{}");
  EXPECT_EQ(said, (Lines{"speed 7 1.0", "speed -1 1"}));
  for (const char* name : {"", "@blink", "#status", "__manifest", "condition"}) {
    EXPECT_EQ(ask(R"({"do":"agent.variable","value":"1","name":")" + std::string{name} + "\"}"), "malformed") << name;
  }
  EXPECT_EQ(ask(R"({"do":"agent.variable","name":"speed","value":"nan"})"), "malformed");
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(DeskAgentTest, ConditionsAreToldAndAskedFor) {
  EXPECT_EQ(ask(R"({"do":"agent.condition","value":"{\"uuid\":\"1\",\"tag\":\"door\"}"})"), "{}");
  EXPECT_EQ(ask(R"({"do":"agent.condition","value":"{}"})"), "malformed");
  EXPECT_EQ(ask(R"({"do":"agent.conditions"})"), "{}");
  EXPECT_EQ(said, (Lines{R"(condition -1 {"uuid":"1","tag":"door"})", "#conditions -1 {}"}));
}

TEST_F(DeskAgentTest, TheProgramIsAskedAboutAnUpdateWhenItWantsToBe) {
  EXPECT_FALSE(desk.ask_fota("check_version", "2.0.0")) << "it has no on_fota";
  ask(R"({"do":"agent.start","jobs":[],"fota":true,"wait":0})");
  EXPECT_TRUE(desk.ask_fota("check_version", "2.0.0"));
  EXPECT_EQ(ask(next_now), R"({"event":"fota","step":"check_version","arg":"2.0.0"})");
  EXPECT_EQ(ask(R"({"do":"agent.fota","step":"accept","refused":""})"), "conflict");
  EXPECT_EQ(ask(R"({"do":"agent.fota","step":"check_version","refused":"too old"})"), "{}");
  EXPECT_EQ(said, Lines{"check_version: too old"});
  EXPECT_EQ(ask(R"({"do":"agent.fota","step":"check_version","refused":""})"), "conflict") << "answered";
  desk.forget();
  EXPECT_FALSE(desk.ask_fota("accept", "2.0.0")) << "it has ended";
}

TEST_F(DeskAgentTest, AProgramMayResetItsBoard) {
  EXPECT_EQ(ask(R"({"do":"agent.reset"})"), "{}");
  EXPECT_EQ(resets, 1);
}

TEST_F(DeskAgentTest, AWatchdogThatIsNotKickedBites) {
  EXPECT_EQ(ask(R"({"do":"watchdog.kick"})"), "conflict");
  for (const std::int64_t wrong : {watchdog_min_ms - 1, wait_max_ms + 1}) {
    EXPECT_EQ(ask(R"({"do":"watchdog.setup","ms":)" + std::to_string(wrong) + "}"), "malformed");
  }
  EXPECT_EQ(ask(R"({"do":"watchdog.setup","ms":500})"), "{}");
  EXPECT_EQ(desk.deadline(), desk_start + Millis{500});
  desk.on_request({FrameKind::request, ++id, R"({"do":"watchdog.kick"})"}, desk_start + Millis{400});
  desk.tick(desk_start + Millis{899});
  EXPECT_EQ(bites, 0);
  desk.tick(desk_start + Millis{900});
  EXPECT_EQ(bites, 1);
  EXPECT_FALSE(desk.deadline());
  ask(R"({"do":"watchdog.setup","ms":500})");
  desk.forget();
  EXPECT_FALSE(desk.deadline()) << "the next program has none";
}

TEST(Inbox, HasALimit) {
  Inbox inbox;
  for (std::size_t i = 0; i < inbox_max; ++i) ASSERT_TRUE(inbox.put(std::to_string(i), {}));
  EXPECT_EQ(inbox.put("one more", {}).error().code, Errc::exhausted);
  EXPECT_TRUE(inbox.put("0", {{"event", "job"}})) << "in the place of the former";
  EXPECT_EQ(json::serialize(*inbox.take()), R"({"event":"job"})");
}

}  // namespace
}  // namespace signet::board
