#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct GateTest : testing::Test {
  GateTest() { m.set_up(); }
  Manager_for_test m;
};

TEST_F(GateTest, EachRefusalSaysWhy) {
  auto unit = m.make_unit();
  const auto says = [&](const char* words, Errc code) {
    const auto refused = m.fleet.admit(unit.fingerprint);
    EXPECT_TRUE(fails_with(refused, code));
    EXPECT_NE(refused.error().what.find(words), std::string::npos) << refused.error().what;
  };
  says("unknown certificate", Errc::unauthenticated);
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
  says("known but not claimed", Errc::forbidden);
  const DeviceId device = m.make_device().id;
  ASSERT_TRUE(is_well(m.claim(m.owner, device, unit)));
  const auto admitted = m.fleet.admit(unit.fingerprint);
  ASSERT_TRUE(is_well(admitted));
  EXPECT_EQ(admitted.value().device, device);
  EXPECT_EQ(admitted.value().workspace, m.workspace.id);
  EXPECT_EQ(admitted.value().dcn, unit.unit.dcn);
  EXPECT_EQ(admitted.value().fingerprint, unit.fingerprint);
  m.clock.set_wall(noon_for_test - Seconds{3601});
  says("not valid before", Errc::forbidden);
  m.clock.set_wall(noon_for_test);
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, device, "")));
  says("is revoked", Errc::forbidden);
}

TEST_F(GateTest, TheIndexOfOtherThreadsFollowsEachChangeOfTheRegistry) {
  const Index& index = *m.fleet.index().value();
  const Index::Reader reader = index.reader();
  const auto unit = m.make_unit();
  EXPECT_EQ(reader.find(unit.fingerprint), std::nullopt);
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
  const auto is = [&](IdentityState state, const DeviceId& device, const WorkspaceId& workspace) {
    const auto row = reader.find(unit.fingerprint);
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, state);
    EXPECT_EQ(row->device.id(), device);
    EXPECT_EQ(row->workspace.id(), workspace);
    EXPECT_EQ(row->not_before, unit.unit.chain[0].not_before);
    EXPECT_EQ(row->not_after, unit.unit.chain[0].not_after);
  };
  is(IdentityState::known, {}, {});
  const DeviceId device = m.make_device().id;
  ASSERT_TRUE(is_well(m.claim(m.owner, device, unit)));
  is(IdentityState::claimed, device, m.workspace.id);
  ASSERT_TRUE(is_well(m.fleet.quarantine(m.owner, unit.unit.dcn, "")));
  is(IdentityState::quarantined, device, m.workspace.id);
  ASSERT_TRUE(is_well(m.fleet.release(m.owner, unit.unit.dcn)));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.revoke(m.owner, device, ""), Errc::exhausted));
  is(IdentityState::claimed, device, m.workspace.id);  // what was not committed did not happen
  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, device)));
  is(IdentityState::known, {}, {});
  ASSERT_TRUE(is_well(m.claim(m.owner, device, unit)));
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, device, "")));
  is(IdentityState::revoked, device, m.workspace.id);
  EXPECT_EQ(m.fleet.index().value(), &index) << "it stays where it is";

  Fleet restarted{m.store, m.clock, m.random, {"", nullptr}, {}};
  EXPECT_EQ(restarted.index().value()->find(unit.fingerprint), index.find(unit.fingerprint));
}

TEST_F(GateTest, AnExpiredCertificateIsRefused) {
  auto unit = m.make_unit();
  unit.unit.chain[0].not_after = noon_for_test + Seconds{60};
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
  ASSERT_TRUE(is_well(m.claim(m.owner, m.make_device().id, unit)));
  m.clock.advance(Seconds{60});
  ASSERT_TRUE(is_well(m.fleet.admit(unit.fingerprint))) << "the last second is in";
  m.clock.advance(Micros{1});
  EXPECT_TRUE(fails_with(m.fleet.admit(unit.fingerprint), Errc::forbidden));
}

