#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

using mqtt::ReasonCode;

struct Notes final : Sender {
  void answer(std::uint16_t packet_id, ReasonCode reason) override { answers.emplace_back(packet_id, reason); }
  void answered() override { ++turns; }
  std::vector<std::pair<std::uint16_t, ReasonCode>> answers;
  int turns = 0;
};

using Answers = std::vector<std::pair<std::uint16_t, ReasonCode>>;

class GatewayTelemetry : public Scene {
 protected:
  static TakenReading reading(const DeviceId& device) { return {device, "t", std::nullopt, "{}"}; }
  Telemetry& telemetry() { return hall().telemetry(); }
  void add(std::uint16_t packet_id) { EXPECT_TRUE(telemetry().add(good, packet_id, reading(ann.id))); }
  std::shared_ptr<Notes> good = std::make_shared<Notes>(), other = std::make_shared<Notes>();
};

TEST_F(GatewayTelemetry, AnswersInTheOrderOfArrivalAfterOneSync) {
  const std::size_t syncs = disk.syncs();
  add(1);
  add(3);
  EXPECT_TRUE(telemetry().add(other, 0, reading(bob.id)));
  EXPECT_TRUE(good->answers.empty());
  turn.end();
  EXPECT_EQ(good->answers, (Answers{{1, ReasonCode::success}, {3, ReasonCode::success}}));
  EXPECT_TRUE(other->answers.empty()) << "QoS 0 has no answer";
  EXPECT_EQ(disk.syncs(), syncs + 1);
  EXPECT_EQ(kept().size(), 3u);
  turn.end();
  EXPECT_EQ(good->answers.size(), 2u) << "once";
}

TEST_F(GatewayTelemetry, AFewWaitForCompanyAndManyDoNot) {
  for (std::uint16_t i = 1; i < company; ++i) add(i);
  turn.end_only();
  EXPECT_TRUE(good->answers.empty()) << "commit_delay has not passed";
  add(company);
  turn.end_only();
  EXPECT_EQ(good->answers.size(), company);
  add(99);
  turn.end();
  EXPECT_EQ(good->answers.size(), company + 1);
}

TEST_F(GatewayTelemetry, WithoutADelayEachTurnIsCommitted) {
  config.commit_delay = Millis{0};
  add(1);
  turn.end_only();
  EXPECT_EQ(good->answers.size(), 1u);
}

TEST_F(GatewayTelemetry, ALargeTurnIsCommittedInParts) {
  const std::size_t syncs = disk.syncs();
  for (std::size_t i = 0; i < commit_readings_max + 1; ++i) add(0);
  EXPECT_EQ(disk.syncs(), syncs + 1);
  turn.end();
  EXPECT_EQ(disk.syncs(), syncs + 2);
  EXPECT_EQ(log->end(), disk.bytes(store::segment_name(0)).size() - store::segment_header_bytes);
}

TEST_F(GatewayTelemetry, WhatIsNoReadingIsSaidAtOnce) {
  TakenReading bad = reading(ann.id);
  bad.payload = "17";
  EXPECT_FALSE(telemetry().add(good, 1, bad));
  bad = reading(ann.id);
  bad.tag = "a+b";
  EXPECT_FALSE(telemetry().add(good, 1, bad));
  bad = reading(ann.id);
  bad.device_time = Timestamp{};
  EXPECT_FALSE(telemetry().add(good, 1, bad));
  turn.end();
  EXPECT_TRUE(kept().empty());
}

TEST_F(GatewayTelemetry, WhatTheDiskDoesNotTakeIsRefusedAndItGoesOnByItself) {
  for (const Errc trouble : {Errc::exhausted, Errc::unavailable}) {
    disk.fail_append = Error{trouble, "trouble"};
    add(1);
    add(2);
    turn.end();
    EXPECT_EQ(good->answers, (Answers{{1, ReasonCode::quota_exceeded}, {2, ReasonCode::quota_exceeded}}));
    good->answers.clear();
  }
  add(3);
  turn.end();
  EXPECT_EQ(good->answers, (Answers{{3, ReasonCode::success}}));
  EXPECT_EQ(kept().size(), 1u) << "what was refused is not kept";
}

TEST_F(GatewayTelemetry, AStoreThatIsFarBehindSlowsDevicesDownAndThenRefuses) {
  config.ingest_backlog_max = 1000;
  const auto device = connected(ann);
  store.fail_next_commits(1'000'000);
  std::size_t acknowledged = 0;
  for (std::uint16_t i = 1; !device->connection.paused && i < 100; ++i) {
    device->publish(data_topic(ann), "{}");
    turn.end();
    device->talk();
    drainer.slice();
    ASSERT_EQ(device->heard.pubacks.size(), i);
    EXPECT_EQ(device->heard.pubacks.back().second, ReasonCode::success);
    ++acknowledged;
  }
  EXPECT_TRUE(device->connection.paused) << "it is not read any more";
  EXPECT_GT(log->backlog(), config.ingest_backlog_max / 2);
  while (telemetry().add(good, 1, reading(bob.id))) turn.end(), ++acknowledged;
  EXPECT_GE(log->backlog(), config.ingest_backlog_max);
  EXPECT_EQ(telemetry().add(good, 1, reading(bob.id)).error().code, Errc::exhausted);
  pass(Seconds{5});
  EXPECT_TRUE(device->connection.paused);

  store.fail_next_commits(0);
  EXPECT_EQ(kept().size(), acknowledged) << "acknowledged is stored, no more, no less";
  EXPECT_EQ(log->backlog(), 0u);
  pass(Seconds{1});
  EXPECT_FALSE(device->connection.paused);
  add(7);
}

TEST_F(GatewayTelemetry, AClockThatIsSetBackOrForwardLosesAndDoublesNothing) {
  const Timestamp noon = clock.now();
  const auto say = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      add(1);
      if (i % 3 == 0) turn.end();
    }
    turn.end();
  };
  say(20);
  clock.set_wall(noon + Seconds{3600});
  say(20);
  clock.set_wall(noon - Micros{5});
  say(20);
  EXPECT_EQ(kept().size(), 60u);
  EXPECT_EQ(good->answers.size(), 60u);
}

TEST_F(GatewayTelemetry, ASenderThatIsGoneKeepsItsReading) {
  add(1);
  good.reset();
  turn.end();
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(GatewayTelemetry, ATurnThatEndsAfterUsIsHarmless) {
  {
    Telemetry brief{config, *log, turn};
    EXPECT_TRUE(brief.add(good, 1, reading(ann.id)));
  }
  turn.end();
  EXPECT_TRUE(good->answers.empty());
}

}  // namespace
}  // namespace signet::gateway
