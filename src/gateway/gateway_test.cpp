// One device at a time, on a real port.
#include "gateway/port_for_test.h"

namespace signet::gateway {
namespace {

// A device's whole life: connects, and does what the test wants when something happens.
class Device final : public net::ConnectionEvents {
 public:
  Device(net::Loop& loop, std::string client_id)
      : loop_(loop), mqtt({.client_id = std::move(client_id)}, loop.clock().monotonic()) {}

  void on_open(net::Connection& connection) override { connection_ = &connection, flush(); }
  void on_bytes(net::Connection&, Bytes bytes) override {
    mqtt.receive(bytes, loop_.clock().monotonic());
    while (auto event = mqtt.next()) {
      if (std::holds_alternative<mqtt::Connected>(*event) && when_connected) when_connected();
      if (const auto* a = std::get_if<mqtt::Acknowledged>(&*event)) {
        pubacks.push_back(a->reason);
        if (when_acknowledged) when_acknowledged();
      }
      if (const auto* c = std::get_if<mqtt::Closed>(&*event)) ended = c->reason;
    }
    flush();
  }
  void on_close(net::Connection&, const std::optional<Error>&) override { connection_ = nullptr, loop_.stop(); }
  void flush() {
    if (connection_) connection_->send(mqtt.take_output());
  }

 private:
  net::Loop& loop_;
  net::Connection* connection_ = nullptr;

 public:
  mqtt::ClientSession mqtt;
  std::function<void()> when_connected, when_acknowledged;
  std::vector<mqtt::ReasonCode> pubacks;
  std::optional<mqtt::ReasonCode> ended;
};

class GatewayOnAPort : public PortScene {
 protected:
  void SetUp() override {
    device = enroll(device_key, "pump-1");
    certificate = issued_to("pump-1");
    open_gateway();
  }
  identity::Certificate issued_to(std::string_view dcn) {
    const auto found = fleet.find_identity(actor, dcn);
    return identity::parse_certificate(found.value().certificate).value();
  }
  // Connects with that key and certificate, and runs until the connection has ended.
  std::shared_ptr<Device> live(Key& key, const identity::Certificate& with, const std::function<void(Device&)>& plan) {
    SoftElement element{key};
    const auto tls = tls_of(element, with);
    auto owner = std::make_shared<Device>(*loop, device.id.str());
    plan(*owner);
    const auto dialled = net::connect(*loop, "127.0.0.1", gateway->port(), *tls, owner, Seconds{10});
    EXPECT_TRUE(dialled) << dialled.error().what;
    const auto guard = loop->after(Seconds{60}, [this] {
      ADD_FAILURE() << "the connection never ended";
      loop->stop();
    });
    loop->run();
    loop->cancel(guard);
    return owner;
  }
  void publish(Device& from, std::string_view payload) {
    const auto sent = from.mqtt.publish(mqtt::Qos::at_least_once, "j/data/" + device.id.str() + "/t", bytes_of(payload),
                                        {}, clock.monotonic());
    ASSERT_TRUE(sent) << sent.error().what;
  }
  Key device_key{random};
  fleet::Device device;
  identity::Certificate certificate;
};

TEST_F(GatewayOnAPort, ADevicePublishesAndIsCutTheMomentItIsRevoked) {
  const auto ended = live(device_key, certificate, [&](Device& it) {
    it.when_connected = [&] { publish(it, R"({"value":1})"); };
    it.when_acknowledged = [&] {
      EXPECT_EQ(gateway->sessions(), 1u);
      EXPECT_TRUE(fleet.revoke(actor, device.id, "lost"));
    };
  });
  EXPECT_EQ(ended->pubacks, std::vector{mqtt::ReasonCode::success});
  EXPECT_EQ(ended->ended, mqtt::ReasonCode::administrative_action);
  fleet::DataQuery query;
  query.workspace = device.workspace;
  EXPECT_EQ(fleet.data(actor, query).value().size(), 1u);
  EXPECT_TRUE(is_empty());

  const auto again = live(device_key, certificate, [](Device&) {});
  EXPECT_FALSE(again->mqtt.connected());
  EXPECT_TRUE(is_audited("gateway.refuse pump-1: pump-1 is revoked"));
}

TEST_F(GatewayOnAPort, ASelfMadeCertificateOfTheSameNameIsRefusedAndAudited) {
  Key forged_key{random};
  const auto forged = issue(forged_key, "pump-1");
  const auto refused =
      live(forged_key, forged, [](Device& it) { it.when_connected = [] { ADD_FAILURE() << "a forgery was let in"; }; });
  EXPECT_FALSE(refused->ended);
  EXPECT_TRUE(is_audited("gateway.refuse unknown, calls itself pump-1: unknown certificate"));
}

TEST_F(GatewayOnAPort, WhoseHandshakesFailAgainAndAgainIsBannedUntilAPersonLiftsIt) {
  config.guard_exempt = "";
  config.ban_after = 3;
  gateway.reset();
  open_gateway();
  Key forged_key{random};
  const auto forged = issue(forged_key, "pump-1");
  for (unsigned i = 0; i < config.ban_after; ++i) live(forged_key, forged, [](Device&) {});
  EXPECT_TRUE(is_audited("banned for 300 seconds, as its handshakes fail: unknown certificate"));
  const auto out = live(device_key, certificate, [](Device&) {});
  EXPECT_FALSE(out->mqtt.connected()) << "the same address";
  const auto top = gateway->guard().top(1, clock.monotonic());
  ASSERT_EQ(top.size(), 1u);
  EXPECT_EQ(top[0].site.text(), "127.0.0.1");
  EXPECT_EQ(top[0].counts[static_cast<std::size_t>(guard::Verdict::unknown)], 3u);
  EXPECT_TRUE(top[0].banned_until);
  EXPECT_TRUE(gateway->guard().unban(guard::Prefix::parse("127.0.0.1").value(), clock.monotonic()));
  bool was_in = false;
  live(device_key, certificate, [&](Device& it) {
    it.when_connected = [&] {
      was_in = true;
      gateway->shut_down();
    };
  });
  EXPECT_TRUE(was_in);
}

TEST_F(GatewayOnAPort, AnExemptionThatIsNoAddressIsRefusedAtTheStart) {
  gateway.reset();
  config.guard_exempt = "127.0.0.1 localhost";
  const auto opened = Gateway::create(config, fleet, *loop, {}, folder.path());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("guard_exempt: 'localhost'"), std::string::npos) << opened.error().what;
}

TEST_F(GatewayOnAPort, ShuttingDownTellsTheDevice) {
  const auto ended = live(device_key, certificate, [&](Device& it) {
    it.when_connected = [&] { publish(it, "{}"), loop->after(Millis{1}, [&] { gateway->shut_down(); }); };
  });
  EXPECT_EQ(ended->ended, mqtt::ReasonCode::server_shutting_down);
  EXPECT_EQ(gateway->sessions(), 0u);
  EXPECT_EQ(gateway->port(), 0);
}

}  // namespace
}  // namespace signet::gateway
