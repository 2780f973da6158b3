#include "identity/claim.h"

#include "base/json.h"
#include "identity/jws.h"
#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

using samples::Key;
using samples::today;

ClaimStatement statement() {
  ClaimStatement out;
  out.server = std::string(64, 'a');
  out.account = "acc-000000000001";
  out.workspace = "wks-000000000002";
  out.device = "dev-000000000003";
  out.dcn = "sn0123A1B2C3D4E5F601";
  for (std::size_t i = 0; i < out.challenge.size(); ++i) out.challenge[i] = static_cast<std::uint8_t>(i);
  out.expiry = today + claim_lifetime;
  return out;
}

TEST(ClaimStatement, HasTheseBytes) {
  ClaimStatement small;
  small.server = "s";
  small.account = "a";
  small.workspace = "w";
  small.device = "d";
  small.dcn = "n";
  small.expiry = from_epoch_micros(0x0102030405);
  EXPECT_EQ(hex(encode(small)), hex(bytes_of("signet.claim.v1")) + "00" + "000173" + "000161" + "000177" + "000164" +
                                    "00016e" + "0020" + std::string(64, '0') + "0000000102030405");
}

TEST(ClaimStatement, ComesBackAsItWas) {
  const auto again = decode_claim_statement(encode(statement()));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value(), statement());
}

TEST(ClaimStatement, IsRefusedWhenCutOrLonger) {
  Buffer bytes = encode(statement());
  ASSERT_TRUE(decode_claim_statement(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_claim_statement(Bytes{bytes}.first(size)));
  bytes.push_back(0);
  EXPECT_FALSE(decode_claim_statement(bytes));
}

// A harmed bit gives another statement, or none: so never the signed one.
TEST(ClaimStatement, EveryBitMeansSomething) {
  const Buffer bytes = encode(statement());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Buffer harmed = bytes;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto read = decode_claim_statement(harmed);
    if (!read) continue;
    EXPECT_NE(read.value(), statement()) << "bit " << bit;
    EXPECT_EQ(encode(read.value()), harmed) << "bit " << bit;
  }
}

TEST(ClaimStatement, ExpiresInTheYear9999AtTheLatest) {
  ClaimStatement latest = statement();
  latest.expiry = claim_expiry_max;
  Buffer bytes = encode(latest);
  EXPECT_EQ(decode_claim_statement(bytes).value(), latest);
  bytes.resize(bytes.size() - 8);
  Writer{bytes}.u64_be(static_cast<std::uint64_t>(epoch_micros(claim_expiry_max)) + 1);
  EXPECT_EQ(decode_claim_statement(bytes).error().code, Errc::malformed);
}

TEST(ClaimStatement, LimitsHold) {
  ClaimStatement large = statement();
  large.server = large.account = large.workspace = large.device = large.dcn = std::string(claim_field_bytes_max, 'x');
  const Buffer bytes = encode(large);
  ASSERT_TRUE(decode_claim_statement(bytes));
  EXPECT_LE(bytes.size(), claim_statement_bytes_max);
  EXPECT_EQ(decode_claim_statement(Buffer(claim_statement_bytes_max + 1)).error().code, Errc::too_large);
  Buffer longer = bytes;
  longer[17] = 0;  // the first field's size: 0x00ff becomes 0x0100
  longer[16] = 1;
  EXPECT_EQ(decode_claim_statement(longer).error().what, "claim statement: server has more than 255 bytes");
}

TEST(ClaimStatement, NamesAreText) {
  ClaimStatement odd = statement();
  odd.dcn = "";
  EXPECT_EQ(decode_claim_statement(encode(odd)).error().what, "claim statement: dcn is empty or no text");
  odd.dcn = "a\nb";
  EXPECT_FALSE(decode_claim_statement(encode(odd)));
  odd.dcn = "\xff";
  EXPECT_FALSE(decode_claim_statement(encode(odd)));
}

const std::string genuine_bundle =
    "sn01239355CC8AF83001:1619338161:"
    "3a632a91089a25a0543e9d2f993a9cc166dd99f140b9a94cebf750303080f215d8f1944f930a68c86dfefd"
    "4f0d7594e13c7428936fc3f9bfbcbdc135c656b64f";

TEST(LegacyBundle, TheGenuineOneIsRead) {
  const auto bundle = parse_legacy_bundle(genuine_bundle);
  ASSERT_TRUE(bundle) << bundle.error().what;
  EXPECT_EQ(bundle.value().dcn, "sn01239355CC8AF83001");
  EXPECT_EQ(bundle.value().nonce, "1619338161");
  EXPECT_EQ(hex(bundle.value().signature), genuine_bundle.substr(genuine_bundle.size() - 128));
  EXPECT_EQ(digest_of(bundle.value()), crypto::sha256(bytes_of("sn01239355CC8AF83001:1619338161")));
}

