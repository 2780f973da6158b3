// Against a real TLS server on loopback: who is asked, by whose key, and what happens to a connection that goes wrong.
#include "board/fetcher.h"

#include "board/element_for_test.h"
#include "crypto/key_pem.h"

#include <gmock/gmock.h>

namespace signet::board {
namespace {

using testing::HasSubstr;

struct LeapingFetchClock final : Clock {
  SystemClock real;
  Micros leap{};
  Timestamp now() override { return real.now(); }
  Instant monotonic() override { return real.monotonic() + leap; }
};

class FetcherTest : public testing::Test {
 protected:
  struct Served final : net::ConnectionEvents {
    explicit Served(FetcherTest& test) : test_(test) {}
    void on_open(net::Connection& connection) override { test_.peers.push_back(connection.peer_certificate()); }
    void on_bytes(net::Connection& connection, Bytes bytes) override {
      heard_ += text_of(bytes);
      if (!heard_.ends_with("\r\n\r\n")) return;
      test_.requests.push_back(std::exchange(heard_, ""));
      if (test_.hangs_up) return connection.close_now();
      connection.send(bytes_of(test_.reply));
    }
    void on_close(net::Connection&, const std::optional<Error>&) override {}
    FetcherTest& test_;
    std::string heard_;
  };

  void SetUp() override {
    chip.personalise(factory);
    net::ServerIdentity identity;
    identity.certificate_chain_pem = identity::pem("CERTIFICATE", server.der);
    identity.private_key_pem = crypto::export_private_key_pem(server_key);
    tls = net::TlsServer::create(identity, {"mqtt", "http/1.1"}, [](Bytes) { return Status{}; }).value();
    listener = net::Listener::create(*loop, {}, *tls, [this](const std::string&) {
                 return std::make_shared<Served>(*this);
               }).value();
    use(ca);
  }
  void use(const identity::Certificate& trusted) {
    Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    endpoint.port = listener->port();
    endpoint.ca = identity::pem("CERTIFICATE", trusted.der);
    fetcher.set_peer(endpoint, {chip.certificate->der, factory.signer.der});
  }
  Result<Fetched> get() {
    std::optional<Result<Fetched>> out;
    fetcher.get("/fota/fmw-1/2.0.0/1", 65536, 4, [&](Result<Fetched> answer) { out = std::move(answer); });
    EXPECT_FALSE(out) << "the answer comes later";
    if (on_asked) on_asked();
    const Instant fuse = clock.real.monotonic() + Seconds{20};
    while (!out && clock.real.monotonic() < fuse) {
      loop->after(Millis{1}, [&] { loop->stop(); });
      loop->run();
    }
    return out ? *out : Error{Errc::unavailable, "the test waited in vain"};
  }

  LeapingFetchClock clock;
  crypto::SystemRandom random;
  Factory_for_test factory;
  SoftElement_for_test chip;
  crypto::PrivateKey ca_key = crypto::generate_private_key(random), server_key = crypto::generate_private_key(random);
  identity::Certificate ca =
      identity::issue_manager_ca(crypto::public_key_of(ca_key), "CA", clock.now(), signer_of(ca_key)).value();
  identity::Certificate server =
      identity::issue_server(crypto::public_key_of(server_key), {"127.0.0.1"}, ca, clock.now(), signer_of(ca_key))
          .value();
  std::unique_ptr<net::TlsServer> tls;
  std::vector<std::string> requests;
  std::vector<Buffer> peers;
  std::string reply = "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nbody";
  bool hangs_up = false;
  std::function<void()> on_asked;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  std::unique_ptr<net::Listener> listener;
  Fetcher fetcher{*loop, chip, net::TlsVersion::v1_3};
};

TEST_F(FetcherTest, AsksTheManagerWithTheElementsKeyOverOneConnection) {
  for (int i = 0; i < 3; ++i) {
    const auto got = get();
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(text_of(got.value().body), "body");
  }
  ASSERT_EQ(peers.size(), 1u) << "one handshake";
  EXPECT_EQ(peers[0], chip.certificate->der);
  EXPECT_EQ(requests[0], "GET /fota/fmw-1/2.0.0/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=65536-65539\r\n\r\n");
}

TEST_F(FetcherTest, BelievesNobodyButItsManager) {
  use(factory.root);
  EXPECT_FALSE(get());
  EXPECT_TRUE(requests.empty());
}

TEST_F(FetcherTest, EndlessDataEndsTheConnection) {
  reply = "HTTP/1.1 206 Partial Content\r\nContent-Length: 400000\r\n\r\n" + std::string(300'000, 'x');
  EXPECT_EQ(get().error().code, Errc::too_large);
  reply = "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nbody and more";
  EXPECT_FALSE(get());
  reply = "HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n\r\nbody";
  EXPECT_TRUE(get());
  EXPECT_EQ(peers.size(), 3u);
}

TEST_F(FetcherTest, ALineThatBreaksIsToldAndTheNextQuestionDialsAnew) {
  hangs_up = true;
  EXPECT_EQ(get().error().code, Errc::unavailable);
  hangs_up = false;
  EXPECT_TRUE(get());
  fetcher.set_peer(std::nullopt, {});
  EXPECT_THAT(get().error().what, HasSubstr("not connected"));
}

TEST_F(FetcherTest, GivesUpWhoSaysNothing) {
  reply.clear();
  on_asked = [this] { clock.leap += fetch_timeout; };
  EXPECT_EQ(get().error().code, Errc::unavailable);
}

}  // namespace
}  // namespace signet::board
