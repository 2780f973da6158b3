// What becomes of workspaces, fleets and devices: renamed, moved, removed.
#include "fleet/house.h"
#include "fleet/integration.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct HouseTest : testing::Test {
  HouseTest() : m({.check_url = [](const std::string&) { return Status{}; }}) { m.set_up(); }
  FleetGroup make_fleet(const std::string& name) { return m.fleet.create_fleet(m.owner, id, name, "").value(); }
  Status remove(const DeviceId& device) { return house.remove_device(m.owner, id, device); }
  IdentityState state_of(const std::string& dcn) { return m.store.identity_by_dcn(dcn).value()->state; }
  Manager_for_test m;
  House house{m.fleet};
  const WorkspaceId& id = m.workspace.id;
};

TEST_F(HouseTest, NamesDescriptionsAndFleetsChangeWithTheirLimits) {
  const FleetGroup north = make_fleet("north");
  const Device lamp = m.make_device("lamp");
  const Device moved = m.fleet.update_device(m.owner, id, lamp.id, {.description = "above the door"}, north.id).value();
  EXPECT_EQ(moved.name, "lamp");
  EXPECT_EQ(moved.description, "above the door");
  EXPECT_EQ(moved.fleet, north.id);
  EXPECT_EQ(m.last_audit().action, "device.update");
  EXPECT_EQ(house.update_fleet(m.owner, id, north.id, {.name = "south"}).value().name, "south");
  EXPECT_EQ(m.last_audit().action, "fleet.update");
  EXPECT_EQ(house.update_workspace(m.owner, id, {.description = "w"}).value().description, "w");
  EXPECT_EQ(m.fleet.workspace(m.owner, id).value().name, "default") << "what is not said stays";
  const std::string longest(description_bytes_max, 'x');
  EXPECT_TRUE(is_well(house.update_fleet(m.owner, id, north.id, {.description = longest})));
  EXPECT_TRUE(fails_with(house.update_fleet(m.owner, id, north.id, {.description = longest + "x"}), Errc::too_large));
  EXPECT_TRUE(fails_with(house.update_workspace(m.owner, id, {.name = ""}), Errc::malformed));
  EXPECT_TRUE(fails_with(m.fleet.update_device(m.owner, id, lamp.id, {.name = "a\nb"}, {}), Errc::malformed));
}

TEST_F(HouseTest, ARemovedDeviceIsExpelledAndItsUnitMayBeClaimedAgain) {
  const Admission who = m.admitted("lamp", "sn0123000000000001");
  ASSERT_TRUE(is_well(m.connected(who, "192.0.2.7:1")));
  const Index::Reader gate = m.fleet.index().value()->reader();
  const Reading reading = m.fleet.judge(who, "t", std::nullopt, R"({"value":1})").value();
  ASSERT_TRUE(is_well(m.keep({&reading, 1})));

  ASSERT_TRUE(is_well(remove(who.device)));
  EXPECT_EQ(m.last_audit().action, "device.remove");
  EXPECT_EQ(m.last_audit().detail, "lamp, sn0123000000000001");
  EXPECT_EQ(m.expelled, std::vector{who.device});
  EXPECT_EQ(gate.find(who.fingerprint)->state, IdentityState::known);
  EXPECT_TRUE(gate.find(who.fingerprint)->device.empty());
  EXPECT_TRUE(fails_with(m.fleet.admit(who.fingerprint), Errc::forbidden));
  EXPECT_TRUE(is_well(m.disconnected(who, "192.0.2.7:1", "removed"))) << "its session ends after it";
  EXPECT_TRUE(fails_with(m.connected(who, "192.0.2.7:1"), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.device(m.owner, id, who.device), Errc::not_found));
  EXPECT_TRUE(m.fleet.data(m.owner, {.workspace = id}).value().empty());
  EXPECT_TRUE(m.store.receipt(who.fingerprint).value().empty());
  const std::vector<Reading> late{reading};
  EXPECT_EQ(m.fleet.drain(late, "log", 1).value(), 1u) << "what was on its way is left out, and stops nothing";
  EXPECT_EQ(state_of("sn0123000000000001"), IdentityState::known);
  EXPECT_TRUE(fails_with(remove(who.device), Errc::not_found));
}

