#include "identity/compressed.h"

#include "element/element.h"
#include "identity/samples_for_test.h"
#include "identity/template.h"

namespace signet::identity {
namespace {

using samples::at;
using samples::Foundry;
using samples::today;

constexpr std::string_view genuine_device_hex =
    "34b4f32b9e9be546041def58c2a22ceae4da9e6c763ab07a87f4180ec20e5ac38bd43b25c6052ef3cc68cb280c4a02fd5fc95c1f9073f51003"
    "25"
    "a9887ffb902a98e21cf60020a000";
constexpr std::string_view genuine_signer_hex =
    "c63031e9a98b304e687e06c539792ac57a5c014d3017dedcd27dd51dcd8637ffc6a22c6eb1ae5f859149cb5de7778ba3f30be93d9b806f94bf"
    "3d"
    "90a5847861dc963a7ff60010a000";

TEST(Compressed, MicrochipsOwnPartsComeOutAndRebuildByteForByte) {
  const Certificate device = samples::genuine_device();
  const Certificate signer = samples::genuine_signer();
  const Certificate root = samples::genuine_root();
  const auto small_signer = compress(signer);
  ASSERT_TRUE(small_signer) << small_signer.error().what;
  EXPECT_EQ(hex(small_signer.value()), genuine_signer_hex);
  const auto small_device = compress(device);
  ASSERT_TRUE(small_device) << small_device.error().what;
  EXPECT_EQ(hex(small_device.value()), genuine_device_hex);

  const auto signer_again = rebuild_signer(small_signer.value(), signer.public_key, root);
  ASSERT_TRUE(signer_again) << signer_again.error().what;
  EXPECT_EQ(hex(signer_again.value().der), hex(signer.der));
  const auto device_again =
      rebuild_device(small_device.value(), device.public_key, device.subject_common_name, signer_again.value());
  ASSERT_TRUE(device_again) << device_again.error().what;
  EXPECT_EQ(hex(device_again.value().der), hex(device.der));
}

TEST(Compressed, OursRebuildByteForByte) {
  const Foundry f;
  const auto signer = rebuild_signer(compress(f.signer).value(), f.signer.public_key, f.root);
  ASSERT_TRUE(signer) << signer.error().what;
  EXPECT_EQ(signer.value().der, f.signer.der);
  const auto device = rebuild_device(compress(f.device).value(), f.device.public_key, f.dcn, f.signer);
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device.value().der, f.device.der);
}

// Any serial number, key and date: what 72 bytes rebuild is what was signed. One signer; ten thousand devices.
TEST(Compressed, TenThousandDevicesRebuildByteForByte) {
  const Foundry f;
  crypto::SeededRandom_for_test random{10'000};
  std::vector<crypto::PublicKey> keys;
  for (int i = 0; i < 256; ++i) keys.push_back(crypto::public_key_of(crypto::generate_private_key(random)));
  for (int i = 0; i < 10'000; ++i) {
    const crypto::PublicKey& key = keys[random.block<1>()[0]];
    element::Uid uid = random.block<element::uid_bytes>();
    uid[0] = 0x01, uid[1] = 0x23;
    const auto dice = random.block<4>();
    const Seconds later{Reader{dice}.u32_be().value() % (100u * 366 * 86'400)};  // 2027 to 2127
    const Timestamp at_birth = std::min(f.root.not_before + later, at("2127-12-31T23:59:59Z"));
    const std::string dcn = element::dcn_of(uid);
    const auto issued = issue_device(key, dcn, f.signer, at_birth, f.signer_key.signs());
    ASSERT_TRUE(issued) << issued.error().what << " " << rfc3339(at_birth);
    const auto again = rebuild_device(compress(issued.value()).value(), key, dcn, f.signer);
    ASSERT_TRUE(again) << dcn << " " << rfc3339(at_birth) << ": " << again.error().what;
    ASSERT_EQ(hex(again.value().der), hex(issued.value().der)) << dcn << " " << rfc3339(at_birth);
  }
}

TEST(Compressed, EveryBitCounts) {
  const Foundry f;
  const Compressed whole = compress(f.device).value();
  ASSERT_TRUE(rebuild_device(whole, f.device.public_key, f.dcn, f.signer));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Compressed harmed = whole;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(rebuild_device(harmed, f.device.public_key, f.dcn, f.signer)) << "bit " << bit;
  }
}

TEST(Compressed, AnotherKeyNameOrIssuerIsRefused) {
  const Foundry f;
  const Compressed small = compress(f.device).value();
  ASSERT_TRUE(rebuild_device(small, f.device.public_key, f.dcn, f.signer));
  EXPECT_FALSE(rebuild_device(small, f.log_signer.public_key, f.dcn, f.signer));
  EXPECT_FALSE(rebuild_device(small, f.device.public_key, "sn0123A1B2C3D4E5F602", f.signer));
  EXPECT_FALSE(rebuild_device(small, f.device.public_key, "0123A1B2C3D4E5F601 ATECC", f.signer));
  EXPECT_FALSE(rebuild_device(small, f.device.public_key, f.dcn, samples::genuine_signer()));
  EXPECT_FALSE(rebuild_signer(small, f.signer.public_key, f.root));
}

TEST(Compressed, OnlyOurProfilesCompress) {
  const Foundry f;
  const samples::Key key{9};
  const Certificate ca = issue_manager_ca(key.public_key, "Signet manager", today, key.signs()).value();
  EXPECT_FALSE(compress(ca));
  EXPECT_FALSE(compress(f.root));
  EXPECT_FALSE(compress(f.log_signer));
  EXPECT_FALSE(compress(samples::genuine_root()));
}

TEST(PackedDates, ReachFrom2000To2127) {
  for (const auto& [from, years, version] :
       {std::tuple{"2000-01-01T00:00:00Z", 1u, 0}, std::tuple{"2031-12-31T23:00:00Z", 31u, 0},
        std::tuple{"2032-01-01T00:00:00Z", 28u, 1}, std::tuple{"2127-12-31T23:00:00Z", 127u, 1}}) {
    const auto packed = pack_dates(at(from), years);
    ASSERT_TRUE(packed) << from;
    EXPECT_EQ(packed.value().version, version) << from;
    const auto term = unpack_dates(packed.value());
    ASSERT_TRUE(term) << from;
    EXPECT_EQ(rfc3339(term.value().not_before), from);
    EXPECT_EQ(years_between(term.value().not_before, term.value().not_after).value(), years);
  }
  EXPECT_FALSE(pack_dates(at("1999-12-31T23:00:00Z"), 1));
  EXPECT_FALSE(pack_dates(at("2128-01-01T00:00:00Z"), 1));
  EXPECT_FALSE(pack_dates(at("2026-01-01T00:00:01Z"), 1));
  EXPECT_FALSE(pack_dates(at("2026-01-01T00:00:00Z"), 128));
}

TEST(PackedDates, ATermOfZeroYearsNeverEnds) {
  EXPECT_EQ(unpack_dates(pack_dates(at("2026-01-01T00:00:00Z"), 0).value()).value().not_after, no_expiry);
}

TEST(PackedDates, TheLeapDayFallsBackWhereAYearHasNone) {
  EXPECT_EQ(rfc3339(add_years(at("2028-02-29T07:00:00Z"), 28)), "2056-02-29T07:00:00Z");
  EXPECT_EQ(rfc3339(add_years(at("2028-02-29T07:00:00Z"), 31)), "2059-02-28T07:00:00Z");
}

TEST(Compressed, PartsMadeAfter2031RebuildToo) {
  const Foundry f;
  const Certificate late =
      issue_device(f.device_key.public_key, f.dcn, f.signer, at("2050-06-01T12:30:00Z"), f.signer_key.signs()).value();
  const auto again = rebuild_device(compress(late).value(), late.public_key, f.dcn, f.signer);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value().der, late.der);
  EXPECT_EQ(rfc3339(late.not_before), "2050-06-01T12:00:00Z");
  EXPECT_EQ(rfc3339(late.not_after), "2078-06-01T12:00:00Z");
}

}  // namespace
}  // namespace signet::identity
