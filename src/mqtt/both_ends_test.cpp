// The two machines talk to each other over a wire that brings one byte at a time.
#include "mqtt/client_session.h"
#include "mqtt/packets_for_test.h"
#include "mqtt/server_session.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

class Ends {
 public:
  explicit Ends(Version version)
      : client_({.version = version, .client_id = "dev-1"}, start), server_({.qos_max = Qos::exactly_once}, start) {}

  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const std::uint8_t byte : client_.take_output()) moved = true, to_server(byte);
      for (const std::uint8_t byte : server_.take_output()) moved = true, to_client(byte);
    }
  }
  ClientSession& client() { return client_; }
  ServerSession& server() { return server_; }

  std::vector<std::string> log;

 private:
  void to_server(std::uint8_t byte) {
    server_.receive({&byte, 1}, start);
    while (auto event = server_.next()) std::visit([this](const auto& e) { on(e); }, *event);
  }
  void to_client(std::uint8_t byte) {
    client_.receive({&byte, 1}, start);
    while (auto event = client_.next()) std::visit([this](const auto& e) { on(e); }, *event);
  }

  void on(const ConnectRequested& e) {
    log.push_back("server: connect " + std::string{e.connect.client_id});
    server_.accept();
  }
  void on(const PublishReceived& e) {
    const auto when = e.publish.properties.user("timestamp_device");
    log.push_back("server: got " + std::string{text_of(e.publish.payload)} + (when ? " of " + std::string{*when} : ""));
    if (e.publish.packet_id != 0) server_.acknowledge(e.publish.packet_id);
  }
  void on(const SubscribeRequested& e) {
    log.push_back("server: subscribe " + std::string{e.subscribe.subscriptions[0].filter});
    server_.answer_subscribe(e.subscribe.packet_id, {ReasonCode::granted_qos_1});
  }
  void on(const UnsubscribeRequested& e) {
    log.push_back("server: unsubscribe " + std::string{e.unsubscribe.filters[0]});
    server_.answer_unsubscribe(e.unsubscribe.packet_id, {ReasonCode::success});
  }
  void on(const PublishReleased& e) {
    log.push_back("server: released");
    server_.complete(e.packet_id);
  }
  void on(const DeliveryReceived& e) {
    log.push_back("server: received by the client");
    server_.release(e.packet_id);
  }
  void on(const PublishAcknowledged&) { log.push_back("server: acknowledged"); }
  void on(const SessionClosed& e) { log.push_back("server: closed, " + std::string{name_of(e.reason)}); }
  void on(const Connected& e) { log.push_back("client: connected as " + std::string{e.client_id}); }
  void on(const ConnectRefused&) { log.push_back("client: refused"); }
  void on(const MessageReceived& e) {
    log.push_back("client: got " + std::string{text_of(e.publish.payload)});
    if (e.publish.packet_id != 0) client_.acknowledge(e.publish.packet_id);
  }
  void on(const Acknowledged& e) { log.push_back("client: puback, " + std::string{name_of(e.reason)}); }
  void on(const Subscribed&) { log.push_back("client: subscribed"); }
  void on(const Unsubscribed&) { log.push_back("client: unsubscribed"); }
  void on(const Closed& e) { log.push_back("client: closed, " + std::string{name_of(e.reason)}); }

  ClientSession client_;
  ServerSession server_;
};

TEST(MqttBothEnds, HoldAWholeConversationByteByByte) {
  for (const Version version : {Version::v5, Version::v311}) {
    Ends ends{version};
    ends.settle();
    ASSERT_TRUE(ends.client().connected());
    ASSERT_TRUE(ends.client().subscribe("j/dn/dev-1", Qos::at_least_once, start));
    Properties when;
    when.add_user("timestamp_device", "2026-01-01T00:00:00Z");
    ASSERT_TRUE(ends.client().publish(Qos::at_least_once, "j/data/dev-1", bytes_of("one"), when, start));
    ASSERT_TRUE(ends.client().publish(Qos::at_most_once, "j/data/dev-1", bytes_of("two"), {}, start));
    ends.settle();
    ASSERT_TRUE(ends.server().publish(Qos::at_least_once, "j/dn/dev-1", bytes_of("down")));
    ends.settle();
    ASSERT_TRUE(ends.client().unsubscribe("j/dn/dev-1", start));
    ends.settle();
    ends.client().disconnect();
    ends.client().next();
    ends.settle();
    const std::string stamped = version == Version::v5 ? "one of 2026-01-01T00:00:00Z" : "one";
    EXPECT_EQ(ends.log, (std::vector<std::string>{
                            "server: connect dev-1", "client: connected as dev-1", "server: subscribe j/dn/dev-1",
                            "server: got " + stamped, "server: got two", "client: subscribed",
                            "client: puback, success", "client: got down", "server: acknowledged",
                            "server: unsubscribe j/dn/dev-1", "client: unsubscribed", "server: closed, success"}));
  }
}

TEST(MqttBothEnds, ExactlyOnceIsFourPacketsEachWay) {
  for (const Version version : {Version::v5, Version::v311}) {
    Ends ends{version};
    ends.settle();
    ends.log.clear();
    ASSERT_TRUE(ends.client().publish(Qos::exactly_once, "t", bytes_of("up"), {}, start));
    ends.settle();
    ASSERT_TRUE(ends.server().publish(Qos::exactly_once, "t", bytes_of("down")));
    ends.settle();
    EXPECT_EQ(ends.log,
              (std::vector<std::string>{"server: got up", "server: released", "client: puback, success",
                                        "client: got down", "server: received by the client", "server: acknowledged"}));
    EXPECT_TRUE(ends.server().unreleased().empty());
    EXPECT_TRUE(ends.client().unreleased().empty());
    EXPECT_EQ(ends.client().in_flight(), 0u);
  }
}

}  // namespace
}  // namespace signet::mqtt
