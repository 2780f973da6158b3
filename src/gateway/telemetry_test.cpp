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
  fleet::Reading reading(const DeviceId& device, std::string_view payload = "{}") {
    return fleet.judge({device, workspace.id, "unit", {}}, "t", std::nullopt, payload).value();
  }
  Telemetry telemetry{fleet, turn};
  std::shared_ptr<Notes> good = std::make_shared<Notes>(), other = std::make_shared<Notes>();
};

TEST_F(GatewayTelemetry, AnswersInTheOrderOfArrivalAfterOneCommit) {
  const int before = store.commits();
  telemetry.add(good, 1, reading(ann.id));
  telemetry.add_answer(good, 2, ReasonCode::not_authorized);
  telemetry.add(good, 3, reading(ann.id));
  telemetry.add(other, 0, reading(bob.id));
  EXPECT_TRUE(good->answers.empty());
  turn.end();
  EXPECT_EQ(good->answers, (std::vector<std::pair<std::uint16_t, ReasonCode>>{
                               {1, ReasonCode::success}, {2, ReasonCode::not_authorized}, {3, ReasonCode::success}}));
  EXPECT_TRUE(other->answers.empty()) << "QoS 0 has no answer";
  EXPECT_EQ(store.commits(), before + 1);
  EXPECT_EQ(kept().size(), 3u);
  turn.end();
  EXPECT_EQ(good->answers.size(), 3u) << "once";
}

TEST_F(GatewayTelemetry, OneBadReadingDoesNotRefuseItsNeighbours) {
  const DeviceId ghost = ids.next<DeviceIdKind>();  // the store does not know it
  telemetry.add(good, 1, reading(ann.id));
  telemetry.add(other, 1, reading(ghost));
  telemetry.add(good, 2, reading(ann.id));
  turn.end();
  EXPECT_EQ(good->answers,
            (std::vector<std::pair<std::uint16_t, ReasonCode>>{{1, ReasonCode::success}, {2, ReasonCode::success}}));
  ASSERT_EQ(other->answers.size(), 1u);
  EXPECT_TRUE(mqtt::is_error(other->answers[0].second));
  EXPECT_EQ(kept().size(), 2u);
}

TEST_F(GatewayTelemetry, ASenderThatIsGoneKeepsItsReading) {
  telemetry.add(good, 1, reading(ann.id));
  good.reset();
  turn.end();
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(GatewayTelemetry, ATurnThatEndsAfterUsIsHarmless) {
  {
    Telemetry brief{fleet, turn};
    brief.add(good, 1, reading(ann.id));
  }
  turn.end();
  EXPECT_TRUE(good->answers.empty());
}

}  // namespace
}  // namespace signet::gateway
