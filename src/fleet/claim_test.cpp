#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct ClaimTest : testing::Test {
  explicit ClaimTest(Policy policy = {}) : m(policy) {
    m.set_up();
    EXPECT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
    device = m.make_device().id;
  }
  Challenge begin() { return m.fleet.begin_claim(m.owner, device, unit.unit.dcn).value(); }
  Result<Claimed> finish(Bytes statement) {
    return m.fleet.finish_claim(m.owner, statement, crypto::sign(unit.key, crypto::sha256(statement)));
  }
  Manager_for_test m;
  UnitWithKey_for_test unit = m.make_unit();
  DeviceId device;
};

TEST_F(ClaimTest, BindsWhatTheElementSigned) {
  const Challenge challenge = begin();
  EXPECT_EQ(challenge.statement.server, std::string(64, 'c'));
  EXPECT_EQ(challenge.statement.account, m.owner.account.str());
  EXPECT_EQ(challenge.statement.workspace, m.workspace.id.str());
  EXPECT_EQ(challenge.statement.device, device.str());
  EXPECT_EQ(challenge.statement.dcn, unit.unit.dcn);
  EXPECT_EQ(challenge.statement.expiry, m.clock.now() + identity::claim_lifetime);
  EXPECT_TRUE(fails_with(m.fleet.admit(unit.fingerprint), Errc::forbidden)) << "known, but not claimed";

  const auto claimed = finish(challenge.bytes);
  ASSERT_TRUE(is_well(claimed));
  EXPECT_EQ(claimed.value().identity.state, IdentityState::claimed);
  EXPECT_EQ(claimed.value().identity.device, device);
  const auto receipt = identity::check_receipt(claimed.value().receipt, crypto::public_key_of(m.key));
  ASSERT_TRUE(is_well(receipt));
  EXPECT_EQ(receipt.value(), challenge.statement);
  EXPECT_EQ(m.store.receipt(unit.fingerprint).value(), claimed.value().receipt);
  EXPECT_EQ(m.last_audit().action, "device.claim");
  EXPECT_EQ(m.last_audit().subject, device.str());
  EXPECT_EQ(m.fleet.admit(unit.fingerprint).value().device, device);
}

TEST_F(ClaimTest, AStatementIsSpentWhateverTheOutcome) {
  const Challenge good = begin();
  ASSERT_TRUE(is_well(finish(good.bytes)));
  EXPECT_TRUE(fails_with(finish(good.bytes), Errc::not_found)) << "used";
  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, device)));
  EXPECT_TRUE(fails_with(finish(good.bytes), Errc::not_found)) << "not even after it was unclaimed";

  const Challenge wrong = begin();
  const auto other_key = crypto::generate_private_key(m.random);
  EXPECT_TRUE(
      fails_with(m.fleet.finish_claim(m.owner, wrong.bytes, crypto::sign(other_key, crypto::sha256(wrong.bytes))),
                 Errc::forbidden));
  EXPECT_FALSE(m.last_audit().allowed);
  EXPECT_TRUE(fails_with(finish(wrong.bytes), Errc::not_found)) << "spent by the wrong signature";

  const Challenge unlucky = begin();
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(finish(unlucky.bytes), Errc::exhausted));
  EXPECT_TRUE(fails_with(m.fleet.admit(unit.fingerprint), Errc::forbidden)) << "not half claimed";
  EXPECT_TRUE(fails_with(finish(unlucky.bytes), Errc::not_found));
  EXPECT_TRUE(is_well(finish(begin().bytes)));
}

TEST_F(ClaimTest, EveryHarmedBitOfAStatementIsRefused) {
  const Challenge challenge = begin();
  for (std::size_t bit = 0; bit < challenge.bytes.size() * 8; bit += 7) {
    Buffer harmed = challenge.bytes;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_TRUE(fails_with(finish(harmed), Errc::not_found)) << "bit " << bit;
  }
  EXPECT_TRUE(is_well(finish(challenge.bytes)));
}

TEST_F(ClaimTest, ExpiresAfterFiveMinutes) {
  const Challenge first = begin();
  m.clock.advance(identity::claim_lifetime - Micros{1});
  ASSERT_TRUE(is_well(finish(first.bytes)));
  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, device)));
  const Challenge second = begin();
  m.clock.advance(identity::claim_lifetime);
  EXPECT_TRUE(fails_with(finish(second.bytes), Errc::forbidden));
}

TEST_F(ClaimTest, ARestartForgetsEveryChallenge) {
  const Challenge challenge = begin();
  Fleet restarted{m.store, m.clock, m.random, {std::string(64, 'c'), nullptr}, {}};
  EXPECT_TRUE(fails_with(
      restarted.finish_claim(m.owner, challenge.bytes, crypto::sign(unit.key, crypto::sha256(challenge.bytes))),
      Errc::not_found));
}

TEST_F(ClaimTest, AtMostSoManyAreOutstanding) {
  for (std::size_t i = 0; i < outstanding_claims_max; ++i) {
    ASSERT_TRUE(is_well(m.fleet.begin_claim(m.owner, device, unit.unit.dcn)));
  }
  EXPECT_TRUE(fails_with(m.fleet.begin_claim(m.owner, device, unit.unit.dcn), Errc::exhausted));
  m.clock.advance(identity::claim_lifetime);
  EXPECT_TRUE(is_well(m.fleet.begin_claim(m.owner, device, unit.unit.dcn)));
}

