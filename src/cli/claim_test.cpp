#include "identity/claim.h"

#include "cli/scripted_board_for_test.h"
#include "cli/scripted_for_test.h"
#include "identity/profile.h"

namespace signet::cli {
namespace {

constexpr const char* dcn = "sn0123F1822C38DD7A01";

// The chain's four links, each as it should be; a test breaks one.
class Claim : public ::testing::Test {
 protected:
  Claim() {
    const identity::Certificate ca =
        identity::issue_manager_ca(public_key_of(manager_key), "Test CA", script.clock.now(), signing(manager_key))
            .value();
    statement = {hex(identity::fingerprint(ca)),   "acc-000000000001", "wks-000000000001", "dev-000000000001", dcn, {},
                 script.clock.now() + Seconds{300}};
    script.store(json::serialize(json::object{
        {"server", "https://manager:8443"}, {"ca", identity::pem("CERTIFICATE", ca.der)}, {"token", "sgs_t"}}));
    script.otherwise = [this](const net::HttpCall& call) { return manage(call); };
  }
  static std::function<Result<crypto::Signature>(const crypto::Digest&)> signing(const crypto::PrivateKey& key) {
    return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
  }

  Scripted_for_test::Given manage(const net::HttpCall& call) {
    if (call.url.ends_with("/v3/server")) {
      return {200,
              json::serialize(json::object{
                  {"server", json::object{{"device_port", 8883}, {"receipt_key", hex(public_key_of(manager_key))}}}})};
    }
    if (call.url.ends_with("/claims")) {
      EXPECT_EQ(call.body, std::string{R"({"dcn":")"} + dcn + "\"}");
      return {200, json::serialize(json::object{{"statement", base64url(identity::encode(statement))}})};
    }
    EXPECT_TRUE(call.url.ends_with("/claims/finish")) << call.url;
    if (manager_refuses) return {403, R"({"code":"forbidden","title":"Forbidden","message":"This is refused."})"};
    const std::string receipt =
        identity::make_receipt(statement, script.clock.now(), signing(receipt_signer())).value();
    return {200, json::serialize(json::object{
                     {"identity", json::object{{"device_id", "dev-000000000001"}, {"dcn", dcn}, {"revoked", false}}},
                     {"receipt", receipt}})};
  }
  const crypto::PrivateKey& receipt_signer() { return receipt_is_forged ? element_key : manager_key; }

  int run() {
    ScriptedBoard_for_test board{std::vector<ScriptedBoard_for_test::Answer>{
        [this](std::string_view) { return identify; },
        [this](std::string_view request) { return sign.empty() ? signature(request) : sign; },
        [this](std::string_view) { return install; }}};
    const int code = script.run({"device", "claim", "lamp", "--board", board.path()});
    return code;
  }
  std::string signature(std::string_view request) {
    const json::object asked = parse_json_object(request.substr(1)).value();
    const Buffer bytes = decode_base64url(std::string_view{asked.at("statement").as_string()}).value();
    return R"(!{"id":ID,"ok":{"signature":")" + hex(crypto::sign(element_key, crypto::sha256(bytes))) + "\"}}\n";
  }
  bool says(std::string_view words) { return script.err.str().find(words) != std::string::npos; }

  crypto::SeededRandom_for_test random{3};
  crypto::PrivateKey manager_key = crypto::generate_private_key(random);
  crypto::PrivateKey element_key = crypto::generate_private_key(random);
  Scripted_for_test script;
  identity::ClaimStatement statement;
  bool manager_refuses = false;
  bool receipt_is_forged = false;
  std::string identify =
      std::string{R"(!{"id":ID,"ok":{"model":"virtual","personalised":true,"dcn":")"} + dcn + "\"}}\n";
  std::string sign;
  std::string install = "!{\"id\":ID,\"ok\":{}}\n";
};

TEST_F(Claim, goes_from_board_to_manager_and_back_and_prints_dcn_and_receipt) {
  ASSERT_EQ(run(), 0) << script.err.str();
  EXPECT_NE(script.out.str().find(dcn), std::string::npos);
  EXPECT_NE(script.out.str().find("Receipt ey"), std::string::npos);
  EXPECT_NE(script.out.str().find("Claim finished successfully"), std::string::npos);
}

TEST_F(Claim, a_blank_element_is_told_to_be_personalised) {
  identify = "!{\"id\":ID,\"ok\":{\"model\":\"virtual\",\"personalised\":false}}\n";
  EXPECT_EQ(run(), 73);
  EXPECT_TRUE(says("signet-foundry personalise")) << script.err.str();
}

TEST_F(Claim, a_challenge_for_another_manager_unit_or_device_is_never_signed) {
  const identity::ClaimStatement good = statement;
  for (std::string identity::ClaimStatement::*field :
       {&identity::ClaimStatement::server, &identity::ClaimStatement::device, &identity::ClaimStatement::dcn}) {
    statement = good;
    (statement.*field).back() ^= 1;
    EXPECT_EQ(run(), 77);
    EXPECT_TRUE(says("Nothing was signed")) << script.err.str();
  }
}

TEST_F(Claim, each_refusal_names_its_link) {
  sign = "!{\"id\":ID,\"error\":{\"code\":\"forbidden\",\"message\":\"another unit\"}}\n";
  EXPECT_EQ(run(), 77);
  EXPECT_TRUE(says("the board refused to sign: another unit")) << script.err.str();
  sign.clear();

  manager_refuses = true;
  EXPECT_EQ(run(), 77);
  EXPECT_TRUE(says("the manager refused the element's proof")) << script.err.str();
  manager_refuses = false;

  receipt_is_forged = true;
  EXPECT_EQ(run(), 77);
  EXPECT_TRUE(says("receipt does not verify")) << script.err.str();
  receipt_is_forged = false;

  install = "!{\"id\":ID,\"error\":{\"code\":\"exhausted\",\"message\":\"flash is full\"}}\n";
  EXPECT_EQ(run(), 75);
  EXPECT_TRUE(says("signet device unclaim")) << script.err.str();
}

}  // namespace
}  // namespace signet::cli
