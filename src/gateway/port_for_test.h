// port_for_test.h -- the gateway on a real port: sockets, TLS 1.3, certificates made on the spot. The test's thread is
// the fleet's.
#pragma once

#include "base/port/folder_for_test.h"
#include "crypto/key_pem.h"
#include "fleet/memory_store_for_test.h"
#include "gateway/gateway.h"
#include "identity/profile.h"
#include "mqtt/client_session.h"

#include <gtest/gtest.h>

namespace signet::gateway {

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

class PortScene : public testing::Test {
 protected:
  PortScene() {
    const auto signed_in = fleet.set_up(fleet.open_setup().value(), "a@example.org", "correct horse battery", "here");
    actor = fleet.authenticate(signed_in.value().token, "here").value();
    workspace = signed_in.value().workspace.id;
  }
  // A device that is claimed by `key`.
  fleet::Device enroll(Key& key, std::string_view name) {
    const auto made = fleet.create_device(actor, workspace, name, std::nullopt);
    EXPECT_TRUE(made) << made.error().what;
    const auto enrolled = fleet.enroll(actor, made.value().id, issue(key, name));
    EXPECT_TRUE(enrolled) << enrolled.error().what;
    return made.value();
  }
  identity::Certificate issue(Key& key, std::string_view name) {
    return identity::issue_enrolled(key.open, name, ca, clock.now(), ca_key.signer()).value();
  }
  void open_gateway() {
    net::ServerIdentity identity;
    identity.certificate_chain_pem = identity::pem("CERTIFICATE", server.der);
    identity.private_key_pem = crypto::export_private_key_pem(server_key.secret);
    auto opened = Gateway::create(config, fleet, *loop, identity, folder.path());
    ASSERT_TRUE(opened) << opened.error().what;
    gateway = std::move(opened).value();
  }
  std::unique_ptr<net::TlsClient> tls_of(element::Element& element, const identity::Certificate& with) {
    auto tls = net::TlsClient::create({.ca_pem = identity::pem("CERTIFICATE", ca.der), .server_name = "localhost"},
                                      {with.der}, element);
    EXPECT_TRUE(tls) << tls.error().what;
    return std::move(tls).value();
  }
  // Runs the fleet's loop until it is so: what happens on the gateway's own loops is told here a moment later.
  bool eventually(const std::function<bool()>& so) {
    const auto give_up = std::chrono::steady_clock::now() + Seconds{60};
    while (!so() && std::chrono::steady_clock::now() < give_up) {
      loop->after(Millis{1}, [this] { loop->stop(); });
      loop->run();
    }
    return so();
  }
  bool is_empty() {
    return eventually([this] { return gateway->sessions() == 0; });
  }
  bool is_audited(std::string_view part) {
    return eventually([&] {
      const auto entries = fleet.audit(actor, 0, 100).value();
      return std::any_of(entries.begin(), entries.end(), [&](const fleet::AuditEntry& e) {
        return (e.action + " " + e.subject + ": " + e.detail).find(part) != std::string::npos;
      });
    });
  }

  Folder_for_test folder;
  SystemClock clock;
  crypto::SystemRandom random;
  fleet::MemoryStore_for_test store;
  fleet::Fleet fleet{store, clock, random, {"server", nullptr}, {.password_cost = crypto::cheap_password_for_test}};
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();  // the fleet's
  Key ca_key{random}, server_key{random};
  identity::Certificate ca = identity::issue_manager_ca(ca_key.open, "Test CA", clock.now(), ca_key.signer()).value();
  identity::Certificate server =
      identity::issue_server(server_key.open, {"localhost", "127.0.0.1"}, ca, clock.now(), ca_key.signer()).value();
  Config config{.listen_host = "127.0.0.1", .listen_port = 0, .loops = 2};
  fleet::Actor actor;
  WorkspaceId workspace;
  std::unique_ptr<Gateway> gateway;
};

}  // namespace signet::gateway
