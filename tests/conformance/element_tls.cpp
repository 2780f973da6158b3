// Every kind of element proves itself in a mutual TLS handshake, 1.2 and 1.3, against OpenSSL's own server.
#include "element_kit.h"

#include "board/element_for_test.h"
#include "identity/certificate.h"
#include "net/test_support.h"

#include <gtest/gtest.h>

namespace signet::element::kit {
namespace {

class ElementTls : public testing::TestWithParam<Kind>, protected net::test::World {
 protected:
  net::test::RawServer server_for(int version) {
    return net::test::RawServer{{.version = version,
                                 .certificate_pem = server_identity.certificate_pem,
                                 .key_pem = server_identity.key_pem,
                                 .ca_pem = identity::pem("CERTIFICATE", factory_.root.der),
                                 .alpn = {"mqtt"},
                                 .to_send = "welcome"}};
  }
  // Issued for this element's key by a manufacturer in memory.
  std::vector<Buffer> chain() {
    const auto certificate =
        identity::issue_enrolled(bench_->element().public_key().value(), dcn_of(bench_->element().uid().value()),
                                 factory_.signer, board::year_2026, board::signer_of(factory_.signer_key));
    return {certificate.value().der, factory_.signer.der};
  }
  std::shared_ptr<net::test::Recorder> dial(net::test::RawServer& server, const std::vector<Buffer>& shown) {
    tls_client = net::TlsClient::create(trust, shown, bench_->element()).value();
    const auto recorder = std::make_shared<net::test::Recorder>();
    recorder->reading = [](net::Connection& c, Bytes) { c.close_after_send(); };
    recorder->closing = [this] { loop->stop(); };
    ENSURE(net::connect(*loop, "127.0.0.1", server.port(), *tls_client, recorder, Seconds{10}));
    return recorder;
  }

  board::Factory_for_test factory_;
  std::unique_ptr<Bench> bench_ = GetParam().make();
};

TEST_P(ElementTls, ProvesItselfUnderEitherVersion) {
  for (const auto& [version, name] : {std::pair{0x0303, "TLSv1.2"}, std::pair{0x0304, "TLSv1.3"}}) {
    auto server = server_for(version);
    const auto client = dial(server, chain());
    ASSERT_TRUE(net::test::run(*loop));
    EXPECT_FALSE(client->why) << client->why->what;
    EXPECT_EQ(client->received, "welcome") << server.outcome().error;
    EXPECT_EQ(client->version, name);
    EXPECT_TRUE(server.outcome().shaken);
  }
}

std::string tls_kind_name(const testing::TestParamInfo<Kind>& kind) { return kind.param.name; }
INSTANTIATE_TEST_SUITE_P(All, ElementTls, testing::Values(software(), atecc(), pkcs11(), tpm()), tls_kind_name);

}  // namespace
}  // namespace signet::element::kit
