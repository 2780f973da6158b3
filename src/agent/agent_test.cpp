#include "agent/agent.h"

#include "base/json.h"
#include "mqtt/server_session.h"

#include <gtest/gtest.h>

namespace signet::agent {
namespace {

constexpr Timestamp noon = Timestamp{Seconds{1'790'000'000}};
constexpr const char* device = "dev-000000000001";

struct RamDisk final : Disk {
  std::map<std::string, Buffer> files;
  Result<Buffer> read(const std::string& name, std::size_t) override {
    if (!files.contains(name)) return Error{Errc::not_found, "no such file"};
    return files[name];
  }
  Status append(const std::string& name, Bytes data) override {
    files[name].insert(files[name].end(), data.begin(), data.end());
    return {};
  }
  Status sync(const std::string&) override { return {}; }
  Status replace(const std::string& name, Bytes data) override {
    files[name] = copy_of(data);
    return {};
  }
};

struct Heard {
  std::string topic;
  std::string payload;
  std::string timestamp_device;
  std::uint16_t packet_id;
};

// A manager in one process with the agent: a scripted mqtt::ServerSession and a clock that both share.
class AgentTest : public testing::Test {
 protected:
  Moment now() { return {clock.now() + board_clock_off, clock.monotonic()}; }

  void boot() {
    agent.reset();
    outbox.emplace(Outbox::load(disk).value());
    agent.emplace(*outbox, random);
    agent->start(device, {"blink"}, now());
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
      if (std::holds_alternative<IncidentTold>(action)) ++incidents_told;
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
    EXPECT_EQ(e.connect.keepalive, 60);
    server->accept();
  }
  void serve_one(const mqtt::SubscribeRequested& e) {
    ASSERT_EQ(e.subscribe.subscriptions.size(), 1u);
    EXPECT_EQ(e.subscribe.subscriptions[0].filter, std::string{"j/dn/"} + device);
    server->answer_subscribe(e.subscribe.packet_id, {suback});
  }
  void serve_one(const mqtt::PublishReceived& e) {
    const auto stamp = e.publish.properties.user("timestamp_device");
    EXPECT_EQ(e.publish.qos, mqtt::Qos::at_least_once);
    heard.push_back({std::string{e.publish.topic}, std::string{text_of(e.publish.payload)},
                     std::string{stamp.value_or("")}, e.publish.packet_id});
    const bool control = heard.back().topic.starts_with("j/up/");
    if (control || answer) server->acknowledge(e.publish.packet_id, control ? mqtt::ReasonCode::success : *answer);
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
  RamDisk disk;
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
  int incidents_told = 0;
  std::string client_id;
  std::vector<Heard> heard;
  std::vector<Settled> settled;
  std::vector<std::string> notes;
  int acknowledged_by_agent = 0;
};

TEST_F(AgentTest, ConnectsSubscribesTellsAndAsksTheTime) {
  boot();
  EXPECT_EQ(agent->phase(), Phase::dialing);
  EXPECT_FALSE(agent->online());
  bring_up();
  EXPECT_EQ(client_id, device);
  ASSERT_EQ(heard.size(), 3u);
  for (const auto& one : heard) EXPECT_EQ(one.topic, std::string{"j/up/"} + device);
  EXPECT_EQ(heard[0].payload, R"({"key":"#status","value":{}})");
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
  EXPECT_EQ(incidents_told, 1);
  cut_connection();
  clock.advance(Seconds{60});
  agent->tick(now());
  perform();
  bring_up();
  EXPECT_EQ(told(), 1) << "once";
  agent->report("another", now());
  perform();
  EXPECT_EQ(incidents_told, 2) << "at once when it is connected";
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
        std::string{R"({"key":"@blink","value":{"args":{}}})"}}) {
    say(message);
    deliver();
    EXPECT_FALSE(agent->has_time()) << message;
    EXPECT_TRUE(agent->connected()) << message;
  }
  EXPECT_EQ(acknowledged_by_agent, 8);
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
