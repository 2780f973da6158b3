#include "cli/scripted_for_test.h"

namespace signet::cli {
namespace {

TEST(Member, is_found_by_e_mail_and_gets_a_role) {
  Scripted_for_test script;
  const std::string members = script.base + "/members";
  script.answers["GET " + members] = {
      200, R"({"members":[{"account_id":"acc-000000000001","email":"bob@example.org","role":"viewer","since":"x"}]})"};
  script.answers["PUT " + members + "/acc-000000000001"] = {
      200, R"({"member":{"account_id":"acc-000000000001","email":"bob@example.org","role":"admin","since":"x"}})"};
  script.answers["DELETE " + members + "/acc-000000000001"] = {200, "{}"};
  ASSERT_EQ(script.run({"member", "role", "bob@example.org", "admin"}), 0) << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"role":"admin"})");
  EXPECT_EQ(script.out.str(), "bob@example.org is admin\n");
  EXPECT_EQ(script.run({"member", "rm", "acc-000000000001"}), 0);
  EXPECT_EQ(script.run({"member", "rm", "eve@example.org"}), 66);
  ASSERT_EQ(script.run({"member", "ls"}), 0);
  EXPECT_NE(script.out.str().find("bob@example.org  viewer"), std::string::npos) << script.out.str();
}

TEST(Member, join_sends_an_invitation_nowhere_but_to_its_manager) {
  Scripted_for_test script;
  script.otherwise = [](const net::HttpCall&) { return Scripted_for_test::Given{200, "no certificate"}; };
  const std::string link = "https://other:8443/join#token=sgi_x&ca=" + std::string(64, 'a');
  EXPECT_EQ(script.run({"join", link}), 69);
  ASSERT_EQ(script.calls.size(), 1u);
  EXPECT_EQ(script.calls[0].url, "https://other:8443/ca.pem");
  EXPECT_EQ(script.run({"join", "https://other:8443/setup#token=sgi_x&ca=" + std::string(64, 'a')}), 65);
}

TEST(Key, is_made_with_a_scope_listed_and_revoked_by_name) {
  Scripted_for_test script;
  const std::string keys = script.base + "/api-keys";
  script.answers["POST " + keys] = {
      200, R"({"api_key":{"name":"ci","workspace_id":"wks-000000000001","role":"viewer","key":"sgk_secret"}})"};
  script.answers["GET " + keys] = {200, R"({"api_keys":[{"id":"tok-000000000001","name":"ci","prefix":"sgk_secr"},)"
                                        R"({"id":"tok-000000000002","name":"twin","prefix":"sgk_2"},)"
                                        R"({"id":"tok-000000000003","name":"twin","prefix":"sgk_3"}]})"};
  script.answers["DELETE " + keys + "/tok-000000000001"] = {200, "{}"};
  ASSERT_EQ(script.run({"key", "create", "ci", "--role", "viewer", "--read-only", "--expires", "60"}), 0);
  EXPECT_EQ(script.calls.back().body, R"({"role":"viewer","expires_in":60,"name":"ci","read_only":true})");
  EXPECT_NE(script.out.str().find("sgk_secret"), std::string::npos);
  ASSERT_EQ(script.run({"api-key", "create", "ci"}), 0) << "its name before";
  EXPECT_EQ(script.calls.back().body, R"({"name":"ci"})");
  ASSERT_EQ(script.run({"key", "revoke", "ci"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"key", "revoke", "twin"}), 73);
  EXPECT_EQ(script.run({"key", "revoke", "nobody"}), 66);
}

TEST(Account, a_sign_in_asks_for_a_code_only_when_the_manager_does) {
  Scripted_for_test script;
  unsigned asked = 0;
  script.answers["GET /v3/server"] = {200, "{}"};
  script.otherwise = [&](const net::HttpCall& call) -> Scripted_for_test::Given {
    const bool with_code = call.body.find("\"code\":\"correct horse battery\"") != std::string::npos;
    if (++asked; !with_code) {
      return {401, R"({"code":"unauthenticated","title":"","message":"a code of your second factor is needed too"})"};
    }
    return {200, R"({"token":"sgs_new","account":{"id":"acc-1"},"workspace":{"id":"wks-1","name":"default"}})"};
  };
  ASSERT_EQ(script.run({"login", "--email", "me@example.org"}), 0) << script.err.str();
  EXPECT_EQ(asked, 2u);
  EXPECT_NE(script.config().find("sgs_new"), std::string::npos);
  script.in.str("the password\n");
  EXPECT_EQ(script.run({"login", "--email", "me@example.org", "--password-stdin"}), 77) << "nobody is there to ask";
  EXPECT_NE(script.err.str().find("--code"), std::string::npos);
}

TEST(Account, enrolling_shows_secret_and_recovery_codes_once) {
  Scripted_for_test script;
  script.answers["POST /v3/account/totp"] = {200, R"({"secret":"MZXQ","uri":"otpauth://totp/x?secret=MZXQ"})"};
  script.answers["POST /v3/account/totp/confirm"] = {200, R"({"recovery_codes":["aaaa-bbbb","cccc-dddd"]})"};
  ASSERT_EQ(script.run({"account", "totp", "enable"}), 0) << script.err.str();
  EXPECT_NE(script.err.str().find("MZXQ"), std::string::npos);
  EXPECT_NE(script.out.str().find("  cccc-dddd\n"), std::string::npos);
  script.answers["DELETE /v3/account/sessions"] = {200, "{}"};
  EXPECT_EQ(script.run({"account", "sessions", "--end-others"}), 0);
}

}  // namespace
}  // namespace signet::cli
