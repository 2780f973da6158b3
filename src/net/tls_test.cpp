#include "net/test_support.h"
#include "net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::net::test {
namespace {

using testing::HasSubstr;

constexpr int tls12 = 0x0303, tls13 = 0x0304;

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
};

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

TEST_F(TlsTest, ACertificateWithoutItsKeyIsRefused) {
  const Issued thief = ca.issue();
  CountingElement other{thief.key};
  const auto refused = TlsClient::create(trust, {device.certificate_der}, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
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
  const auto text = [](const auto& result) { return result ? std::string{"accepted"} : result.error().what; };
  EXPECT_THAT(text(TlsClient::create({"junk", "x", ""}, {device.certificate_der}, element)), HasSubstr("trusted CA"));
  EXPECT_THAT(text(TlsClient::create({ca.pem(), "", ""}, {device.certificate_der}, element)), HasSubstr("server name"));
  EXPECT_THAT(text(TlsClient::create(trust, {}, element)), HasSubstr("no certificate to show"));
  Buffer longer = device.certificate_der;
  longer.push_back(0);
  EXPECT_FALSE(TlsClient::create(trust, {longer}, element));
}

}  // namespace
}  // namespace signet::net::test
