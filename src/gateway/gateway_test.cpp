// The gateway on a real port: sockets, TLS 1.3, certificates made on the spot.
#include "gateway/gateway.h"

#include "crypto/key_pem.h"
#include "fleet/memory_store_for_test.h"
#include "identity/profile.h"
#include "mqtt/client_session.h"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

struct Key {
  explicit Key(crypto::Random& random)
      : secret(crypto::generate_private_key(random)), open(crypto::public_key_of(secret)) {}
  identity::SignDigest signer() {
    return [this](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(secret, digest); };
  }
  crypto::PrivateKey secret;
  crypto::PublicKey open;
};

class SoftElement final : public element::Element {
 public:
  explicit SoftElement(Key& key) : key_(key) {}
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return key_.open; }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override { return crypto::sign(key_.secret, digest); }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "none"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }

 private:
  Key& key_;
};

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

class GatewayOnAPort : public testing::Test {
 protected:
  void SetUp() override {
    const auto signed_in = fleet.set_up(fleet.open_setup().value(), "a@example.org", "correct horse battery", "here");
    ASSERT_TRUE(signed_in) << signed_in.error().what;
    actor = fleet.authenticate(signed_in.value().token, "here").value();
    const auto made = fleet.create_device(actor, signed_in.value().workspace.id, "pump", std::nullopt);
    ASSERT_TRUE(made) << made.error().what;
    device = made.value();
    certificate = issue(device_key);
    const auto enrolled = fleet.enroll(actor, device.id, certificate);
    ASSERT_TRUE(enrolled) << enrolled.error().what;
    net::ServerIdentity identity;
    identity.certificate_chain_pem = identity::pem("CERTIFICATE", server.der);
    identity.private_key_pem = crypto::export_private_key_pem(server_key.secret);
    auto opened = Gateway::create(config, fleet, *loop, identity);
    ASSERT_TRUE(opened) << opened.error().what;
    gateway = std::move(opened).value();
  }

  identity::Certificate issue(Key& key) {
    return identity::issue_enrolled(key.open, "pump-1", ca, clock.now(), ca_key.signer()).value();
  }
  // Connects with that key and certificate, and runs until the connection has ended.
  std::shared_ptr<Device> live(Key& key, const identity::Certificate& with, const std::function<void(Device&)>& plan) {
    SoftElement element{key};
    auto tls = net::TlsClient::create({.ca_pem = identity::pem("CERTIFICATE", ca.der), .server_name = "localhost"},
                                      {with.der}, element);
    EXPECT_TRUE(tls) << tls.error().what;
    auto owner = std::make_shared<Device>(*loop, device.id.str());
    plan(*owner);
    const auto dialled = net::connect(*loop, "127.0.0.1", gateway->port(), *tls.value(), owner, Seconds{10});
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
  bool audited(std::string_view part) {
    const auto entries = fleet.audit(actor, 0, 100).value();
    return std::any_of(entries.begin(), entries.end(), [&](const fleet::AuditEntry& e) {
      return (e.action + " " + e.subject + ": " + e.detail).find(part) != std::string::npos;
    });
  }

  SystemClock clock;
  crypto::SystemRandom random;
  fleet::MemoryStore_for_test store;
  fleet::Fleet fleet{store, clock, random, {"server", nullptr}, {}};
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  Key ca_key{random}, server_key{random}, device_key{random};
  identity::Certificate ca = identity::issue_manager_ca(ca_key.open, "Test CA", clock.now(), ca_key.signer()).value();
  identity::Certificate server =
      identity::issue_server(server_key.open, {"localhost", "127.0.0.1"}, ca, clock.now(), ca_key.signer()).value();
  identity::Certificate certificate;
  Config config{.listen_host = "127.0.0.1", .listen_port = 0};
  fleet::Actor actor;
  fleet::Device device;
  std::unique_ptr<Gateway> gateway;
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
  EXPECT_EQ(gateway->sessions(), 0u);

  const auto again = live(device_key, certificate, [](Device&) {});
  EXPECT_FALSE(again->mqtt.connected());
  EXPECT_TRUE(audited("gateway.refuse pump-1: pump-1 is revoked"));
}

TEST_F(GatewayOnAPort, ASelfMadeCertificateOfTheSameNameIsRefusedAndAudited) {
  Key forged_key{random};
  const auto forged = issue(forged_key);
  const auto refused =
      live(forged_key, forged, [](Device& it) { it.when_connected = [] { ADD_FAILURE() << "a forgery was let in"; }; });
  EXPECT_FALSE(refused->ended);
  EXPECT_TRUE(audited("gateway.refuse unknown, calls itself pump-1: unknown certificate"));
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