TEST(LegacyBundle, ASignatureWithHighSIsASignature) {
  const Key key{50};
  const LegacyBundle bundle{"sn0123A1B2C3D4E5F601", "7", {}};
  crypto::Signature signature = crypto::sign(key.private_key, digest_of(bundle));
  const bool was_high = signature[32] >= 0x80;
  ASSERT_TRUE(crypto::verify(key.public_key, digest_of(bundle), signature));
  // n - s is the other signature of the same text (SEC 1, 4.1.3).
  const Buffer n = decode_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = n[i] - signature[32 + i] - borrow;
    borrow = digit < 0;
    signature[32 + i] = static_cast<std::uint8_t>(digit + (borrow ? 256 : 0));
  }
  EXPECT_NE(signature[32] >= 0x80, was_high);
  EXPECT_TRUE(crypto::verify(key.public_key, digest_of(bundle), signature));
}

TEST(LegacyBundle, AnythingElseIsRefused) {
  ASSERT_TRUE(parse_legacy_bundle(genuine_bundle));
  const std::string signature = genuine_bundle.substr(genuine_bundle.size() - 128);
  for (std::size_t size = 0; size < genuine_bundle.size(); ++size) {
    EXPECT_FALSE(parse_legacy_bundle(genuine_bundle.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_legacy_bundle(genuine_bundle + "0"));
  EXPECT_FALSE(parse_legacy_bundle(genuine_bundle + "\n"));
  EXPECT_FALSE(parse_legacy_bundle("sn01239355CC8AF83001::" + signature));
  EXPECT_FALSE(parse_legacy_bundle("sn01239355CC8AF83001:-1:" + signature));
  EXPECT_TRUE(
      parse_legacy_bundle("sn01239355CC8AF83001:" + std::string(legacy_nonce_digits_max, '9') + ":" + signature));
  EXPECT_FALSE(
      parse_legacy_bundle("sn01239355CC8AF83001:" + std::string(legacy_nonce_digits_max + 1, '9') + ":" + signature));
  EXPECT_FALSE(parse_legacy_bundle("sn01239355cc8af83001:1:" + signature));
}

TEST(Receipt, SaysWhatWasClaimed) {
  const Key manager{51};
  const std::string receipt = make_receipt(statement(), today, manager.signs()).value();
  const auto read = check_receipt(receipt, manager.public_key);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read.value(), statement());
  EXPECT_EQ(check_receipt(receipt, Key{52}.public_key).error().what, "receipt: signature does not verify");
}

TEST(Receipt, EveryBitCountsAndEveryCutIsRefused) {
  const Key manager{51};
  const std::string receipt = make_receipt(statement(), today, manager.signs()).value();
  ASSERT_TRUE(check_receipt(receipt, manager.public_key));
  for (std::size_t bit = 0; bit < receipt.size() * 8; ++bit) {
    std::string harmed = receipt;
    harmed[bit / 8] = static_cast<char>(harmed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(check_receipt(harmed, manager.public_key)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < receipt.size(); ++size) {
    EXPECT_FALSE(check_receipt(receipt.substr(0, size), manager.public_key));
  }
  EXPECT_EQ(check_receipt(std::string(receipt_bytes_max, 'a'), manager.public_key).error().code, Errc::malformed);
  EXPECT_EQ(check_receipt(std::string(receipt_bytes_max + 1, 'a'), manager.public_key).error().code, Errc::too_large);
}

// The same key signs other things: none of them may pass for a receipt.
TEST(Receipt, AnotherTypeOfTextIsNoReceipt) {
  const Key manager{51};
  const std::string receipt = make_receipt(statement(), today, manager.signs()).value();
  ASSERT_TRUE(check_receipt(receipt, manager.public_key));
  const std::size_t first = receipt.find('.');
  const std::string payload = receipt.substr(first + 1, receipt.rfind('.') - first - 1);
  const Buffer text = decode_base64url(payload).value();
  const auto as = [&](std::string_view header) {
    const Jws jws = sign_jws(header, text_of(text), manager.signs()).value();
    return check_receipt(jws.protected_header + "." + jws.payload + "." + jws.signature, manager.public_key);
  };
  EXPECT_TRUE(as(R"({"alg":"ES256","typ":"signet-receipt+jwt"})"));
  EXPECT_FALSE(as(R"({"alg":"ES256","typ":"JWT"})"));
  EXPECT_FALSE(as(R"({"alg":"none","typ":"signet-receipt+jwt"})"));
  EXPECT_FALSE(as(R"({"alg":"ES256","typ":"signet-receipt+jwt","crit":["exp"]})"));
}

}  // namespace
}  // namespace signet::identity
