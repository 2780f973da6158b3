// What a session does while the fleet's side takes its time.
#include "gateway/scene_for_test.h"
#include "mqtt/wire.h"

namespace signet::gateway {
namespace {

using mqtt::ReasonCode;
using Pubacks = std::vector<std::pair<std::uint16_t, ReasonCode>>;

// Questions and answers lie here until the test moves them on.
class LateDesk final : public Desk, public AnswerSink {
 public:
  explicit LateDesk(Registrar& registrar) : registrar_(registrar), number_(registrar.join(*this)) {}
  void ask(Question question) override { questions.push_back(std::move(question)); }
  bool has_room() const override { return room; }
  void give(Answer answer) override { answers.push_back(std::move(answer)); }
  void serve() { registrar_.serve(std::exchange(questions, {})); }
  std::size_t number() const { return number_; }

  std::vector<Question> questions;
  std::vector<Answer> answers;
  bool room = true;

 private:
  Registrar& registrar_;
  std::size_t number_;
};

class GatewayLateAnswers : public Scene {
 protected:
  GatewayLateAnswers() {
    registrar.emplace(fleet, config.sessions_max);
    late.emplace(*registrar);
    late_hall = std::make_shared<Hall>(config, gate, *late, late->number(), *log, turn);
  }
  std::unique_ptr<FakeDevice> knocking(const Person& person) {
    mqtt::ClientOptions with = asks;
    with.client_id = person.id.str();
    auto made = std::make_unique<FakeDevice>(*late_hall, clock, person.certificate, std::move(with));
    made->connect();
    return made;
  }
  std::unique_ptr<FakeDevice> inside(const Person& person) {
    auto made = knocking(person);
    answer();
    made->talk();
    EXPECT_TRUE(made->heard.connected);
    return made;
  }
  void answer() {
    late->serve();
    late_hall->give_all(std::exchange(late->answers, {}));
  }

