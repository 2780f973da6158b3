#include "crypto/hash_chain.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(HashChain, IsTheDigestOfTheFormerAndTheFieldsWithTheirLengths) {
  const Digest start{};
  Buffer first(32, 0);
  for (const char byte : std::string{"\0\0\0\2ab\0\0\0\0", 10}) first.push_back(static_cast<std::uint8_t>(byte));
  EXPECT_EQ(chained(start, {"ab", ""}), sha256(first));
}

TEST(HashChain, NamesEveryFieldItsPlaceAndWhatCameBefore) {
  const Digest start{}, one = chained(start, {"a", "b"});
  EXPECT_EQ(chained(start, {"a", "b"}), one);
  EXPECT_NE(chained(start, {"b", "a"}), one);
  EXPECT_NE(chained(start, {"ab", ""}), one);
  EXPECT_NE(chained(start, {"a", "b", ""}), one);
  EXPECT_NE(chained(one, {"a", "b"}), one);
}

}  // namespace
}  // namespace signet::crypto
