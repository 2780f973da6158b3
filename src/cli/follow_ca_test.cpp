#include "cli/follow_ca.h"

#include "cli/scripted_for_test.h"
#include "identity/profile.h"
#include "identity/successor.h"

namespace signet::cli {
namespace {

struct FollowCa : ::testing::Test {
  FollowCa() {
    script.answers["POST /v3/login"] = {
        200, R"({"token":"sgs_new","account":{"id":"acc-1"},"workspace":{"id":"wks-1","name":"default"}})"};
    pin(pem_of(ca));
  }
  static identity::SignDigest signing_with(const crypto::PrivateKey& key) {
    return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
  }
  identity::Certificate ca_of(const crypto::PrivateKey& key) {
    return identity::issue_manager_ca(crypto::public_key_of(key), "CA", script.clock.now(), signing_with(key)).value();
  }
  static std::string pem_of(const identity::Certificate& of) { return identity::pem("CERTIFICATE", of.der); }
  void pin(const std::string& pem) {
    script.store(json::serialize(json::object{{"server", "https://manager:8443"}, {"ca", pem}, {"token", "sgs_t"}}));
  }
  std::string pinned() { return std::string{parse_json_object(script.config()).value().at("ca").as_string()}; }
  // Signs in at a manager whose CA is `present`, and which says that about the next.
  int sign_in(const identity::Certificate& present, const json::value& about_next) {
    const json::object server{{"fingerprint", hex(identity::fingerprint(present))}, {"next_ca", about_next}};
    script.answers["GET /v3/server"] = {200, json::serialize(json::object{{"server", server}})};
    return script.run({"login", "--email", "me@example.org"});
  }

  Scripted_for_test script;
  crypto::SeededRandom_for_test random{11};
  crypto::PrivateKey key = crypto::generate_private_key(random), next_key = crypto::generate_private_key(random);
  identity::Certificate ca = ca_of(key), next = ca_of(next_key);
  identity::Successor named = identity::name_successor(ca, next, signing_with(key)).value();
};

TEST_F(FollowCa, pins_the_next_beside_the_present_one_and_then_alone) {
  ASSERT_EQ(sign_in(ca, nullptr), 0) << script.err.str();
  EXPECT_EQ(pinned(), pem_of(ca));
  ASSERT_EQ(sign_in(ca, identity::write_successor(named)), 0) << script.err.str();
  EXPECT_EQ(pinned(), pem_of(ca) + pem_of(next));
  EXPECT_EQ(ca_fingerprint({"", pinned(), "", ""}).value(), hex(identity::fingerprint(ca)));
  ASSERT_EQ(sign_in(ca, identity::write_successor(named)), 0) << "nothing changes";
  EXPECT_EQ(pinned(), pem_of(ca) + pem_of(next));
  ASSERT_EQ(sign_in(next, nullptr), 0) << script.err.str();
  EXPECT_EQ(pinned(), pem_of(next));
  EXPECT_NE(script.config().find("sgs_new"), std::string::npos);
}

TEST_F(FollowCa, believes_nobody_else_s_word) {
  identity::Successor forged = named;
  forged.signature[5] ^= 1;
  EXPECT_NE(sign_in(ca, identity::write_successor(forged)), 0);
  EXPECT_EQ(pinned(), pem_of(ca));
  EXPECT_EQ(sign_in(next, identity::write_successor(named)), 0) << "it is not the CA that is pinned that names";
  EXPECT_EQ(pinned(), pem_of(ca));
}

}  // namespace
}  // namespace signet::cli