  mqtt::ClientOptions asks{.version = mqtt::Version::v5, .client_id = {}};
  std::optional<LateDesk> late;
  std::shared_ptr<Hall> late_hall;
};

TEST_F(GatewayLateAnswers, NothingMoreIsReadBetweenConnectAndItsAnswer) {
  auto device = knocking(ann);
  EXPECT_TRUE(device->connection.paused);
  EXPECT_FALSE(device->heard.connected);
  answer();
  device->talk();
  EXPECT_TRUE(device->heard.connected);
  EXPECT_FALSE(device->connection.paused);
}

TEST_F(GatewayLateAnswers, WhatCameWithConnectIsDealtWithAfterItsAnswer) {
  mqtt::ClientSession impatient{options(ann), clock.monotonic()};  // [MQTT-3.1.4-5] need not wait for CONNACK
  Buffer bytes = impatient.take_output();
  mqtt::encode_pingreq(bytes);
  const auto session = late_hall->make_session();
  FakeConnection connection{ann.certificate, "192.0.2.7:1"};
  session->on_open(connection);
  session->on_bytes(connection, bytes);
  EXPECT_TRUE(connection.sent.empty());
  answer();
  ASSERT_GT(connection.sent.size(), 2u);
  EXPECT_EQ(connection.sent[0], 0x20) << "CONNACK";
  EXPECT_EQ(connection.sent[connection.sent.size() - 2], 0xd0) << "PINGRESP";
  session->on_close(connection, std::nullopt);
}

TEST_F(GatewayLateAnswers, ConnectTimeoutIsOverTheAnswerToo) {
  auto device = knocking(ann);
  for (Seconds passed{0}; passed < config.connect_timeout; passed += Seconds{1}) {
    EXPECT_FALSE(device->connection.closed);
    clock.advance(Seconds{1});
    late_hall->sweep();
  }
  EXPECT_TRUE(device->connection.closed);
  answer();
  EXPECT_EQ(registrar->devices(), 0u);
}

TEST_F(GatewayLateAnswers, WhoHangsUpBeforeTheAnswerLeavesNoTrace) {
  auto device = knocking(ann);
  late->serve();  // it is in, and does not know
  EXPECT_EQ(registrar->devices(), 1u);
  device->hang_up();
  answer();
  EXPECT_EQ(registrar->devices(), 0u);
  EXPECT_EQ(late_hall->sessions(), 0u);
}

TEST_F(GatewayLateAnswers, WhoseIdentityIsWithdrawnBeforeTheAnswerIsRefused) {
  auto device = knocking(ann);
  late->serve();
  late->answers.clear();
  registrar->on_expelled(ann.id);
  answer();
  device->hear();
  EXPECT_EQ(device->heard.refused, ReasonCode::not_authorized);
  EXPECT_TRUE(device->connection.closed);
}

TEST_F(GatewayLateAnswers, PubacksLeaveInTheOrderOfThePublishes) {
  auto device = inside(ann);
  const auto up = device->publish("j/up/" + ann.id.str(), R"({"key":"k","value":1})");
  const auto reading = device->publish(data_topic(ann), "{}");
  const auto bad = device->publish(data_topic(bob), "{}");
  turn.end();
  device->hear();
  EXPECT_TRUE(device->heard.pubacks.empty()) << "the reading is durable, but the first is still owed";
  answer();
  device->hear();
  EXPECT_EQ(device->heard.pubacks,
            (Pubacks{{up, ReasonCode::success}, {reading, ReasonCode::success}, {bad, ReasonCode::not_authorized}}));
}

TEST_F(GatewayLateAnswers, WhoAsksWhenTheDeskIsFullIsNotReadUntilThereIsRoom) {
  auto device = inside(ann);
  auto other = inside(bob);
  device->publish("j/up/" + ann.id.str(), "{}");
  EXPECT_FALSE(device->connection.paused);
  late->room = false;
  const auto refused = device->publish("j/up/" + ann.id.str(), "{}");
  answer();
  device->hear();
  ASSERT_FALSE(device->heard.pubacks.empty());
  EXPECT_EQ(device->heard.pubacks.back(), (std::pair{refused, ReasonCode::quota_exceeded})) << "it may try again";
  EXPECT_TRUE(device->connection.paused);
  EXPECT_FALSE(other->connection.paused) << "it asks for nothing";
  late->room = true;
  late_hall->sweep();
  EXPECT_FALSE(device->connection.paused);
}

// A device that connects again and again while the store stands still would fill the fleet's side without end.
TEST_F(GatewayLateAnswers, WhoKnocksWhenTheDeskIsFullIsRefusedAndLeavesNoQuestion) {
  late->room = false;
  auto device = knocking(ann);
  EXPECT_EQ(device->heard.refused, ReasonCode::server_busy);
  EXPECT_TRUE(device->connection.closed);
  device->hang_up();
  EXPECT_TRUE(late->questions.empty()) << "neither that it came nor that it left";
  late->room = true;
  EXPECT_TRUE(inside(ann)->heard.connected);
}

// --- a kept session

TEST_F(GatewayLateAnswers, WhoHangsUpBeforeTheAnswerKeepsItsSession) {
  asks.clean_start = false, asks.session_expiry = 100;
  inside(ann)->hang_up();
  late->serve();
  auto device = knocking(ann);
  late->serve();  // it has been opened
  device->hang_up();
  answer();
  EXPECT_TRUE(store.session(ann.id).value()->ends_at);
  auto again = inside(ann);
  EXPECT_TRUE(again->heard.session_present);
}

TEST_F(GatewayLateAnswers, WhatWasBegunWhenADeviceUnsubscribesStillComes) {
  asks.clean_start = false, asks.session_expiry = 100;
  auto device = inside(ann);
  device->subscribe("j/dn/" + ann.id.str());
  answer();
  device->publish("j/up/" + ann.id.str(), R"({"key":"#status","value":null})");
  ASSERT_TRUE(device->mqtt.unsubscribe("j/dn/" + ann.id.str(), clock.monotonic()));
  device->talk();
  answer();
  device->talk();
  EXPECT_EQ(device->heard.messages.size(), 1u) << "[MQTT-3.10.4-3]";
  device->talk();
  answer();
  EXPECT_TRUE(store.session(ann.id).value()->down.empty());
}

TEST_F(GatewayLateAnswers, WhatBelongsToAKeptSessionIsAskedThoughThereIsNoRoomAndThenNothingMoreIsRead) {
  asks.clean_start = false, asks.session_expiry = 100;
  auto device = inside(ann);
  late->room = false;
  device->subscribe("j/dn/" + ann.id.str());
  EXPECT_EQ(late->questions.size(), 1u);
  EXPECT_TRUE(device->connection.paused);
  late->room = true;
  answer();
  device->talk();
  EXPECT_EQ(device->heard.granted.size(), 1u);
  EXPECT_FALSE(device->connection.paused);
}

}  // namespace
}  // namespace signet::gateway