TEST_F(GateTest, ADeviceIsOnlineWhileItHasASession) {
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  const auto device = [&] { return m.fleet.find_device(m.owner, who.device).value(); };
  EXPECT_FALSE(device().online);
  EXPECT_EQ(device().last_seen, std::nullopt);
  ASSERT_TRUE(is_well(m.connected(who, "198.51.100.1:9")));
  EXPECT_TRUE(device().online);
  EXPECT_EQ(device().last_seen, noon_for_test);
  EXPECT_EQ(m.last_audit().action, "device.connect");
  EXPECT_EQ(m.last_audit().actor, "device " + who.device.str());
  EXPECT_TRUE(m.fleet.devices(m.owner, {m.workspace.id}).value()[0].online);

  ASSERT_TRUE(is_well(m.connected(who, "198.51.100.1:10"))) << "it takes its own place";
  ASSERT_TRUE(is_well(m.disconnected(who, "198.51.100.1:9", "taken over")));
  EXPECT_TRUE(device().online);
  m.clock.advance(Seconds{5});
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.disconnected(who, "198.51.100.1:10", "keep alive"), Errc::exhausted));
  EXPECT_FALSE(device().online) << "also when the disk is full";
  EXPECT_EQ(device().last_seen, noon_for_test + Seconds{5});
}

TEST_F(GateTest, ARestartRemembersWhenADeviceWasSeenAndThatItIsOffline) {
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.connected(who, "198.51.100.1:9")));
  Fleet restarted{m.store, m.clock, m.random, {"", nullptr}, {}};
  const Device device = restarted.find_device(m.owner, who.device).value();
  EXPECT_FALSE(device.online);
  EXPECT_EQ(device.last_seen, noon_for_test);
}

TEST_F(GateTest, WhoWasRevokedSinceTheHandshakeDoesNotConnect) {
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, who.device, "")));
  EXPECT_TRUE(fails_with(m.connected(who, "198.51.100.1:9"), Errc::forbidden));
  EXPECT_FALSE(m.fleet.find_device(m.owner, who.device).value().online);
}

TEST_F(GateTest, RefusalsAreToldOnceAWindowWithTheirNumber) {
  const Error unknown{Errc::unauthenticated, "unknown certificate 0123456789abcdef: its manifest is not imported"};
  const Error keyless{Errc::unauthenticated, "the peer does not hold the key of its certificate"};
  const std::size_t before = m.audit().size();
  m.fleet.refused("198.51.100.1:1", "sn0123F1822C38DD7A01", unknown);
  ASSERT_EQ(m.audit().size(), before + 1);
  EXPECT_EQ(m.last_audit().action, "gateway.refuse");
  EXPECT_EQ(m.last_audit().actor, "unknown");
  EXPECT_EQ(m.last_audit().address, "198.51.100.1:1");
  EXPECT_EQ(m.last_audit().detail, unknown.what);
  EXPECT_FALSE(m.last_audit().allowed);
  for (int port = 2; port < 200; ++port) {
    m.fleet.refused(
        "198.51.100.1:" + std::to_string(port), "sn0123F1822C38DD7A01",
        {Errc::unauthenticated, "unknown certificate " + std::to_string(port) + "0: its manifest is not imported"});
  }
  EXPECT_EQ(m.audit().size(), before + 1) << "neither a port nor another forgery makes it another kind";
  m.fleet.refused("198.51.100.1:1", "sn0123F1822C38DD7A01", keyless);
  EXPECT_EQ(m.audit().size(), before + 2) << "another reason";
  m.fleet.refused("198.51.100.2:1", "sn0123F1822C38DD7A01", unknown);
  EXPECT_EQ(m.audit().size(), before + 3) << "another address";
  m.clock.advance(Seconds{10});
  m.fleet.refused("198.51.100.1:1", "sn0123F1822C38DD7A01", unknown);
  EXPECT_EQ(m.last_audit().detail, unknown.what + " (and 198 more like it)");
}

