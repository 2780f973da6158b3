#include "cli/config.h"
#include "cli/output.h"
#include "cli/scripted_for_test.h"
#include "cli/session.h"

namespace signet::cli {
namespace {

TEST(Command, lists_as_a_table_for_people_and_as_one_document_for_programs) {
  Scripted_for_test script;
  ASSERT_EQ(script.run({"device", "ls"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(),
            "ID                Name  Fleet    Online  Last seen             Identity\n"
            "dev-000000000001  lamp  default  yes     2026-01-01T00:00:00Z  sn01\n");
  ASSERT_EQ(script.run({"device", "ls", "--json"}), 0);
  EXPECT_EQ(script.out.str(), R"({"devices":[)" + script.device + "]}\n");
  EXPECT_EQ(script.calls.back().headers.at("Authorization"), "Bearer sgs_t");
  EXPECT_EQ(script.calls.back().ca_pem, "CA");
}

TEST(Command, a_wrong_command_line_ends_with_64_and_an_example) {
  Scripted_for_test script;
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{{},
                                                                                    {"device"},
                                                                                    {"devices", "ls"},
                                                                                    {"device", "claim", "lamp"},
                                                                                    {"data", "tail", "--count", "many"},
                                                                                    {"device", "ls", "--jsn"}}) {
    EXPECT_EQ(script.run(line), 64);
    EXPECT_NE(script.err.str().find("signet device create lamp"), std::string::npos) << script.err.str();
  }
  EXPECT_TRUE(script.calls.empty());
}

TEST(Command, an_error_names_the_next_step_and_programs_get_it_as_json) {
  Scripted_for_test script;
  script.store("{}");
  EXPECT_EQ(script.run({"device", "ls"}), 77);
  EXPECT_NE(script.err.str().find("signet setup LINK"), std::string::npos);
  script.store("half a fi");
  EXPECT_EQ(script.run({"device", "ls"}), 70);

  script.store(R"({"server":"https://manager:8443","ca":"CA","token":"old"})");
  script.answers["GET /v3/audit?size=50"] = {401, R"({"code":"unauthenticated","title":"","message":"Sign in."})"};
  EXPECT_EQ(script.run({"audit", "ls", "--json"}), 77);
  EXPECT_EQ(parse_json_object(script.err.str()).value().at("error").at("code"), "unauthenticated");
  EXPECT_NE(script.err.str().find("signet login"), std::string::npos);
  script.answers["GET /v3/audit?size=50"] = {500, "<html>"};
  EXPECT_EQ(script.run({"audit", "ls"}), 69);
}

TEST(Command, what_only_reads_is_asked_again_when_the_manager_says_when) {
  Scripted_for_test script;
  const std::string refusal = R"({"code":"exhausted","title":"","message":"too many requests"})";
  unsigned refusals = 2;
  std::string after = "3";
  script.answers.clear();
  script.otherwise = [&](const net::HttpCall&) -> Scripted_for_test::Given {
    if (refusals == 0) return {200, R"({"workspaces":[]})"};
    return --refusals, Scripted_for_test::Given{429, refusal, {{"retry-after", after}}};
  };
  const auto asked = [&](std::vector<std::string> words) {
    script.calls.clear();
    script.run(std::move(words));
    return script.calls.size();
  };
  const Timestamp begun = script.clock.now();
  EXPECT_EQ(asked({"workspace", "ls"}), 1 + retries_max) << script.err.str();
  EXPECT_NE(script.err.str().find("once more in 3 s"), std::string::npos) << script.err.str();
  EXPECT_EQ(script.clock.now() - begun, Seconds{6});
  refusals = 100;
  EXPECT_EQ(asked({"workspace", "ls"}), 1 + retries_max);
  EXPECT_NE(script.err.str().find("too many requests"), std::string::npos) << "and no more often";
  EXPECT_EQ(asked({"workspace", "create", "x"}), 1u) << "it might be done twice";
  for (const std::string& more : {std::to_string(patience_max.count() + 1), std::string{"soon"}, std::string{}}) {
    after = more;
    EXPECT_EQ(asked({"workspace", "ls"}), 1u) << more;
  }
}

TEST(Command, what_it_reads_has_limits) {
  Scripted_for_test script;
  std::string config = script.config();
  config.resize(config_bytes_max, ' ');
  script.store(config);
  EXPECT_EQ(script.run({"device", "ls"}), 0) << script.err.str();
  script.store(config + " ");
  EXPECT_NE(script.run({"device", "ls"}), 0);

  script.store(config);
  const auto answer_of_depth = [&](std::size_t depth) {  // the answer itself is one
    const std::string deep = std::string(depth - 1, '[') + std::string(depth - 1, ']');
    script.answers["GET " + script.base + "/devices"] = {200,
                                                         R"({"devices":[)" + script.device + R"(],"x":)" + deep + "}"};
    return script.run({"device", "ls"});
  };
  EXPECT_EQ(answer_of_depth(answer_depth_max), 0) << script.err.str();
  EXPECT_NE(answer_of_depth(answer_depth_max + 1), 0);
}

TEST(Command, an_api_key_and_another_manager_win_over_what_is_remembered) {
  Scripted_for_test script;
  script.environment.api_key = "sgk_x";
  ASSERT_EQ(script.run({"workspace", "ls"}), 0);
  EXPECT_EQ(script.calls.back().headers.at("X-API-KEY"), "sgk_x");
  EXPECT_FALSE(script.calls.back().headers.contains("Authorization"));

  script.environment.api_key = "";
  ASSERT_EQ(script.run({"workspace", "ls", "--server", "https://other:1", "--ca", script.file("ca.pem", "OTHER")}), 0);
  EXPECT_EQ(script.calls.back().url, "https://other:1/v3/workspaces");
  EXPECT_EQ(script.calls.back().ca_pem, "OTHER");
  EXPECT_FALSE(script.calls.back().headers.contains("Authorization"));  // a token is for its own manager
  EXPECT_EQ(script.run({"workspace", "ls", "--server", "http://other:1"}), 65);
}

TEST(Command, one_workspace_needs_no_naming_and_two_do) {
  Scripted_for_test script;
  script.answers["GET /v3/workspaces"] = {
      200, R"({"workspaces":[{"id":"wks-000000000001","name":"a"},{"id":"wks-000000000002","name":"b"}]})"};
  EXPECT_EQ(script.run({"device", "ls"}), 73);
  EXPECT_NE(script.err.str().find("--workspace (a, b)"), std::string::npos);
  EXPECT_EQ(script.run({"device", "ls", "--workspace", "a"}), 0);
  EXPECT_EQ(script.run({"device", "ls", "--workspace", "wks-000000000001"}), 0);
  EXPECT_EQ(script.run({"device", "ls", "--workspace", "c"}), 66);
}

TEST(Command, a_device_is_revoked_only_when_the_person_says_yes) {
  Scripted_for_test script;
  const std::string revoke = "POST " + script.base + "/devices/dev-000000000001/revoke";
  script.answers[revoke] = {200, "{}"};
  script.in.str("no\n");
  EXPECT_EQ(script.run({"device", "revoke", "lamp", "--reason", "lost"}), 73);
  EXPECT_NE(script.calls.back().method, "POST");
  script.in.clear();
  script.in.str("yes\n");
  EXPECT_EQ(script.run({"device", "revoke", "lamp", "--reason", "lost"}), 0);
  EXPECT_EQ(script.calls.back().body, R"({"reason":"lost"})");
  EXPECT_EQ(script.run({"device", "revoke", "dev-000000000001", "--reason", "lost", "--yes"}), 0);
}

TEST(Command, tail_prints_each_reading_once_and_ends_after_count) {
  Scripted_for_test script;
  int turn = 0;
  const auto row = [](int n) {
    return R"({"timestamp_device":"2026-01-01T00:00:0)" + std::to_string(n) +
           R"(Z","device_id":"dev-000000000001","tag":"t","payload":{"n":)" + std::to_string(n) + "}}";
  };
  script.otherwise = [&](const net::HttpCall& call) -> Scripted_for_test::Given {
    EXPECT_NE(call.url.find("&device=dev-000000000001&tag=a%2Fb"), std::string::npos) << call.url;
    ++turn;
    if (turn == 1) return {200, R"({"result":[)" + row(2) + "," + row(1) + "]}"};  // the newest first
    return {200, R"({"result":[)" + row(1) + "," + row(2) + "," + row(turn) + "]}"};
  };
  const std::vector<std::string> line{"data", "tail", "--device", "lamp", "--tag", "a/b", "--json", "--count", "4"};
  ASSERT_EQ(script.run(line), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), row(1) + "\n" + row(2) + "\n" + row(3) + "\n" + row(4) + "\n");

