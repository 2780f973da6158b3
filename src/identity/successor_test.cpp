#include "identity/successor.h"

#include "identity/profile.h"
#include "identity/samples_for_test.h"

#include <gtest/gtest.h>

namespace signet::identity {
namespace {

struct SuccessorTest : testing::Test {
  static SignDigest by(const crypto::PrivateKey& key) {
    return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
  }
  static Certificate ca_of(const crypto::PrivateKey& key) {
    return issue_manager_ca(crypto::public_key_of(key), "Signet manager CA", at, by(key)).value();
  }
  static constexpr Timestamp at{Seconds{1'790'000'000}};
  crypto::SeededRandom_for_test random{7};
  crypto::PrivateKey key = crypto::generate_private_key(random), next_key = crypto::generate_private_key(random);
  Certificate present = ca_of(key), next = ca_of(next_key);
  Successor named = name_successor(present, next, by(key)).value();
};

TEST_F(SuccessorTest, WhoIsNamedByThePresentCaIsBelieved) {
  EXPECT_TRUE(check_successor(present, named));
  const auto read = read_successor(write_successor(named));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read.value().ca.der, next.der);
  EXPECT_TRUE(check_successor(present, read.value()));
}

TEST_F(SuccessorTest, AnybodyElsesWordIsNot) {
  EXPECT_FALSE(name_successor(present, next, by(next_key))) << "the next one names itself";
  Successor harmed = named;
  harmed.signature[40] ^= 1;
  EXPECT_EQ(check_successor(present, harmed).error().code, Errc::forbidden);
  EXPECT_EQ(check_successor(next, named).error().code, Errc::malformed) << "a CA does not follow itself";
  const crypto::PrivateKey other_key = crypto::generate_private_key(random);
  harmed = named;
  harmed.ca = ca_of(other_key);
  EXPECT_EQ(check_successor(present, harmed).error().code, Errc::forbidden) << "another CA under that word";
  EXPECT_EQ(check_successor(ca_of(other_key), named).error().code, Errc::forbidden) << "the word was another CA's";
}

TEST_F(SuccessorTest, ALeafFollowsNobody) {
  const Certificate leaf = issue_server(crypto::public_key_of(next_key), {"localhost"}, present, at, by(key)).value();
  const auto refused = name_successor(present, leaf, by(key));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::malformed);
}

TEST_F(SuccessorTest, WhatIsNotWholeIsRefusedByItsMember) {
  const json::object whole = write_successor(named);
  for (const char* name : {"ca", "signature"}) {
    json::object harmed = whole;
    harmed.erase(name);
    EXPECT_FALSE(read_successor(harmed)) << name;
    harmed[name] = "00";
    EXPECT_FALSE(read_successor(harmed)) << name;
    harmed[name] = 7;
    EXPECT_FALSE(read_successor(harmed)) << name;
  }
  json::object harmed = whole;
  harmed["ca"] = std::string(3 * certificate_bytes_max, 'A');
  EXPECT_EQ(read_successor(harmed).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::identity
