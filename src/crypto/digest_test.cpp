#include "crypto/digest.h"

#include "crypto/secret.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

// FIPS 180-4, the examples that NIST publishes with it.
TEST(Sha256, AgreesWithTheVectorsOfItsStandard) {
  EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(bytes_of("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, IsTheSameWhateverThePartsAre) {
  const Buffer million(1'000'000, 'a');
  constexpr std::string_view expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  for (const std::size_t part : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65537}}) {
    Sha256 hash;
    for (std::size_t at = 0; at < million.size(); at += part) {
      hash.update(Bytes{million}.subspan(at, std::min(part, million.size() - at)));
    }
    EXPECT_EQ(hex(hash.finish()), expected) << part;
  }
}

TEST(Sha256, ACopyGoesItsOwnWay) {
  Sha256 hash;
  hash.update(bytes_of("a"));
  Sha256 copy{hash};
  copy.update(bytes_of("X"));
  hash.update(bytes_of("bc"));
  EXPECT_EQ(hash.finish(), sha256(bytes_of("abc")));
  EXPECT_EQ(copy.finish(), sha256(bytes_of("aX")));
}

TEST(Sha1, AgreesWithTheVectorOfItsStandard) {
  EXPECT_EQ(hex(sha1(bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

// RFC 4231 sections 4.2 to 4.4, 4.7 and 4.8.
TEST(HmacSha256, AgreesWithTheVectorsOfRfc4231) {
  EXPECT_EQ(hex(hmac_sha256(Buffer(20, 0x0b), bytes_of("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(Buffer(20, 0xaa), Buffer(50, 0xdd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  const Buffer longer_than_a_block(131, 0xaa);
  EXPECT_EQ(hex(hmac_sha256(longer_than_a_block, bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, TakesAnEmptyKeyAndText) {
  EXPECT_EQ(hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
  Secret<4> first{Block<4>{1, 2, 3, 4}};
  const Secret<4> second{std::move(first)};
  EXPECT_TRUE(constant_time_equal(second.reveal(), Block<4>{1, 2, 3, 4}));
  EXPECT_TRUE(constant_time_equal(first.reveal(), Block<4>{}));  // NOLINT(bugprone-use-after-move): the promise
  first = Secret<4>{Block<4>{5, 6, 7, 8}};
  EXPECT_TRUE(constant_time_equal(first.reveal(), Block<4>{5, 6, 7, 8}));
}

TEST(Secret, CannotBeCopiedPrintedOrCompared) {
  static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
  static_assert(!std::equality_comparable<Secret<32>>);
}

TEST(ConstantTimeEqual, KnowsEqualFromDifferentAtEveryByte) {
  const Block<32> one{};
  EXPECT_TRUE(constant_time_equal(one, one));
  EXPECT_TRUE(constant_time_equal({}, {}));
  for (std::size_t at = 0; at < one.size(); ++at) {
    Block<32> other = one;
    other[at] = 0x80;
    EXPECT_FALSE(constant_time_equal(one, other)) << at;
  }
  EXPECT_FALSE(constant_time_equal(one, Bytes{one}.first(31)));
}

}  // namespace
}  // namespace signet::crypto