  script.otherwise = [](const net::HttpCall&) { return Scripted_for_test::Given{200, R"({"result":[]})"}; };
  EXPECT_EQ(script.run({"data", "tail", "--count", "1", "--timeout", "3"}), 75);
  EXPECT_EQ(script.run({"data", "tail", "--timeout", "3"}), 0);
}

TEST(Command, login_keeps_the_token_in_a_private_file_and_logout_forgets_it) {
  Scripted_for_test script;
  script.answers["POST /v3/login"] = {
      200, R"({"token":"sgs_new","account":{"id":"acc-1"},"workspace":{"id":"wks-000000000001","name":"default"}})"};
  script.answers["GET /v3/server"] = {503, R"({"code":"unavailable","title":"","message":"later"})"};
  ASSERT_EQ(script.run({"login", "--email", "me@example.org"}), 0) << script.err.str();
  EXPECT_EQ(script.calls.front().body, R"({"email":"me@example.org","password":"correct horse battery"})");
  EXPECT_NE(script.config().find("sgs_new"), std::string::npos);
  EXPECT_EQ(script.out.str().find("sgs_new"), std::string::npos);
  const auto mode = std::filesystem::status(script.environment.home + "/config.json").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  script.answers["POST /v3/logout"] = {200, "{}"};
  ASSERT_EQ(script.run({"logout"}), 0);
  EXPECT_EQ(script.config().find("sgs_new"), std::string::npos);
}

