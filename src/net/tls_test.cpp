#include "net/test_support.h"
#include "net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::net::test {
namespace {

using testing::HasSubstr;

constexpr int tls11 = 0x0302, tls12 = 0x0303, tls13 = 0x0304;

struct TlsTest : testing::Test, World {
  // The device talks to a foreign server that presents `identity`.
  std::shared_ptr<Recorder> dial_raw(RawServer& server) {
    auto recorder = std::make_shared<Recorder>();
    recorder->closing = [this] { loop->stop(); };
    ENSURE(connect(*loop, "127.0.0.1", server.port(), *tls_client, recorder, Seconds{10}));
    return recorder;
  }
  // What a server with this identity hears from a device that wants `server_name`.
  std::string refusal_of(const Issued& identity) {
    RawServer server{{.certificate_pem = identity.certificate_pem, .key_pem = identity.key_pem, .alpn = {"mqtt"}}};
    tls_client = TlsClient::create(trust, {device.certificate_der}, element).value();
    const auto recorder = dial_raw(server);
    EXPECT_TRUE(run(*loop));
    EXPECT_FALSE(recorder->opened);
    EXPECT_FALSE(server.outcome().shaken);
    return recorder->why ? recorder->why->what : "accepted";
  }
  // A foreign client against our server; the loop runs meanwhile.
  RawOutcome against_us(const RawConfig& config) {
    RawOutcome outcome;
    std::thread client{[&] {
      outcome = raw_client(listener->port(), config);
      ENSURE(loop->post([&] { loop->stop(); }));
    }};
    EXPECT_TRUE(run(*loop));
    client.join();
    return outcome;
  }
  RawConfig as_device(int version = 0) {
    return {.version = version, .certificate_pem = device.certificate_pem, .key_pem = device.key_pem, .alpn = {"mqtt"}};
  }
};

TEST_F(TlsTest, OurTwoEndsMeetOverTls13WithOneSignatureOfTheElement) {
  prepare = [](Recorder& end) {
    end.reading = [](Connection& c, Bytes bytes) {
      c.send(bytes);
      c.close_after_send();
    };
  };
  Buffer judged;
  serve([&](Bytes leaf) {
    judged.insert(judged.end(), leaf.begin(), leaf.end());  // twice would not be equal below
    return Status{};
  });
  const auto device_end = dial();
  device_end->opening = [](Connection& c) { c.send(bytes_of("hello")); };
  ASSERT_TRUE(run(*loop));
  EXPECT_EQ(device_end->received, "hello");
  EXPECT_FALSE(device_end->why) << device_end->why->what;
  EXPECT_EQ(device_end->version, "TLSv1.3");
  EXPECT_EQ(device_end->alpn, "mqtt");
  EXPECT_EQ(device_end->peer_certificate, server_identity.certificate_der);
  EXPECT_EQ(element.signatures, 1);
  EXPECT_EQ(judged, device.certificate_der);
  ASSERT_EQ(admitted.size(), 1u);
  EXPECT_EQ(admitted[0]->peer_certificate, device.certificate_der);
  EXPECT_TRUE(admitted[0]->established);
}

TEST_F(TlsTest, TheElementSignsOnceUnderEitherVersion) {
  for (const int version : {tls12, tls13}) {
    element.signatures = 0;
    RawServer server{{.version = version,
                      .certificate_pem = server_identity.certificate_pem,
                      .key_pem = server_identity.key_pem,
                      .ca_pem = ca.pem(),
                      .alpn = {"mqtt"},
                      .to_send = "welcome"}};
    const auto recorder = dial_raw(server);
    recorder->reading = [](Connection& c, Bytes) { c.close_after_send(); };
    ASSERT_TRUE(run(*loop));
    EXPECT_FALSE(recorder->why) << recorder->why->what;
    EXPECT_EQ(recorder->received, "welcome");
    EXPECT_TRUE(server.outcome().shaken);
    EXPECT_EQ(recorder->version, version == tls12 ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(element.signatures, 1);
  }
}

TEST_F(TlsTest, AForeignClientIsServedUnder12And13AndRefusedUnder11) {
  prepare = [](Recorder& end) {
    end.opening = [](Connection& c) {
      c.send(bytes_of("welcome"));
      c.close_after_send();
    };
  };
  for (const int version : {tls12, tls13}) {
    const RawOutcome served = against_us(as_device(version));
    EXPECT_TRUE(served.shaken) << served.error;
    EXPECT_EQ(served.received, "welcome");
    EXPECT_EQ(served.alpn, "mqtt");
  }
  const RawOutcome refused = against_us(as_device(tls11));
  EXPECT_FALSE(refused.shaken);
  EXPECT_THAT(refused.error, HasSubstr("protocol version"));
  EXPECT_THAT(admitted.back()->why->what, HasSubstr("neither TLS 1.3 nor TLS 1.2"));
}

TEST_F(TlsTest, OnlyAeadSuitesWithEcdheAndEcdsaAreSpoken) {
  prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.close_after_send(); }; };
  RawConfig config = as_device(tls12);
  config.suites_tls12 = "ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_TRUE(against_us(config).shaken);
  config.suites_tls12 = "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256";
  EXPECT_FALSE(against_us(config).shaken);
  EXPECT_THAT(admitted.back()->why->what, HasSubstr("no cipher suite"));
}