TEST_F(ClaimTest, AUnitIsClaimedOnceAndADeviceHoldsOne) {
  const Challenge raced = begin();
  ASSERT_TRUE(is_well(finish(begin().bytes)));
  EXPECT_TRUE(fails_with(finish(raced.bytes), Errc::conflict)) << "two claims began, one was faster";
  const DeviceId other = m.make_device("other").id;
  const auto again = m.fleet.begin_claim(m.owner, other, unit.unit.dcn);
  ASSERT_TRUE(fails_with(again, Errc::conflict));
  EXPECT_NE(again.error().what.find("signet device unclaim"), std::string::npos) << "says the next step";
  EXPECT_EQ(again.error().what.find(device.str()), std::string::npos) << "but not whose it is";
  const auto spare = m.make_unit("sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {spare.unit}, "spare")));
  EXPECT_TRUE(fails_with(m.fleet.begin_claim(m.owner, device, spare.unit.dcn), Errc::conflict));
  const auto unknown = m.fleet.begin_claim(m.owner, other, "sn0123999999999901");
  ASSERT_TRUE(fails_with(unknown, Errc::not_found));
  EXPECT_NE(unknown.error().what.find("registry import"), std::string::npos);
}

TEST_F(ClaimTest, UnclaimingClosesTheSessionAndFreesBoth) {
  ASSERT_TRUE(is_well(finish(begin().bytes)));
  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, device)));
  EXPECT_EQ(m.expelled, std::vector{device});
  EXPECT_TRUE(fails_with(m.fleet.admit(unit.fingerprint), Errc::forbidden));
  EXPECT_EQ(m.store.receipt(unit.fingerprint).value(), "");
  EXPECT_TRUE(fails_with(m.fleet.unclaim(m.owner, device), Errc::conflict));
  const DeviceId other = m.make_device("other").id;
  ASSERT_TRUE(is_well(m.claim(m.owner, other, unit)));
  EXPECT_EQ(m.fleet.admit(unit.fingerprint).value().device, other);
}

TEST_F(ClaimTest, RevokedIsForEver) {
  ASSERT_TRUE(is_well(finish(begin().bytes)));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.revoke(m.owner, device, "stolen"), Errc::exhausted));
  EXPECT_TRUE(m.expelled.empty()) << "not revoked, so not expelled";
  EXPECT_TRUE(fails_with(m.fleet.revoke(m.owner, device, std::string(reason_bytes_max + 1, 'r')), Errc::too_large));
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, device, "stolen")));
  EXPECT_EQ(m.expelled, std::vector{device});
  EXPECT_EQ(m.last_audit().detail, unit.unit.dcn + ": stolen");
  const auto refused = m.fleet.admit(unit.fingerprint);
  ASSERT_TRUE(fails_with(refused, Errc::forbidden));
  EXPECT_NE(refused.error().what.find("revoked"), std::string::npos);
  EXPECT_TRUE(fails_with(m.fleet.begin_claim(m.owner, device, unit.unit.dcn), Errc::forbidden));
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "again")));
  EXPECT_TRUE(fails_with(m.fleet.admit(unit.fingerprint), Errc::forbidden)) << "importing it again changes nothing";
  EXPECT_EQ(m.fleet.identities_of(m.owner, device).value().front().state, IdentityState::revoked);
  Fleet restarted{m.store, m.clock, m.random, {"", nullptr}, {}};
  EXPECT_TRUE(fails_with(restarted.admit(unit.fingerprint), Errc::forbidden)) << "nor does a restart";

  const auto spare = m.make_unit("sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {spare.unit}, "spare")));
  EXPECT_TRUE(is_well(m.claim(m.owner, device, spare))) << "the device may get a new element";
}

TEST_F(ClaimTest, AReasonOfTheLongestIsKeptWhole) {
  ASSERT_TRUE(is_well(finish(begin().bytes)));
  const std::string reason(reason_bytes_max, 'r');
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, device, reason)));
  EXPECT_EQ(m.last_audit().detail, unit.unit.dcn + ": " + reason);
}

struct LegacyClaimTest : ClaimTest {
  LegacyClaimTest() : ClaimTest({.legacy_claims = true}) {}
  std::string bundle(std::int64_t nonce) {
    const std::string signed_text = unit.unit.dcn + ":" + std::to_string(nonce);
    return signed_text + ":" + hex(crypto::sign(unit.key, crypto::sha256(bytes_of(signed_text))));
  }
  std::int64_t now() { return epoch_micros(m.clock.now()) / 1'000'000; }
};

TEST_F(ClaimTest, LegacyBundlesAreOffByDefault) {
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, "sn0123:1:ab"), Errc::forbidden));
}

TEST_F(LegacyClaimTest, ABundleWorksOnceAndOnlyNow) {
  const std::string fresh = bundle(now());
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, bundle(now() - 301)), Errc::forbidden)) << "old";
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, bundle(now() + 301)), Errc::forbidden)) << "early";
  std::string harmed = fresh;
  harmed.back() = harmed.back() == '0' ? '1' : '0';
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, harmed), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, "nonsense"), Errc::malformed));
  const auto claimed = m.fleet.claim_legacy(m.owner, device, fresh);
  ASSERT_TRUE(is_well(claimed));
  EXPECT_TRUE(is_well(identity::check_receipt(claimed.value().receipt, crypto::public_key_of(m.key))));
  EXPECT_EQ(m.last_audit().detail, unit.unit.dcn + ", legacy bundle");

  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, device)));
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, fresh), Errc::forbidden)) << "the same nonce again";
  EXPECT_TRUE(fails_with(m.fleet.claim_legacy(m.owner, device, bundle(now() - 1)), Errc::forbidden)) << "a lower one";
  EXPECT_TRUE(is_well(m.fleet.claim_legacy(m.owner, device, bundle(now() + 1))));
}

}  // namespace
}  // namespace signet::fleet