TEST(Command, logout_ends_the_sign_in_and_never_an_api_key) {
  Scripted_for_test script;
  script.environment.api_key = "sgk_x";
  script.answers["POST /v3/logout"] = {200, "{}"};
  ASSERT_EQ(script.run({"logout"}), 0) << script.err.str();
  EXPECT_FALSE(script.calls.back().headers.contains("X-API-KEY"));
  EXPECT_EQ(script.calls.back().headers.at("Authorization"), "Bearer sgs_t");
}

TEST(Command, setup_sends_nothing_secret_to_a_manager_of_another_ca) {
  Scripted_for_test script;
  script.otherwise = [](const net::HttpCall&) { return Scripted_for_test::Given{200, "no certificate"}; };
  const std::string link = "https://manager:8443/setup#token=t0ken&ca=" + std::string(64, 'a');
  EXPECT_EQ(script.run({"setup", link, "--email", "me@example.org"}), 69);
  ASSERT_EQ(script.calls.size(), 1u);
  EXPECT_EQ(script.calls[0].url, "https://manager:8443/ca.pem");
  EXPECT_TRUE(script.calls[0].headers.empty());
  for (const char* bad :
       {"", "https://manager:8443/setup", "http://m/setup#token=a&ca=b", "https://m/setup#token=&ca=aa"}) {
    EXPECT_EQ(script.run({"setup", bad}), 65) << bad;
  }
  EXPECT_EQ(script.calls.size(), 1u);
}

