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

class GatewayTelemetry : public Scene {
 protected:
  static TakenReading reading(const DeviceId& device) { return {device, "t", std::nullopt, "{}"}; }
  Telemetry& telemetry() { return hall().telemetry(); }
  std::shared_ptr<Notes> good = std::make_shared<Notes>(), other = std::make_shared<Notes>();
};

TEST_F(GatewayTelemetry, AnswersInTheOrderOfArrivalAfterOneCommit) {
  const int before = store.commits();
  EXPECT_TRUE(telemetry().add(good, 1, reading(ann.id)));
  EXPECT_TRUE(telemetry().add(good, 3, reading(ann.id)));
  EXPECT_TRUE(telemetry().add(other, 0, reading(bob.id)));
  EXPECT_TRUE(good->answers.empty());
  turn.end();
  EXPECT_EQ(good->answers,
            (std::vector<std::pair<std::uint16_t, ReasonCode>>{{1, ReasonCode::success}, {3, ReasonCode::success}}));
  EXPECT_TRUE(other->answers.empty()) << "QoS 0 has no answer";
  EXPECT_EQ(store.commits(), before + 1);
  EXPECT_EQ(kept().size(), 3u);
  turn.end();
  EXPECT_EQ(good->answers.size(), 2u) << "once";
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

TEST_F(GatewayTelemetry, OneBadReadingDoesNotRefuseItsNeighbours) {
  const DeviceId ghost = ids.next<DeviceIdKind>();  // the store does not know it
  EXPECT_TRUE(telemetry().add(good, 1, reading(ann.id)));
  EXPECT_TRUE(telemetry().add(other, 1, reading(ghost)));
  EXPECT_TRUE(telemetry().add(good, 2, reading(ann.id)));
  turn.end();
  EXPECT_EQ(good->answers,
            (std::vector<std::pair<std::uint16_t, ReasonCode>>{{1, ReasonCode::success}, {2, ReasonCode::success}}));
  ASSERT_EQ(other->answers.size(), 1u);
  EXPECT_TRUE(mqtt::is_error(other->answers[0].second));
  EXPECT_EQ(kept().size(), 2u);
}

TEST_F(GatewayTelemetry, ASenderThatIsGoneKeepsItsReading) {
  EXPECT_TRUE(telemetry().add(good, 1, reading(ann.id)));
  good.reset();
  turn.end();
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(GatewayTelemetry, ATurnThatEndsAfterUsIsHarmless) {
  hall();
  {
    Telemetry brief{*desk, desk->number(), turn};
    EXPECT_TRUE(brief.add(good, 1, reading(ann.id)));
  }
  turn.end();
  EXPECT_TRUE(good->answers.empty());
}

}  // namespace
}  // namespace signet::gateway
