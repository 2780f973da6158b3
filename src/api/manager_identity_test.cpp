#include "api/manager_identity.h"

#include "api/scene_for_test.h"
#include "base/port/file.h"

#include <sys/stat.h>
#include <fstream>

namespace signet::api {
namespace {

class ManagerIdentityTest : public ::testing::Test {
 protected:
  Result<ManagerIdentity> open() { return ManagerIdentity::open(folder.path(), clock, random); }
  std::string file(const char* name) { return folder.path() + "/" + name; }
  unsigned mode(const char* name) {
    struct stat is {};
    EXPECT_EQ(::stat(file(name).c_str(), &is), 0);
    return is.st_mode & 0777u;
  }
  TemporaryFolder_for_test folder;
  ManualClock clock{parse_rfc3339("2026-03-26T09:46:00Z").value()};
  crypto::SeededRandom_for_test random{5};
};

TEST_F(ManagerIdentityTest, is_made_once_and_the_same_at_the_next_start) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_EQ(mode("ca.key"), 0600u);
  EXPECT_EQ(mode("receipt.key"), 0600u);
  const auto second = open();
  ASSERT_TRUE(second);
  EXPECT_EQ(first.value().fingerprint(), second.value().fingerprint());
  EXPECT_EQ(first.value().receipt_key(), second.value().receipt_key());
  EXPECT_NE(first.value().receipt_key(), first.value().ca().public_key);
}

TEST_F(ManagerIdentityTest, goes_on_after_a_crash_between_key_and_certificate) {
  ASSERT_TRUE(open());
  std::filesystem::remove(file("ca.pem"));
  EXPECT_TRUE(open());
}

TEST_F(ManagerIdentityTest, a_ca_is_followed_by_the_one_that_it_named) {
  const std::string first = open().value().fingerprint();
  EXPECT_FALSE(open().value().successor());
  EXPECT_EQ(ManagerIdentity::succeed(folder.path()).error().code, Errc::not_found);
  const auto named = ManagerIdentity::prepare_successor(folder.path(), clock, random);
  ASSERT_TRUE(named) << named.error().what;
  EXPECT_EQ(mode("ca-next.key"), 0600u);
  const auto again = ManagerIdentity::prepare_successor(folder.path(), clock, random);
  EXPECT_EQ(again.value().ca.der, named.value().ca.der) << "it is made once";
  {
    const auto between = open();
    EXPECT_EQ(between.value().fingerprint(), first) << "it serves as before";
    EXPECT_EQ(between.value().for_fleet().successor_name, hex(identity::fingerprint(named.value().ca)));
  }
  ASSERT_TRUE(ManagerIdentity::succeed(folder.path()));
  const auto after = open();
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_EQ(after.value().fingerprint(), hex(identity::fingerprint(named.value().ca)));
  EXPECT_FALSE(after.value().successor());
  EXPECT_TRUE(after.value().issue_server({"localhost"}, clock, random));
  EXPECT_FALSE(std::filesystem::exists(file("ca-next.key")));
}

// The key moves, then the certificate, then the word goes: a power cut may come between any two.
TEST_F(ManagerIdentityTest, a_change_that_was_cut_is_finished_at_the_next_start) {
  ASSERT_TRUE(open());
  const auto named = ManagerIdentity::prepare_successor(folder.path(), clock, random);
  const std::string expected = hex(identity::fingerprint(named.value().ca));
  std::filesystem::rename(file("ca-next.key"), file("ca.key"));
  std::filesystem::copy(folder.path(), folder.path() + "/later");
  EXPECT_EQ(open().value().fingerprint(), expected);
  EXPECT_FALSE(std::filesystem::exists(file("ca-next.sig")));
  const std::string later = folder.path() + "/later";
  std::filesystem::rename(later + "/ca-next.pem", later + "/ca.pem");
  EXPECT_EQ(ManagerIdentity::open(later, clock, random).value().fingerprint(), expected);
  EXPECT_FALSE(std::filesystem::exists(later + "/ca-next.sig"));
}

TEST_F(ManagerIdentityTest, a_word_that_is_not_the_ca_s_own_is_damage) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(ManagerIdentity::prepare_successor(folder.path(), clock, random));
  const Buffer kept = read_file(file("ca-next.sig"), 8192).value();
  std::string word{text_of(kept)};
  char& digit = word[word.find("signature") + 20];
  digit = digit == '0' ? '1' : '0';
  std::ofstream{file("ca-next.sig")} << word;
  EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(ManagerIdentityTest, never_replaces_in_silence_what_devices_trust) {
  ASSERT_TRUE(open());
  const auto refused = [&] {
    const auto result = open();
    return !result && result.error().code == Errc::corrupt && result.error().what.find("backup") != std::string::npos;
  };
  std::filesystem::rename(file("ca.key"), file("away"));
  EXPECT_TRUE(refused());  // lost
  std::filesystem::copy(file("receipt.key"), file("ca.key"));
  EXPECT_TRUE(refused());  // another key
  std::ofstream{file("ca.key")} << "not a key";
  EXPECT_TRUE(refused());
  std::filesystem::rename(file("away"), file("ca.key"));
  EXPECT_TRUE(open());
  std::ofstream{file("ca.pem")} << "not a certificate";
  EXPECT_TRUE(refused());
}

TEST_F(ManagerIdentityTest, issues_server_certificates_below_its_ca_each_with_a_fresh_key) {
  const auto identity = open();
  ASSERT_TRUE(identity);
  const auto one = identity.value().issue_server({"localhost", "127.0.0.1"}, clock, random);
  const auto two = identity.value().issue_server({"localhost", "127.0.0.1"}, clock, random);
  ASSERT_TRUE(one) << one.error().what;
  ASSERT_TRUE(two);
  EXPECT_NE(one.value().private_key_pem, two.value().private_key_pem);
  const std::string& chain = one.value().certificate_chain_pem;
  const auto leaf =
      identity::read_certificate(bytes_of(std::string_view{chain}.substr(0, chain.find("-----BEGIN", 1))));
  ASSERT_TRUE(leaf) << leaf.error().what;
  EXPECT_TRUE(identity::check_issued(leaf.value(), identity.value().ca(), clock.now()));
}

}  // namespace
}  // namespace signet::api
