// Who is let in, who is not, and what each of them is told.
#include "net/socket.h"
#include "net/tls_contract_for_test.h"

#include <poll.h>
#include <sys/socket.h>

namespace signet::net::test {
namespace {

using testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(Backends, TlsContract, each_backend(), backend_name);

TEST_P(TlsContract, OurTwoEndsMeetUnderEitherVersionWithOneSignatureOfTheElement) {
  prepare = [](Recorder& end) {
    end.reading = [](Connection& c, Bytes bytes) {
      c.send(bytes);
      c.close_after_send();
    };
  };
  for (const TlsVersion version : {TlsVersion::v1_3, TlsVersion::v1_2}) {
    Buffer judged;
    serve([&](Bytes leaf) {
      judged.insert(judged.end(), leaf.begin(), leaf.end());  // twice would not be equal below
      return Status{};
    });
    use_client(version);
    element.signatures = 0;
    const auto device_end = dial();
    device_end->opening = [](Connection& c) { c.send(bytes_of("hello")); };
    ASSERT_TRUE(run(*loop));
    EXPECT_EQ(device_end->received, "hello");
    EXPECT_FALSE(device_end->why) << device_end->why->what;
    EXPECT_EQ(device_end->version, version == TlsVersion::v1_3 ? "TLSv1.3" : "TLSv1.2");
    EXPECT_EQ(device_end->alpn, "mqtt");
    EXPECT_EQ(device_end->peer_certificate, server_identity.certificate_der);
    EXPECT_EQ(element.signatures, 1);
    EXPECT_EQ(judged, device.certificate_der);
    EXPECT_EQ(served().peer_certificate, device.certificate_der);
    EXPECT_EQ(served().version, device_end->version);
    EXPECT_EQ(served().alpn, "mqtt");
    EXPECT_TRUE(served().established);
  }
}

TEST_P(TlsContract, AForeignClientIsServedUnder12And13AndRefusedUnder11) {
  prepare = [](Recorder& end) {
    end.opening = [](Connection& c) {
      c.send(bytes_of("welcome"));
      c.close_after_send();
    };
  };
  for (const int version : {tls12, tls13}) {
    const RawOutcome outcome = against_us(as_device(version));
    EXPECT_TRUE(outcome.shaken) << outcome.error;
    EXPECT_EQ(outcome.error, "");
    EXPECT_EQ(outcome.received, "welcome");
    EXPECT_EQ(outcome.alpn, "mqtt");
    RawConfig again = as_device(version);
    again.session = outcome.session;
    const RawOutcome second = against_us(again);
    EXPECT_TRUE(second.shaken);
    EXPECT_FALSE(second.is_resumed) << "a session that is resumed would outlive a revocation";
  }
  const RawOutcome refused = against_us(as_device(tls11));
  EXPECT_FALSE(refused.shaken);
  EXPECT_THAT(refused.error, HasSubstr("protocol version"));
  EXPECT_THAT(served().why->what, HasSubstr("neither TLS 1.3 nor TLS 1.2"));
}

TEST_P(TlsContract, OnlyAeadSuitesWithEcdheAndEcdsaAreSpoken) {
  close_when_open();
  RawConfig config = as_device(tls12);
  for (const char* const suite :
       {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    config.suites_tls12 = suite;
    EXPECT_EQ(against_us(config).suite, suite);
  }
  config.suites_tls12 = "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256";
  const RawOutcome refused = against_us(config);
  EXPECT_FALSE(refused.shaken);
  EXPECT_THAT(refused.error, HasSubstr("handshake failure"));
  EXPECT_THAT(served().why->what, HasSubstr("no cipher suite"));
}

TEST_P(TlsContract, AlpnIsChosenOrRefusedButNotForcedOnWhoOffersNone) {
  close_when_open();
  RawConfig config = as_device();
  config.alpn = {"foreign", "http/1.1"};
  EXPECT_EQ(against_us(config).alpn, "http/1.1");
  config.alpn = {"http/1.1", "mqtt"};
  EXPECT_EQ(against_us(config).alpn, "mqtt") << "our order counts";
  config.alpn = {};
  EXPECT_TRUE(against_us(config).shaken);
  EXPECT_EQ(served().alpn, "");
  config.alpn = {"foreign"};
  const RawOutcome refused = against_us(config);
  EXPECT_FALSE(refused.shaken);
  EXPECT_THAT(refused.error, HasSubstr("no application protocol"));
  EXPECT_THAT(served().why->what, HasSubstr("ALPN"));
}

TEST_P(TlsContract, AClientWithoutACertificateIsRefused) {
  for (const int version : {tls12, tls13}) {
    const RawOutcome refused = against_us({.version = version, .alpn = {"mqtt"}});
    EXPECT_THAT(refused.error, HasSubstr(version == tls13 ? "certificate required" : "handshake failure"));
    ASSERT_TRUE(served().why);
    EXPECT_EQ(served().why->code, Errc::unauthenticated);
    EXPECT_THAT(served().why->what, HasSubstr("showed no certificate"));
    EXPECT_TRUE(is_fault_of_peer(*served().why));
    EXPECT_FALSE(served().established);
  }
}

TEST_P(TlsContract, PeoplesPortAsksForNoCertificate) {
  close_when_open();
  serve(nullptr, {"http/1.1"});
  EXPECT_TRUE(against_us({}).shaken);
  EXPECT_TRUE(served().peer_certificate.empty());
}

// An expired certificate is one of these: the registry knows when it ends, and says so with a code.
TEST_P(TlsContract, AJudgesRefusalChoosesTheAlertAndReachesOnClose) {
  const std::tuple<Errc, const char*> table[] = {{Errc::not_found, "unknown ca"},
                                                 {Errc::forbidden, "certificate revoked"},
                                                 {Errc::unauthenticated, "bad certificate"},
                                                 {Errc::unavailable, "certificate unknown"},
                                                 {Errc::conflict, "certificate unknown"}};
  for (const auto& [code, alert] : table) {
    serve([code = code](Bytes) -> Status { return Error{code, "the judge's own words"}; });
    for (const int version : {tls12, tls13}) {
      const RawOutcome refused = against_us(as_device(version));
      EXPECT_THAT(refused.error, HasSubstr(alert));
      EXPECT_THAT(refused.error, testing::Not(HasSubstr("words")));
      ASSERT_TRUE(served().why);
      EXPECT_EQ(served().why->code, code);
      EXPECT_EQ(served().why->what, "the judge's own words");
      EXPECT_FALSE(served().established);
      EXPECT_EQ(served().peer_certificate, device.certificate_der);
    }
  }
}

TEST_P(TlsContract, OurDeviceLearnsThatItIsRevoked) {
  serve([](Bytes) -> Status { return Error{Errc::forbidden, "revoked"}; });
  const auto device_end = dial();
  device_end->opening = [](Connection& c) { c.send(Buffer(1000)); };  // unread bytes must not cost us the alert
  ASSERT_TRUE(run(*loop));
  ASSERT_TRUE(device_end->why);
  EXPECT_EQ(device_end->why->code, Errc::forbidden);
  EXPECT_THAT(device_end->why->what, HasSubstr("certificate_revoked"));
}

TEST_P(TlsContract, ACertificateOfAnUnreasonableSizeIsRefusedBeforeTheJudgeSeesIt) {
  const auto with_names = [&](std::size_t count) {
    std::string names = "DNS:localhost";
    for (; count > 0; --count) names += ",DNS:a-name-that-is-only-there-to-be-long.example";
    return ca.issue({.alternative_name = names});
  };
  const auto shown = [&](const Issued& one) {
    return against_us({.certificate_pem = one.certificate_pem, .key_pem = one.key_pem, .alpn = {"mqtt"}});
  };
  close_when_open();
  constexpr std::size_t around = 100;  // of the message, and less than three names
  std::size_t count = 150;
  while (with_names(count + 1).certificate_der.size() < peer_chain_bytes_max - around) ++count;
  const Issued large = with_names(count);
  EXPECT_EQ(shown(large).error, "");
  EXPECT_EQ(served().peer_certificate, large.certificate_der);
  const RawOutcome refused = shown(with_names(count + 3));
  EXPECT_NE(refused.error, "");
  ASSERT_TRUE(served().why);
  EXPECT_EQ(served().why->code, Errc::too_large);
  EXPECT_TRUE(served().peer_certificate.empty());
}

TEST_P(TlsContract, ASignatureByAnotherKeyIsRefusedAfterTheJudge) {
  struct Liar final : element::Element {
    explicit Liar(CountingElement& h, std::shared_ptr<crypto::PrivateKey> o) : honest(h), own(std::move(o)) {}
    element::Assurance assurance() const override { return element::Assurance::software; }
    Result<element::Uid> uid() override { return honest.uid(); }
    Result<crypto::PublicKey> public_key() override { return honest.public_key(); }
    Result<crypto::Signature> sign(const crypto::Digest& digest) override { return crypto::sign(*own, digest); }
    Result<Buffer> random(std::size_t size) override { return honest.random(size); }
    Result<element::Certificates> certificates() override { return honest.certificates(); }
    Result<std::uint32_t> counter(unsigned id) override { return honest.counter(id); }
    Result<std::uint32_t> increment(unsigned id) override { return honest.increment(id); }
    CountingElement& honest;
    std::shared_ptr<crypto::PrivateKey> own;
  } liar{element, ca.issue().key};
  for (const TlsVersion version : {TlsVersion::v1_3, TlsVersion::v1_2}) {
    trust.newest = version;
    tls_client = TlsClient::create(trust, {device.certificate_der}, liar).value();
    const auto thief_end = dial();
    ASSERT_TRUE(run(*loop));
    ASSERT_TRUE(thief_end->why && served().why);
    EXPECT_THAT(thief_end->why->what, HasSubstr("decrypt_error"));
    EXPECT_THAT(served().why->what, HasSubstr("does not hold the key"));
    EXPECT_EQ(served().why->code, Errc::unauthenticated);
    EXPECT_FALSE(served().established);
    EXPECT_EQ(served().peer_certificate, device.certificate_der);
  }
}

TEST_P(TlsContract, AKeyThatIsNotP256IsRefusedEvenIfTheJudgeKnowsIt) {
  close_when_open();
  for (const KeyKind kind : {KeyKind::p384, KeyKind::rsa}) {
    const Issued wrong = ca.issue({.kind = kind});
    for (const int version : {tls12, tls13}) {
      const RawOutcome refused = against_us(
          {.version = version, .certificate_pem = wrong.certificate_pem, .key_pem = wrong.key_pem, .alpn = {"mqtt"}});
      EXPECT_NE(refused.error, "");
      ASSERT_TRUE(served().why) << version;
      EXPECT_EQ(served().why->code, Errc::unauthenticated) << served().why->what;
      EXPECT_FALSE(served().established);
    }
  }
}

struct Knock {
  const char* name;
  std::string bytes;
  Errc code;
  const char* words;
};

// What is not TLS hears one alert at most, whatever it is: nobody gets more from us than they sent.
TEST_P(TlsContract, GarbageIsAnsweredWithAnAlertOrNothing) {
  constexpr ssize_t alert_bytes = 7;
  const Knock knocks[] = {
      {"http", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", Errc::malformed, "plain HTTP"},
      {"text", "SSH-2.0-OpenSSH_9.2\r\n", Errc::malformed, "does not speak TLS"},
      {"zeros", std::string(600, '\0'), Errc::malformed, "does not speak TLS"},
      {"a record too long", std::string{"\x16\x03\x01\xff\xff"} + std::string(600, 'x'), Errc::malformed, ""},
      {"a message of no kind", std::string{"\x16\x03\x01\x00\x08\x63\x00\x00\x04????", 13}, Errc::malformed, ""},
      {"data before a handshake", std::string{"\x17\x03\x03\x00\x04????", 9}, Errc::malformed, ""},
      {"nothing", "", Errc::unavailable, ""},
  };
  for (const Knock& knock : knocks) {
    SCOPED_TRACE(knock.name);
    const auto before = admitted.size();
    const Fd fd = start_connecting(resolve("127.0.0.1", listener->port()).value().front()).value();
    pollfd connected{fd.get(), POLLOUT, 0};  // who connects and says nothing is not handed to us at once
    ASSERT_EQ(::poll(&connected, 1, 5000), 1);
    ASSERT_EQ(::send(fd.get(), knock.bytes.data(), knock.bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(knock.bytes.size()));
    if (knock.bytes.empty()) ::shutdown(fd.get(), SHUT_WR);
    ASSERT_TRUE(run_until(*loop, [&] { return admitted.size() > before && served().closed; }));
    ASSERT_TRUE(served().why);
    EXPECT_EQ(served().why->code, knock.code) << served().why->what;
    EXPECT_THAT(served().why->what, HasSubstr(knock.words));
    if (*knock.words != '\0' || knock.bytes.empty()) {
      EXPECT_EQ(is_fault_of_peer(*served().why), !knock.bytes.empty());
    }
    EXPECT_FALSE(served().established);
    char answer[64];
    EXPECT_LE(::recv(fd.get(), answer, sizeof answer, MSG_DONTWAIT), alert_bytes);
  }
}

TEST_P(TlsContract, AHandshakeThatIsTooSlowIsCut) {
  ListenConfig config;
  config.handshake_timeout = Millis{100};
  listen_again(config);
  const Fd fd = start_connecting(resolve("127.0.0.1", listener->port()).value().front()).value();
  ASSERT_TRUE(run_until(*loop, [&] { return !admitted.empty(); }));
  ASSERT_EQ(::send(fd.get(), "\x16\x03\x01", 3, MSG_NOSIGNAL), 3);
  ASSERT_TRUE(run_until(*loop, [&] { return served().closed; }));
  EXPECT_THAT(served().why->what, HasSubstr("too slow"));
}

}  // namespace
}  // namespace signet::net::test