TEST(SetupLink, is_taken_apart_whole_and_refused_in_part) {
  const std::string link = "https://[::1]:8443/setup#token=abc_-&ca=" + std::string(64, 'A');
  const auto parsed = parse_setup_link(link);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(parsed.value().server, "https://[::1]:8443");
  EXPECT_EQ(parsed.value().token, "abc_-");
  EXPECT_EQ(parsed.value().ca, std::string(64, 'a'));
  EXPECT_EQ(host_of_server(parsed.value().server), "::1");
  EXPECT_EQ(host_of_server("https://manager.example.org:8443"), "manager.example.org");
  for (std::size_t size = 0; size < link.size(); ++size) EXPECT_FALSE(parse_setup_link(link.substr(0, size))) << size;
  std::string longest = link;
  longest.insert(longest.find("&ca"), link_bytes_max - longest.size(), 't');
  EXPECT_TRUE(parse_setup_link(longest));
  EXPECT_FALSE(parse_setup_link(longest.insert(longest.find("&ca"), "t")));
}

TEST(Output, a_table_counts_characters_and_lets_no_control_character_through) {
  std::stringstream out;
  print_table(out, {"Name", "X"}, {{"caffè", "1"}, {"a\x1b[2J", "2"}});
  EXPECT_EQ(out.str(), "Name   X\ncaffè  1\na [2J  2\n");
  EXPECT_EQ(percent_encode("a/b c~+"), "a%2Fb%20c~%2B");
}

// SIGNET_WRITE_GOLDEN=1 writes it anew: read the difference before you commit it.
TEST(Help, is_the_golden_text) {
  Scripted_for_test script;
  std::string all;
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{{},
                                                                                    {"setup"},
                                                                                    {"login"},
                                                                                    {"logout"},
                                                                                    {"status"},
                                                                                    {"workspace"},
                                                                                    {"workspace", "create"},
                                                                                    {"fleet"},
                                                                                    {"fleet", "create"},
                                                                                    {"account"},
                                                                                    {"account", "sessions"},
                                                                                    {"member"},
                                                                                    {"member", "invite"},
                                                                                    {"member", "role"},
                                                                                    {"join"},
                                                                                    {"key"},
                                                                                    {"key", "create"},
                                                                                    {"device"},
                                                                                    {"device", "create"},
                                                                                    {"device", "claim"},
                                                                                    {"device", "unclaim"},
                                                                                    {"device", "revoke"},
                                                                                    {"secret"},
                                                                                    {"secret", "set"},
                                                                                    {"secret", "rm"},
                                                                                    {"registry"},
                                                                                    {"registry", "import"},
                                                                                    {"registry", "show"},
                                                                                    {"registry", "quarantine"},
                                                                                    {"registry", "release"},
                                                                                    {"registry", "enroll"},
                                                                                    {"security"},
                                                                                    {"security", "top"},
                                                                                    {"security", "ban"},
                                                                                    {"security", "unban"},
                                                                                    {"security", "nft"},
                                                                                    {"data"},
                                                                                    {"data", "ls"},
                                                                                    {"data", "tail"},
                                                                                    {"audit"},
                                                                                    {"audit", "tail"}}) {
    std::vector<std::string> arguments = line;
    arguments.emplace_back("--help");
    EXPECT_EQ(script.run(arguments), 0);
    all += "$ signet";
    for (const std::string& word : arguments) all += " " + word;
    all += "\n" + script.out.str() + "\n";
  }
  const std::string path = SIGNET_SOURCE_DIR "/src/cli/testdata/help.txt";
  if (std::getenv("SIGNET_WRITE_GOLDEN")) std::ofstream{path} << all;
  std::stringstream golden;
  golden << std::ifstream{path}.rdbuf();
  EXPECT_EQ(all, golden.str());
}

}  // namespace
}  // namespace signet::cli
