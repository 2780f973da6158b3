// test_support.h -- for the tests of net alone: certificates made on the spot, a software element, peers that
// misbehave.
#pragma once

#include "net/connection.h"

#include <thread>

namespace signet::net::test {

struct Issued {
  std::string certificate_pem;
  Buffer certificate_der;
  std::string key_pem;
  std::shared_ptr<crypto::PrivateKey> key;  // of a P-256 key
};

enum class KeyKind : std::uint8_t { p256, p384, rsa };

struct Order {
  std::string common_name = "test";
  std::string alternative_name = "DNS:localhost,IP:127.0.0.1";  // OpenSSL's notation
  long from_seconds = -3600;                                    // from now
  long to_seconds = 3600 * 24;
  KeyKind kind = KeyKind::p256;
};

class Ca {
 public:
  Ca();
  ~Ca();
  const std::string& pem() const { return pem_; }
  Issued issue(const Order& order = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string pem_;
};

// An element in memory that counts what it is asked for.
class CountingElement final : public element::Element {
 public:
  explicit CountingElement(std::shared_ptr<crypto::PrivateKey> key) : key_(std::move(key)) {}
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return crypto::public_key_of(*key_); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override {
    ++signatures;
    if (broken) return Error{Errc::unavailable, "no answer on the bus"};
    return crypto::sign(*key_, digest);
  }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "none"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }

  int signatures = 0;
  bool broken = false;

 private:
  std::shared_ptr<crypto::PrivateKey> key_;
};

// Writes down what it is told and lets a test react.
struct Recorder final : ConnectionEvents {
  void on_open(Connection& c) override {
    connection = &c;
    opened = true;
    version = c.tls_version();
    alpn = c.alpn();
    peer_certificate = c.peer_certificate();
    if (opening) opening(c);
  }
  void on_bytes(Connection& c, Bytes bytes) override {
    received += text_of(bytes);
    if (reading) reading(c, bytes);
  }
  void on_drained(Connection& c) override {
    if (draining) draining(c);
  }
  void on_close(Connection& c, const std::optional<Error>& error) override {
    closed = true;
    why = error;
    established = c.established();
    peer_certificate = c.peer_certificate();
    connection = nullptr;
    if (closing) closing();
  }

  std::function<void(Connection&)> opening, draining;
  std::function<void(Connection&, Bytes)> reading;
  std::function<void()> closing;
  Connection* connection = nullptr;
  bool opened = false, closed = false, established = false;
  std::optional<Error> why;
  std::string received, version, alpn;
  Buffer peer_certificate;
};

// A blocking TLS end of OpenSSL's own making, for what our own ends refuse to do.
struct RawConfig {
  int version = 0;                // 0x0303; 0: any
  std::string certificate_pem{};  // none: shows none
  std::string key_pem{};
  std::string ca_pem{};  // a server that sets it demands a certificate
  std::vector<std::string> alpn{};
  std::string suites_tls12{};
  std::string to_send{};
  std::shared_ptr<void> session{};  // of an outcome before: to be resumed
};
struct RawOutcome {
  bool shaken = false;  // the handshake succeeded as far as this end can tell
  std::string error;    // OpenSSL's words, of the handshake or of the read after it
  std::string version, alpn, suite, received;
  Buffer server_certificate;
  std::shared_ptr<void> session{};
  bool is_resumed = false;
};
RawOutcome raw_client(std::uint16_t port, const RawConfig& config);

// Serves one connection on its own thread.
class RawServer {
 public:
  explicit RawServer(RawConfig config);
  ~RawServer();
  std::uint16_t port() const { return port_; }
  RawOutcome outcome();  // waits for the end

 private:
  Fd listening_;
  std::uint16_t port_ = 0;
  RawOutcome outcome_;
  std::thread thread_;
};

// Runs until somebody stops the loop; false when nobody does for a long time.
bool run(Loop& loop);
// Runs until `done` says so; looks every millisecond.
bool run_until(Loop& loop, const std::function<bool()>& done);

// What most tests start from: a manager's port that judges devices, and a device.
struct World {
  explicit World(TlsOptions options = {});
  std::shared_ptr<Recorder> dial(Millis timeout = Seconds{10});  // stops the loop when closed
  TlsServer& serve(JudgePeer judge, std::vector<std::string> alpn = {"mqtt", "http/1.1"});
  void listen_again(ListenConfig config = {});

  // A foreign client against our server; the loop runs meanwhile.
  RawOutcome against_us(const RawConfig& config);
  RawConfig as_device(int version = 0) {
    return {.version = version, .certificate_pem = device.certificate_pem, .key_pem = device.key_pem, .alpn = {"mqtt"}};
  }

  TlsOptions tls_options;
  SystemClock clock;
  std::unique_ptr<Loop> loop = Loop::create(clock).value();
  Ca ca;
  Issued server_identity = ca.issue({.common_name = "manager"});
  Issued device = ca.issue({.common_name = "sn0123"});
  CountingElement element{device.key};
  ClientTrust trust{.ca_pem = ca.pem(), .server_name = "localhost"};
  std::unique_ptr<TlsServer> tls_server;
  std::unique_ptr<TlsClient> tls_client;
  std::unique_ptr<Listener> listener;
  std::vector<std::shared_ptr<Recorder>> admitted;  // the server's ends
  std::function<void(Recorder&)> prepare = [](Recorder&) {};
};

}  // namespace signet::net::test