TEST_F(TlsTest, AlpnIsChosenOrRefusedButNotForcedOnWhoOffersNone) {
  prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.close_after_send(); }; };
  RawConfig config = as_device();
  config.alpn = {"foreign", "http/1.1"};
  EXPECT_EQ(against_us(config).alpn, "http/1.1");
  config.alpn = {};
  EXPECT_TRUE(against_us(config).shaken);
  config.alpn = {"foreign"};
  const RawOutcome refused = against_us(config);
  EXPECT_FALSE(refused.shaken);
  EXPECT_THAT(refused.error, HasSubstr("no application protocol"));
}

TEST_F(TlsTest, AClientWithoutACertificateIsRefused) {
  for (const int version : {tls12, tls13}) {
    const RawOutcome refused = against_us({.version = version, .alpn = {"mqtt"}});
    EXPECT_THAT(refused.error, HasSubstr(version == tls13 ? "certificate required" : "handshake failure"));
    ASSERT_TRUE(admitted.back()->why);
    EXPECT_EQ(admitted.back()->why->code, Errc::unauthenticated);
    EXPECT_THAT(admitted.back()->why->what, HasSubstr("showed no certificate"));
    EXPECT_FALSE(admitted.back()->established);
  }
}

TEST_F(TlsTest, PeoplesPortAsksForNoCertificate) {
  prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.close_after_send(); }; };
  serve(nullptr, {"http/1.1"});
  EXPECT_TRUE(against_us({}).shaken);
  EXPECT_TRUE(admitted.back()->peer_certificate.empty());
}

TEST_F(TlsTest, AJudgesRefusalChoosesTheAlertAndReachesOnClose) {
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
      ASSERT_TRUE(admitted.back()->why);
      EXPECT_EQ(admitted.back()->why->code, code);
      EXPECT_EQ(admitted.back()->why->what, "the judge's own words");
      EXPECT_FALSE(admitted.back()->established);
      EXPECT_EQ(admitted.back()->peer_certificate, device.certificate_der);
    }
  }
}

TEST_F(TlsTest, ACertificateOfAnUnreasonableSizeIsRefusedBeforeTheJudgeSeesIt) {
  const auto with_names = [&](std::size_t count) {
    std::string names = "DNS:localhost";
    for (; count > 0; --count) names += ",DNS:a-name-that-is-only-there-to-be-long.example";
    return ca.issue({.alternative_name = names});
  };
  const auto shown = [&](const Issued& one) {
    return against_us({.certificate_pem = one.certificate_pem, .key_pem = one.key_pem, .alpn = {"mqtt"}});
  };
  prepare = [](Recorder& end) { end.opening = [](Connection& c) { c.close_after_send(); }; };
  constexpr std::size_t around = 100;  // of the message, and less than three names
  std::size_t count = 150;
  while (with_names(count + 1).certificate_der.size() < peer_chain_bytes_max - around) ++count;
  const Issued large = with_names(count);
  EXPECT_EQ(shown(large).error, "");
  EXPECT_EQ(admitted.back()->peer_certificate, large.certificate_der);
  const RawOutcome refused = shown(with_names(count + 3));
  EXPECT_NE(refused.error, "");
  ASSERT_TRUE(admitted.back()->why);
  EXPECT_EQ(admitted.back()->why->code, Errc::too_large);
  EXPECT_TRUE(admitted.back()->peer_certificate.empty());
}

TEST_F(TlsTest, OurDeviceLearnsThatItIsRevoked) {
  serve([](Bytes) -> Status { return Error{Errc::forbidden, "revoked"}; });
  const auto device_end = dial();
  device_end->opening = [](Connection& c) { c.send(Buffer(1000)); };  // unread bytes must not cost us the alert
  ASSERT_TRUE(run(*loop));
  ASSERT_TRUE(device_end->why);
  EXPECT_EQ(device_end->why->code, Errc::forbidden);
  EXPECT_THAT(device_end->why->what, HasSubstr("certificate_revoked"));
}

