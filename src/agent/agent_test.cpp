#include "agent/agent_scene_for_test.h"

namespace signet::agent {
namespace {

TEST_F(AgentTest, ConnectsSubscribesTellsAndAsksTheTime) {
  boot();
  EXPECT_EQ(agent->phase(), Phase::dialing);
  EXPECT_FALSE(agent->online());
  bring_up();
  EXPECT_EQ(client_id, device);
  ASSERT_EQ(heard.size(), 3u);
  for (const auto& one : heard) EXPECT_EQ(one.topic, std::string{"j/up/"} + device);
  EXPECT_EQ(heard[0].payload, R"({"key":"#status","value":{"firmware":"Factory"}})");
  EXPECT_EQ(heard[1].payload, R"({"key":"__manifest","value":{"jobs":["blink"],"conditions":[]}})");
  EXPECT_EQ(heard[2].payload, R"({"key":"#now","value":{}})");
  EXPECT_TRUE(agent->connected());
  EXPECT_TRUE(agent->has_time());
  EXPECT_TRUE(agent->online());
  EXPECT_EQ(acknowledged_by_agent, 1);
}

TEST_F(AgentTest, IsNotOnlineUntilItKnowsTheTimeAndAsksAgain) {
  knows_time = false;
  boot();
  bring_up();
  EXPECT_TRUE(agent->connected());
  EXPECT_FALSE(agent->online());
  knows_time = true;
  advance(time_answer_within);
  EXPECT_TRUE(agent->online());
  const auto before = heard.size();
  for (int i = 0; i < 6; ++i) advance(Seconds{50});
  ASSERT_EQ(heard.size(), before + 1);
  EXPECT_EQ(heard.back().payload, R"({"key":"#now","value":{}})");
}

TEST_F(AgentTest, TellsAnIncidentOnceTheManagerHearsIt) {
  boot();
  agent->report(std::string(incident_bytes_max, 'x'), now());
  const auto told = [&] {
    return std::ranges::count_if(heard, [](const Heard& h) { return h.payload.starts_with(R"({"key":"#incident")"); });
  };
  EXPECT_EQ(told(), 0) << "not connected";
  bring_up();
  EXPECT_EQ(told(), 1);
  EXPECT_EQ(told_keys, std::vector<std::string>{"#incident"});
  cut_connection();
  clock.advance(Seconds{60});
  agent->tick(now());
  perform();
  bring_up();
  EXPECT_EQ(told(), 1) << "once";
  agent->report("another", now());
  perform();
  EXPECT_EQ(told_keys.size(), 2u) << "at once when it is connected";
}

TEST_F(AgentTest, StampsReadingsWithTheManagersTimeWhenItsOwnClockIsWrong) {
  board_clock_off = -Seconds{86'400 * 365};
  boot();
  bring_up();
  publish(R"({"value":1})");
  ASSERT_EQ(readings().size(), 1u);
  const Timestamp stamped = parse_rfc3339(readings()[0].timestamp_device).value();
  EXPECT_LT(std::chrono::abs(stamped - clock.now()), Millis{2});
  EXPECT_EQ(readings()[0].topic, std::string{"j/data/"} + device + "/test");
  EXPECT_EQ(settled.size(), 1u);
  EXPECT_TRUE(outbox->waiting().empty());
}

TEST_F(AgentTest, ResendsWhatWasNotAcknowledgedUnderTheSameDeviceTime) {
  boot();
  bring_up();
  answer.reset();  // the manager dies before it acknowledges
  publish(R"({"value":1})");
  publish(R"({"value":2})");
  ASSERT_EQ(readings().size(), 2u);
  const auto first = readings();
  cut_connection();
  EXPECT_EQ(agent->phase(), Phase::waiting);
  EXPECT_TRUE(settled.empty());

  boot();  // and the board restarts too
  answer = mqtt::ReasonCode::success;
  heard.clear();
  bring_up();
  ASSERT_EQ(readings().size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(readings()[i].payload, first[i].payload);
    EXPECT_EQ(readings()[i].timestamp_device, first[i].timestamp_device);
  }
  EXPECT_TRUE(outbox->waiting().empty());
}

TEST_F(AgentTest, QueuesWhileOfflineAndSendsInOrderWithinTheWindow) {
  boot();
  for (int i = 0; i < 100; ++i) publish("{\"value\":" + std::to_string(i) + "}");
  answer.reset();
  bring_up();
  EXPECT_EQ(readings().size(), window);
  answer = mqtt::ReasonCode::success;
  for (const auto& one : readings()) server->acknowledge(one.packet_id);
  deliver();
  ASSERT_EQ(readings().size(), 100u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(readings()[i].payload, "{\"value\":" + std::to_string(i) + "}");
  for (std::size_t i = 1; i < 100; ++i) {
    EXPECT_LT(parse_rfc3339(readings()[i - 1].timestamp_device).value(),
              parse_rfc3339(readings()[i].timestamp_device).value());
  }
  EXPECT_TRUE(outbox->waiting().empty());
  EXPECT_EQ(settled.size(), 100u);
}

TEST_F(AgentTest, KeepsAReadingThatTheManagerPostpones) {
  boot();
  bring_up();
  answer = mqtt::ReasonCode::quota_exceeded;
  publish(R"({"value":1})");
  EXPECT_EQ(readings().size(), 1u);
  EXPECT_EQ(outbox->waiting().size(), 1u);
  publish(R"({"value":2})");
  EXPECT_EQ(readings().size(), 1u) << "patience holds for all";
  answer = mqtt::ReasonCode::success;
  advance(backoff_base + backoff_base);
  ASSERT_EQ(readings().size(), 3u);
  EXPECT_EQ(readings()[1].timestamp_device, readings()[0].timestamp_device);
  EXPECT_TRUE(outbox->waiting().empty());
}

TEST_F(AgentTest, DropsWithAReasonWhatTheManagerWillNeverTake) {
  boot();
  bring_up();
  for (const auto reason : {mqtt::ReasonCode::payload_format_invalid, mqtt::ReasonCode::not_authorized}) {
    answer = reason;
    const auto before = agent->dropped();
    publish(R"({"value":1})");
    EXPECT_EQ(agent->dropped(), before + 1);
    EXPECT_FALSE(settled.back().outcome);
    EXPECT_EQ(notes.back().rfind("agent.reading_dropped", 0), 0u) << notes.back();
  }
  EXPECT_TRUE(outbox->waiting().empty());
}

TEST_F(AgentTest, GivesUpAReadingThatTheDiskHasLostAndSendsTheOnesBehindIt) {
  boot();
  publish(R"({"value":1})");
  publish(R"({"value":2})");
  disk.bytes(outbox_file)[outbox->waiting().front().offset + 30] ^= 1;
  bring_up();
  ASSERT_EQ(readings().size(), 1u);
  EXPECT_EQ(readings()[0].payload, R"({"value":2})");
  EXPECT_EQ(agent->dropped(), 1u);
  EXPECT_FALSE(settled.front().outcome);
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.starts_with("agent.reading_dropped") && note.ends_with("is not what was written there");
  }));
}

TEST_F(AgentTest, AFullOutboxTakesNoMoreOrLetsTheOldestGoAsTheProgramWantsIt) {
  const std::string large(60'000, ' ');
  boot();
  std::size_t kept = 0;
  for (; agent->publish("t", large, now()); clock.advance(Seconds{1})) ++kept;
  EXPECT_EQ(outbox->waiting().size(), kept);
  const Timestamp oldest = outbox->waiting().front().at;

  program.tuning.keep_newest = true;
  boot();
  EXPECT_EQ(agent->publish("t", std::string(payload_bytes_max + 1, ' '), now()).error().code, Errc::too_large);
  EXPECT_TRUE(outbox->contains(oldest)) << "nothing goes for what does not fit anyway";
  const Timestamp newest = agent->publish("t", large, now()).value();
  perform();
  EXPECT_TRUE(outbox->contains(newest));
  EXPECT_FALSE(outbox->contains(oldest));
  const std::size_t gone = kept + 1 - outbox->waiting().size();
  EXPECT_NEAR(static_cast<double>(gone), static_cast<double>(kept) / 8, 2.0) << "not one at a time";
  EXPECT_EQ(agent->dropped(), gone);
  EXPECT_EQ(settled.size(), gone);
  EXPECT_EQ(settled.front().outcome.error().code, Errc::exhausted);
  EXPECT_TRUE(notes.back().starts_with("agent.oldest_dropped " + std::to_string(gone) + " readings")) << notes.back();
  EXPECT_TRUE(Outbox::load(disk).value().contains(newest));
}

TEST_F(AgentTest, WaitsWhileTheDiskDoesNotAnswer) {
  boot();
  publish(R"({"value":1})");
  disk.fail_read_at = Error{Errc::unavailable, "an I/O error"};
  bring_up();
  EXPECT_TRUE(readings().empty());
  EXPECT_EQ(outbox->waiting().size(), 1u);
  advance(backoff_base + backoff_base);
  EXPECT_EQ(readings().size(), 1u);
  EXPECT_TRUE(outbox->waiting().empty());
}

TEST_F(AgentTest, WaitsLongerAfterEachFailureAndStartsOverAfterAStableConnection) {
  boot();
  Micros longest{0};
  for (int i = 0; i < 12; ++i) {
    agent->on_closed("connection refused", now());
    perform();
    const Micros wait = *agent->deadline() - clock.monotonic();
    ASSERT_LE(wait, backoff_cap);
    longest = std::max(longest, wait);
    advance(wait);
    ASSERT_EQ(agent->phase(), Phase::dialing);
  }
  EXPECT_GT(longest, Seconds{8});
  bring_up();
  advance(stable_after);
  cut_connection();
  EXPECT_LE(*agent->deadline() - clock.monotonic(), backoff_base);
}

TEST_F(AgentTest, ABriefConnectionDoesNotResetTheBackoff) {
  boot();
  Micros longest{0};
  for (int i = 0; i < 12; ++i) {
    bring_up();
    cut_connection();
    const Micros wait = *agent->deadline() - clock.monotonic();
    longest = std::max(longest, wait);
    advance(wait);
  }
  EXPECT_GT(longest, Seconds{8});
}

TEST_F(AgentTest, HangsUpWhenTheSubscriptionIsRefused) {
  suback = mqtt::ReasonCode::not_authorized;
  boot();
  open();
  EXPECT_TRUE(hung_up);
  EXPECT_FALSE(agent->connected());
}

TEST_F(AgentTest, HangsUpWhenTheManagerFallsSilent) {
  boot();
  bring_up();
  server.reset();  // a half-open connection
  for (int i = 0; i < 20 && !hung_up; ++i) advance(Seconds{10});
  EXPECT_TRUE(hung_up);
}

TEST_F(AgentTest, IgnoresWhatItDoesNotUnderstand) {
  knows_time = false;
  boot();
  bring_up();
  for (const std::string& message :
       {std::string{"not json"}, std::string{"[]"}, std::string{"{}"}, std::string{R"({"key":1})"},
        std::string{R"({"key":"#now","value":"noon"})"}, std::string{R"({"key":"#now","value":-1})"},
        std::string{R"({"key":"#now","value":9223372036854775807})"},
        std::string{R"({"key":"@blink","value":{"args":{}}})"}, std::string{R"({"key":"#status","value":7})"},
        std::string{R"({"key":"#status","value":{"expected":{"@blink":{"v":{}}}}})"},
        std::string{R"({"key":"#conditions","value":[]})"}, std::string{R"({"key":"","version":1,"value":0})"},
        std::string{R"({"key":"#later","version":1,"value":0})"},
        std::string{R"({"key":"a","version":1,"value":0})"}}) {
    say(message);
    deliver();
    EXPECT_FALSE(agent->has_time()) << message;
    EXPECT_TRUE(agent->connected()) << message;
  }
  EXPECT_EQ(acknowledged_by_agent, 14);
  EXPECT_TRUE(orders.empty());
}

TEST_F(AgentTest, SaysGoodbyeAndKeepsItsReadings) {
  boot();
  bring_up();
  answer.reset();
  publish(R"({"value":1})");
  agent->stop(now());
  perform();
  EXPECT_TRUE(hung_up);
  EXPECT_EQ(agent->phase(), Phase::stopped);
  EXPECT_FALSE(agent->deadline());
  EXPECT_EQ(outbox->waiting().size(), 1u);
}

}  // namespace
}  // namespace signet::agent