TEST_F(HouseTest, AUnitThatWasKeptOutStaysOut) {
  const Admission quarantined = m.admitted("a", "sn0123000000000001"), revoked = m.admitted("b", "sn0123000000000002");
  ASSERT_TRUE(is_well(m.fleet.quarantine(m.owner, quarantined.dcn, "seen twice")));
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, revoked.device, "lost")));
  for (const Admission& one : {quarantined, revoked}) ASSERT_TRUE(is_well(remove(one.device)));
  EXPECT_EQ(state_of(quarantined.dcn), IdentityState::quarantined);
  EXPECT_EQ(state_of(revoked.dcn), IdentityState::revoked);
  for (const Admission& one : {quarantined, revoked}) {
    EXPECT_TRUE(fails_with(m.fleet.begin_claim(m.owner, m.make_device().id, one.dcn), Errc::forbidden));
  }
  ASSERT_TRUE(is_well(m.fleet.release(m.owner, quarantined.dcn)));
  EXPECT_EQ(state_of(quarantined.dcn), IdentityState::known) << "it belongs to nobody";
}

TEST_F(HouseTest, ReadingsOfARemovedDeviceAreErasedInTurns) {
  const Admission who = m.admitted("lamp", "sn0123000000000001");
  EXPECT_FALSE(m.fleet.tend_retention().value());
  ASSERT_TRUE(is_well(remove(who.device)));
  EXPECT_FALSE(m.fleet.tend_retention().value()) << "this store erases at once";
  EXPECT_FALSE(m.fleet.tend_retention().value());
}

TEST_F(HouseTest, AFleetGoesWhenNothingNeedsIt) {
  const FleetGroup first = m.fleet.fleets(m.owner, id).value().at(0);
  const auto remove_fleet = [&](const FleetGroup& one) { return house.remove_fleet(m.owner, id, one.id); };
  EXPECT_TRUE(fails_with(remove_fleet(first), Errc::conflict)) << "the only one";
  const FleetGroup north = make_fleet("north"), south = make_fleet("south");
  const Device lamp = m.fleet.create_device(m.owner, id, "lamp", north.id).value();
  EXPECT_TRUE(fails_with(remove_fleet(north), Errc::conflict)) << "it has a device";
  ASSERT_TRUE(is_well(m.fleet.update_device(m.owner, id, lamp.id, {}, first.id)));
  EXPECT_TRUE(is_well(remove_fleet(north)));
  EXPECT_EQ(m.last_audit().action, "fleet.remove");
  IntegrationOrder order{.name = "sink", .url = "https://sink.example.org/"};
  order.fleets = {south.id};
  const Integration sink = m.fleet.integrations().create(m.owner, id, order).value();
  EXPECT_TRUE(fails_with(remove_fleet(south), Errc::conflict)) << "an integration would tell of all of them without it";
  ASSERT_TRUE(is_well(m.fleet.integrations().remove(m.owner, id, sink.id)));
  const Export nightly =
      m.fleet.exports().create(m.owner, id, {.name = "nightly", .schedule = "6 *", .fleets = {{south.id}}}).value();
  EXPECT_TRUE(fails_with(remove_fleet(south), Errc::conflict)) << "so would an export";
  ASSERT_TRUE(is_well(m.fleet.exports().remove(m.owner, id, nightly.id)));
  EXPECT_TRUE(is_well(remove_fleet(south)));
  EXPECT_TRUE(fails_with(remove_fleet(south), Errc::not_found));
}

TEST_F(HouseTest, AWorkspaceGoesWhenItIsEmptyAndNotTheOnlyOne) {
  const auto remove_workspace = [&](const WorkspaceId& one) { return house.remove_workspace(m.owner, one); };
  EXPECT_TRUE(fails_with(remove_workspace(id), Errc::conflict)) << "the only one";
  const Workspace lab = m.fleet.create_workspace(m.owner, "lab", "").value();
  const Device lamp = m.fleet.create_device(m.owner, lab.id, "lamp", std::nullopt).value();
  EXPECT_TRUE(fails_with(remove_workspace(lab.id), Errc::conflict)) << "it has a device";
  ASSERT_TRUE(is_well(house.remove_device(m.owner, lab.id, lamp.id)));
  const Integration sink =
      m.fleet.integrations().create(m.owner, lab.id, {.name = "sink", .url = "https://sink.example.org/"}).value();
  EXPECT_TRUE(fails_with(remove_workspace(lab.id), Errc::conflict)) << "it has an integration";
  ASSERT_TRUE(is_well(m.fleet.integrations().remove(m.owner, lab.id, sink.id)));
  EXPECT_TRUE(is_well(remove_workspace(lab.id)));
  EXPECT_EQ(m.last_audit().action, "workspace.remove");
  EXPECT_TRUE(fails_with(m.fleet.workspace(m.owner, lab.id), Errc::not_found));
  EXPECT_TRUE(fails_with(house.remove_device(m.stranger(), id, m.make_device().id), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