TEST_F(TlsTest, ACertificateWithoutItsKeyIsRefused) {
  const Issued thief = ca.issue();
  CountingElement other{thief.key};
  const auto refused = TlsClient::create(trust, {device.certificate_der}, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_F(TlsTest, ASignatureByAnotherKeyIsRefusedAfterTheJudge) {
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
  tls_client = TlsClient::create(trust, {device.certificate_der}, liar).value();
  const auto thief_end = dial();
  ASSERT_TRUE(run(*loop));
  ASSERT_TRUE(thief_end->why && admitted[0]->why);
  EXPECT_THAT(thief_end->why->what, HasSubstr("decrypt_error"));
  EXPECT_THAT(admitted[0]->why->what, HasSubstr("does not hold the key"));
  EXPECT_EQ(admitted[0]->why->code, Errc::unauthenticated);
  EXPECT_FALSE(admitted[0]->established);
  EXPECT_EQ(admitted[0]->peer_certificate, device.certificate_der);
}

TEST_F(TlsTest, AnElementThatDoesNotAnswerIsNamed) {
  element.broken = true;
  const auto device_end = dial();
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(device_end->opened);
  ASSERT_TRUE(device_end->why);
  EXPECT_THAT(device_end->why->what, HasSubstr("the secure element did not sign: no answer on the bus"));
}

TEST_F(TlsTest, TheServersCertificateIsHeldToNameAuthorityAndTime) {
  EXPECT_THAT(refusal_of(ca.issue({.alternative_name = "DNS:elsewhere"})), HasSubstr("is for another name"));
  EXPECT_THAT(refusal_of(ca.issue({.common_name = "localhost", .alternative_name = ""})), HasSubstr("another name"));
  EXPECT_THAT(refusal_of(Ca{}.issue()), HasSubstr("not from the CA that is trusted here"));
  EXPECT_THAT(refusal_of(ca.issue({.from_seconds = -7200, .to_seconds = -3600})),
              testing::AllOf(HasSubstr(" ended at 20"), HasSubstr("is the board's clock right?")));
  EXPECT_THAT(refusal_of(ca.issue({.from_seconds = 3600})),
              testing::AllOf(HasSubstr(" is not valid before 20"), HasSubstr("this clock says 20")));
  trust.server_name = "127.0.0.2";
  EXPECT_THAT(refusal_of(ca.issue()), HasSubstr("another name"));
}

TEST_F(TlsTest, AnAddressIsANameToo) {
  trust.server_name = "127.0.0.1";
  tls_client = TlsClient::create(trust, {device.certificate_der}, element).value();
  const auto device_end = dial();
  device_end->opening = [](Connection& c) { c.close_after_send(); };
  ASSERT_TRUE(run(*loop));
  EXPECT_TRUE(device_end->opened);
}

TEST_F(TlsTest, AServerThatDoesNotChooseOurProtocolIsLeft) {
  RawServer server{{.certificate_pem = server_identity.certificate_pem, .key_pem = server_identity.key_pem}};
  const auto recorder = dial_raw(server);
  ASSERT_TRUE(run(*loop));
  EXPECT_FALSE(recorder->opened);
  EXPECT_THAT(recorder->why->what, HasSubstr("does not speak \"mqtt\""));
}

TEST_F(TlsTest, BadMaterialIsNamed) {
  const auto other = ca.issue();
  const auto text = [](const auto& result) { return result ? std::string{"accepted"} : result.error().what; };
  EXPECT_THAT(text(TlsServer::create({"", device.key_pem}, {}, nullptr)), HasSubstr("no certificate in PEM form"));
  EXPECT_THAT(text(TlsServer::create({device.certificate_pem, "x"}, {}, nullptr)), HasSubstr("private key"));
  EXPECT_THAT(text(TlsServer::create({device.certificate_pem, other.key_pem}, {}, nullptr)), HasSubstr("private key"));
  EXPECT_THAT(text(TlsClient::create({"junk", "x", ""}, {device.certificate_der}, element)), HasSubstr("trusted CA"));
  EXPECT_THAT(text(TlsClient::create({ca.pem(), "", ""}, {device.certificate_der}, element)), HasSubstr("server name"));
  EXPECT_THAT(text(TlsClient::create(trust, {}, element)), HasSubstr("no certificate to show"));
  Buffer longer = device.certificate_der;
  longer.push_back(0);
  EXPECT_FALSE(TlsClient::create(trust, {longer}, element));
  std::string many;
  for (std::size_t i = 0; i < pem_certificates_max; ++i) many += device.certificate_pem;
  EXPECT_EQ(text(TlsServer::create({many, device.key_pem}, {}, nullptr)), "accepted");
  many += device.certificate_pem;
  EXPECT_THAT(text(TlsServer::create({many, device.key_pem}, {}, nullptr)), HasSubstr("too many certificates"));
}

}  // namespace
}  // namespace signet::net::test
