#include "net/tls_legacy_ec.h"

#include "net/tls_context.h"

#include <gtest/gtest.h>

namespace signet::net {
namespace {

bool makes_keys() { return crypto::PkeyPtr{EVP_EC_gen("P-256")} != nullptr; }

TEST(LegacyEc, HoldsWhileLeasedAndNoLonger) {
  ASSERT_TRUE(makes_keys());
  auto lease = LegacyEc::lease().value();
  EXPECT_FALSE(makes_keys()) << "OpenSSL makes EC keys again: the trick does nothing any more, or has no price";
  auto second = LegacyEc::lease().value();
  EXPECT_EQ(lease, second);
  lease.reset();
  EXPECT_FALSE(makes_keys());
  second.reset();
  EXPECT_TRUE(makes_keys());
  const auto third = LegacyEc::lease().value();
  EXPECT_FALSE(makes_keys());
}

TEST(LegacyEc, APauseIsAsIfThereWereNone) {
  const auto lease = LegacyEc::lease().value();
  {
    const LegacyEc::Pause outer;
    { const LegacyEc::Pause inner; }
    EXPECT_TRUE(makes_keys());
  }
  EXPECT_FALSE(makes_keys());
}

TEST(LegacyEc, X25519IsLeftAlone) {
  const auto lease = LegacyEc::lease().value();
  EXPECT_TRUE(crypto::PkeyPtr{EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")});
}

}  // namespace
}  // namespace signet::net
