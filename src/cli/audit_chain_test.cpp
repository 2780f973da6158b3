#include "cli/scripted_for_test.h"
#include "crypto/hash_chain.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

struct AuditChain : testing::Test {
  // Entries 1, 2, 3, ... as a manager of ours would write them.
  std::vector<json::object> make(int count) {
    std::vector<json::object> out;
    crypto::Digest hash{};
    for (int number = 1; number <= count; ++number) {
      json::object entry{{"number", number},
                         {"at", "2026-01-01T00:00:00Z"},
                         {"actor", "ann@example.org"},
                         {"action", "device.claim"},
                         {"subject", "dev-1"},
                         {"address", "192.0.2.1"},
                         {"allowed", true},
                         {"detail", ""},
                         {"request_id", "req-1"}};
      hash = crypto::chained(hash, {std::to_string(number), "2026-01-01T00:00:00Z", "ann@example.org", "device.claim",
                                    "dev-1", "192.0.2.1", "allowed", "", "req-1"});
      entry["hash"] = hex(hash);
      out.push_back(std::move(entry));
    }
    return out;
  }
  int verify(const std::vector<json::object>& entries) {
    json::array page;
    for (const json::object& one : entries) page.emplace_back(one);
    script.answers["GET /v3/audit?size=1000&after=0"] = {200, json::serialize(json::object{{"audit", page}})};
    script.answers["GET /v3/server"] = {200, R"({"server":{"fingerprint":"ab12"}})"};
    return script.run({"audit", "verify"});
  }
  bool says(std::string_view text) { return script.err.str().find(text) != std::string::npos; }
  Scripted_for_test script;
};

TEST_F(AuditChain, is_whole) {
  EXPECT_EQ(verify(make(3)), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("The audit is whole: 3 entries\nhead 3 "), std::string::npos) << script.out.str();
  EXPECT_EQ(verify({}), 70) << "it had three";
  EXPECT_EQ(verify(make(5)), 0) << script.err.str();
}

TEST_F(AuditChain, what_was_changed_removed_added_or_moved_is_found) {
  const std::vector<json::object> whole = make(4);
  for (const char* field : {"at", "actor", "action", "subject", "address", "detail", "hash", "request_id"}) {
    auto harmed = whole;
    harmed[1][field] = "2026-01-01T00:00:01Z";
    EXPECT_EQ(verify(harmed), 70) << field;
    EXPECT_TRUE(says("entry 2")) << script.err.str();
  }
  auto harmed = whole;
  harmed[1]["allowed"] = false;
  EXPECT_EQ(verify(harmed), 70);
  harmed = whole;
  harmed.erase(harmed.begin() + 1);
  EXPECT_EQ(verify(harmed), 70) << "removed";
  harmed = whole;
  std::swap(harmed[1], harmed[2]);
  EXPECT_EQ(verify(harmed), 70) << "moved";
  harmed = whole;
  harmed[2]["request_id"] = nullptr;
  EXPECT_EQ(verify(harmed), 70) << "without its request";
  harmed = whole;
  harmed[2]["hash"] = nullptr;
  EXPECT_EQ(verify(harmed), 70) << "taken out of the chain";
  harmed = whole;
  harmed.push_back(whole[3]);
  EXPECT_EQ(verify(harmed), 70) << "added";
  EXPECT_EQ(verify(whole), 0) << script.err.str();
}

TEST_F(AuditChain, one_that_was_cut_or_written_anew_is_found_by_who_has_verified_before) {
  ASSERT_EQ(verify(make(4)), 0) << script.err.str();
  EXPECT_EQ(verify(make(3)), 70);
  EXPECT_TRUE(says("was cut: it had 4 entries")) << script.err.str();
  auto other = make(5);
  crypto::Digest hash{};
  for (json::object& entry : other) {  // whole in itself
    entry["actor"] = "eve@example.org";
    hash = crypto::chained(hash, {std::to_string(entry.at("number").as_int64()), "2026-01-01T00:00:00Z",
                                  "eve@example.org", "device.claim", "dev-1", "192.0.2.1", "allowed", "", "req-1"});
    entry["hash"] = hex(hash);
  }
  EXPECT_EQ(verify(other), 70);
  EXPECT_TRUE(says("entry 4 had another hash then")) << script.err.str();
}

TEST_F(AuditChain, entries_of_before_the_chain_come_first_alone) {
  auto entries = make(1);
  entries[0]["hash"] = nullptr;
  EXPECT_EQ(verify(entries), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("0 entries, and 1 from before there was a chain"), std::string::npos);
}

TEST_F(AuditChain, is_taken_away_and_verified_offline) {
  verify(make(3));
  const std::string file = script.environment.home + "/audit.jsonl";
  ASSERT_EQ(script.run({"audit", "export", "-o", file}), 0) << script.err.str();
  script.answers.clear();
  EXPECT_EQ(script.run({"audit", "verify", "--file", file}), 0) << script.err.str();
  EXPECT_EQ(script.run({"audit", "verify", "--file", script.file("none", "{\n")}), 65);
  EXPECT_TRUE(says("line 1 is no entry"));
}

}  // namespace
}  // namespace signet::cli
