#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

using samples::at;
using samples::Foundry;
using samples::Key;
using samples::today;

std::string reason(const Status& status) { return status ? "accepted" : status.error().what; }

TEST(Chain, OursHolds) {
  const Foundry f;
  EXPECT_EQ(reason(check_chain(f.device, f.signer, f.root, today)), "accepted");
  EXPECT_EQ(reason(check_chain(f.device, f.signer, f.root, at("2054-11-22T03:00:00Z"))), "accepted");
}

TEST(Chain, SaysWhichLinkIsOutOfItsTimeAndSuspectsTheClock) {
  const Foundry f;
  ASSERT_EQ(reason(check_chain(f.device, f.signer, f.root, today)), "accepted");
  EXPECT_EQ(reason(check_chain(f.device, f.signer, f.root, at("1970-01-01T00:01:00Z"))),
            "root: not valid before 2026-11-22T03:00:00Z (the clock says 1970-01-01T00:01:00Z): is the clock right?");
  EXPECT_EQ(reason(check_chain(f.device, f.signer, f.root, at("2054-11-22T03:00:01Z"))),
            "device: not valid after 2054-11-22T03:00:00Z (the clock says 2054-11-22T03:00:01Z): is the clock right?");
}

TEST(Chain, AnotherRootOfTheSameNameIsNotTheRoot) {
  const Foundry f;
  const Key other{77};
  const Certificate impostor = issue_root(other.public_key, {}, today, other.signs()).value();
  ASSERT_EQ(impostor.subject_name, f.root.subject_name);
  EXPECT_EQ(reason(check_chain(f.device, f.signer, impostor, today)),
            "signer: names another key of its issuer (authority key identifier)");
  Certificate nameless = impostor;
  nameless.subject_key_id.reset();
  EXPECT_EQ(reason(check_chain(f.device, f.signer, nameless, today)),
            "signer: its signature does not verify with the key of \"Signet Root CA\"");
}

TEST(Chain, ADeviceIsNoIssuerAndACaIsNoDevice) {
  const Foundry f;
  EXPECT_EQ(reason(check_issued(f.device, f.device, today)), "its issuer is not a CA");
  EXPECT_EQ(reason(check_chain(f.signer, f.root, f.root, today)), "device: is a CA");
  EXPECT_EQ(reason(check_chain(f.device, f.root, f.root, today)),
            "device: issued by \"Signet Signer F600\", not by \"Signet Root CA\"");
}

TEST(Chain, ASignerMayNotMakeSigners) {
  const Foundry f;
  Certificate below = f.device;  // judged before its signature
  below.is_ca = true;
  EXPECT_EQ(reason(check_issued(below, f.signer, today)), "its issuer may not make CAs (path length 0)");
}

TEST(Chain, UsageBindsWhereItIsStated) {
  const Foundry f;
  Certificate signer = f.signer;
  signer.key_usage = usage_digital_signature;
  EXPECT_EQ(reason(check_issued(f.device, signer, today)), "its issuer may not sign certificates (key usage)");
  Certificate device = f.device;
  device.key_usage = usage_key_agreement;
  EXPECT_EQ(reason(check_chain(device, f.signer, f.root, today)), "device: may not sign (key usage)");
  device = f.device;
  device.client_auth = false;
  EXPECT_EQ(reason(check_chain(device, f.signer, f.root, today)), "device: is not for clients (extended key usage)");
}

TEST(Chain, NoExpiryNeverExpires) {
  Certificate device = Foundry{}.device;
  device.not_after = no_expiry;
  EXPECT_EQ(reason(check_validity(device, no_expiry + Seconds{1})), "accepted");
}

}  // namespace
}  // namespace signet::identity