TEST_F(GateTest, WhatAPeerCallsItselfCannotHarmTheAudit) {
  const Error unknown{Errc::unauthenticated, "unknown certificate"};
  m.fleet.refused("198.51.100.1:1", "calls itself caf\u00e9", unknown);
  EXPECT_EQ(m.last_audit().subject, "calls itself caf\u00e9");
  m.fleet.refused("198.51.100.2:1", "calls itself caf\xc3", unknown);  // cut within a character by whoever asks
  EXPECT_TRUE(is_utf8(m.last_audit().subject)) << "or nobody can read the audit as JSON";
  const std::string longest(subject_bytes_max, 'b');
  m.fleet.refused("198.51.100.5:1", longest, unknown);
  EXPECT_EQ(m.last_audit().subject, longest) << "of the limit's size it is kept whole";
  const std::string topic(65'535, 'a');
  m.fleet.refused("198.51.100.3:1", std::string(subject_bytes_max - 1, 'b') + "\u00e9",
                  {Errc::forbidden, "dev-1 may not publish to \"" + topic + "\""});
  EXPECT_EQ(m.last_audit().subject, std::string(subject_bytes_max - 1, 'b')) << "cut before the character, not within";
  EXPECT_LE(m.last_audit().detail.size(), detail_bytes_max) << "a refusal must not fill the disk";
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  ASSERT_TRUE(is_well(m.disconnected(who, "198.51.100.4:1", std::string(detail_bytes_max - 1, 'b') + "\u00e9")));
  EXPECT_EQ(m.last_audit().detail, std::string(detail_bytes_max - 1, 'b')) << "its last words too";
}

TEST_F(GateTest, OtherWordsInAQuotationAreNoOtherKindOfRefusal) {
  const auto refuse = [&](const std::string& topic) {
    m.fleet.refused("198.51.100.1:1", "x", {Errc::forbidden, "dev-1 may not publish to \"" + topic + "\""});
  };
  refuse("a");
  const std::size_t before = m.audit().size();
  std::string longest;
  while (longest.size() < 2000) longest += "many words ";
  for (const std::string& topic : {std::string{"b c d"}, std::string{"b \" c"}, std::string{"\""}, longest})
    refuse(topic);
  EXPECT_EQ(m.audit().size(), before);
}

TEST_F(GateTest, AnAuditThatCannotBeWrittenOpensNoDoor) {
  m.store.fail_next_commits(1);
  m.fleet.refused("198.51.100.1:1", "x", {Errc::unauthenticated, "unknown certificate"});
  EXPECT_TRUE(fails_with(m.fleet.admit(crypto::Digest{}), Errc::unauthenticated));
}

TEST_F(GateTest, OnlyTheOperatorSecuresTheGateAndItIsAudited) {
  ASSERT_TRUE(is_well(m.fleet.secure(m.owner, "security.ban", "203.0.113.0/24", "scans")));
  EXPECT_EQ(m.last_audit().action, "security.ban");
  EXPECT_EQ(m.last_audit().subject, "203.0.113.0/24");
  EXPECT_EQ(m.last_audit().detail, "scans");
  EXPECT_TRUE(fails_with(m.fleet.secure(m.stranger(), "security.ban", "203.0.113.0/24", ""), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.secure({}, "security.read", "", ""), Errc::unauthenticated));
}

TEST_F(GateTest, TheAuditIsReadPageByPage) {
  const auto all = m.fleet.audit(m.owner, 0, audit_page_max).value();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().number, 1);
  EXPECT_TRUE(m.fleet.audit(m.owner, all.back().number, 10).value().empty());
  EXPECT_TRUE(fails_with(m.fleet.audit(m.owner, 0, audit_page_max + 1), Errc::too_large));
  EXPECT_TRUE(fails_with(m.fleet.audit(m.owner, -1, 10), Errc::malformed));
}

}  // namespace
}  // namespace signet::fleet
