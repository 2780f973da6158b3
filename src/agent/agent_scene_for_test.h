// agent_scene_for_test.h -- a manager in one process with the agent: a scripted mqtt::ServerSession, one clock for
// both.
#pragma once

#include "agent/agent.h"

#include "base/json.h"
#include "base/memory_disk_for_test.h"
#include "mqtt/server_session.h"

#include <gtest/gtest.h>

namespace signet::agent {

inline constexpr Timestamp noon = Timestamp{Seconds{1'790'000'000}};
inline constexpr const char* device = "dev-000000000001";

struct Heard {
  std::string topic;
  std::string payload;
  std::string timestamp_device;
  std::uint16_t packet_id;
};

class AgentTest : public testing::Test {
 protected:
  Moment now() { return {clock.now() + board_clock_off, clock.monotonic()}; }

  void boot() {
    agent.reset();
    outbox.emplace(Outbox::load(disk).value());
    agent.emplace(*outbox, random);
    agent->start(device, program, now());
    perform();
  }
  void cut_connection() {
    server.reset();
    dialed = false;
    agent->on_closed("connection reset", now());
    perform();
  }
  // Does what the agent asks; a Dial is kept for open().
  void perform() {
    for (auto& action : agent->take_actions()) {
      if (std::holds_alternative<Dial>(action)) dialed = true;
      if (std::holds_alternative<HangUp>(action)) hung_up = true;
      if (const auto* told = std::get_if<Told>(&action)) told_keys.push_back(told->key);
      if (const auto* order = std::get_if<Order>(&action)) orders.push_back(*order);
      if (auto* settle = std::get_if<Settled>(&action)) settled.push_back(*settle);
      if (auto* note = std::get_if<Note>(&action)) notes.push_back(std::string{note->event} + " " + note->text);
      if (auto* transmit = std::get_if<Transmit>(&action)) {
        if (server) server->receive(transmit->bytes, clock.monotonic()), serve();
      }
    }
  }
  void open() {
    ASSERT_TRUE(dialed);
    dialed = false;
    server.emplace(limits, clock.monotonic());
    agent->on_open(now());
    perform();
  }
  void bring_up() {
    open();
    ASSERT_EQ(agent->phase(), Phase::up);
  }
  void serve() {
    while (auto event = server->next()) std::visit([&](const auto& e) { serve_one(e); }, *event);
    deliver();
  }
  void deliver() {
    const Buffer bytes = server->take_output();
    if (bytes.empty()) return;
    agent->on_bytes(bytes, now());
    perform();
  }
  void serve_one(const mqtt::ConnectRequested& e) {
    client_id = e.connect.client_id;
    EXPECT_EQ(e.connect.version, mqtt::Version::v5);
    EXPECT_TRUE(e.connect.clean_start);
    EXPECT_EQ(e.connect.keepalive, keepalive);
    server->accept();
  }
  void serve_one(const mqtt::SubscribeRequested& e) {
    ASSERT_EQ(e.subscribe.subscriptions.size(), 1u);
    EXPECT_EQ(e.subscribe.subscriptions[0].filter, "j/dn/" + client_id);
    server->answer_subscribe(e.subscribe.packet_id, {suback});
  }
  void serve_one(const mqtt::PublishReceived& e) {
    const auto stamp = e.publish.properties.user("timestamp_device");
    EXPECT_EQ(e.publish.qos, mqtt::Qos::at_least_once);
    heard.push_back({std::string{e.publish.topic}, std::string{text_of(e.publish.payload)},
                     std::string{stamp.value_or("")}, e.publish.packet_id});
    const bool control = heard.back().topic.starts_with("j/up/");
    const auto& reason = control ? control_answer : answer;
    if (reason) server->acknowledge(e.publish.packet_id, *reason);
    if (heard.back().payload.find("#now") != std::string::npos) tell_time();
  }
  void serve_one(const mqtt::UnsubscribeRequested&) {}
  void serve_one(const mqtt::PublishAcknowledged&) { ++acknowledged_by_agent; }
  void serve_one(const mqtt::PublishReleased&) {}
  void serve_one(const mqtt::DeliveryReceived&) {}
  void serve_one(const mqtt::SessionClosed&) {}

  void tell_time() {
    if (!knows_time) return;
    say(R"({"version":1,"key":"#now","value":)" + std::to_string(epoch_millis(clock.now())) + "}");
  }
  void say(const std::string& message) {
    ASSERT_TRUE(server->publish(mqtt::Qos::at_least_once, std::string{"j/dn/"} + device, bytes_of(message)));
  }
  std::vector<Heard> readings() const {
    std::vector<Heard> out;
    for (const auto& one : heard) {
      if (one.topic.starts_with("j/data/")) out.push_back(one);
    }
    return out;
  }
  void publish(const std::string& payload) {
    ASSERT_TRUE(agent->publish("test", payload, now()));
    perform();
  }
  void advance(Micros by) {
    clock.advance(by);
    if (server) server->tick(clock.monotonic()), serve();
    agent->tick(now());
    perform();
  }

  ManualClock clock{noon};
  Micros board_clock_off{0};
  MemoryDisk_for_test disk;
  crypto::SeededRandom_for_test random{1};
  std::optional<Outbox> outbox;
  std::optional<Agent> agent;
  std::optional<mqtt::ServerSession> server;
  mqtt::ServerLimits limits;
  mqtt::ReasonCode suback = mqtt::ReasonCode::granted_qos_1;
  std::optional<mqtt::ReasonCode> answer = mqtt::ReasonCode::success;  // to readings; none: silence
  bool knows_time = true;
  bool dialed = false;
  bool hung_up = false;
  int keepalive = 60;
  Program program{.jobs = {"blink"}};
  std::vector<std::string> told_keys;
  std::vector<Order> orders;
  std::optional<mqtt::ReasonCode> control_answer = mqtt::ReasonCode::success;  // none: silence
  std::string client_id;
  std::vector<Heard> heard;
  std::vector<Settled> settled;
  std::vector<std::string> notes;
  int acknowledged_by_agent = 0;
};

}  // namespace signet::agent
