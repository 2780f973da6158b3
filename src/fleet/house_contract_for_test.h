// house_contract_for_test.h -- what every Store must do when workspaces, fleets and devices change or go. To be
// instantiated beside StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class HouseContract : public StoreContract<Maker> {
 protected:
  // The lamp with something of everything, and one reading of the pump.
  void furnish() {
    const DeviceId lamp = this->house.lamp.id;
    ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
      TRY(to.put_twin(lamp, TwinSide::current, {"speed", 1, "2"}));
      TRY(to.put_job({.id = this->samples.ids.template next<JobIdKind>(), .device = lamp, .name = "blink"}));
      TRY(to.put_condition({.device = lamp, .uuid = "u", .tag = "door", .start = noon_for_test}));
      TRY(to.put_session({.device = lamp}));
      for (int i = 0; i < 5; ++i) {
        const Reading one = this->samples.reading(this->house.lamp, "t", Micros{i}, R"({"of":"lamp"})");
        TRY(to.append({&one, 1}));
      }
      const Reading other = this->samples.reading(this->house.pump, "t", Micros{9}, R"({"of":"pump"})");
      return to.append({&other, 1});
    })));
  }
  Status remove(const DeviceId& device) {
    return this->change([&](Changes& to) { return to.remove_device(device); });
  }
  std::size_t erase(std::size_t most) {
    std::size_t erased = 0;
    EXPECT_TRUE(is_well(this->change([&](Changes& to) -> Status {
      erased = TRY(to.erase_removed(most));
      return {};
    })));
    return erased;
  }
  WorkspaceId workspace = this->house.workspace.id;
};
TYPED_TEST_SUITE_P(HouseContract);

TYPED_TEST_P(HouseContract, NamesAndDescriptionsChange) {
  Workspace workspace = this->house.workspace;
  FleetGroup fleet = this->house.fleet;
  Device lamp = this->house.lamp;
  workspace.name = "works", workspace.description = "w", fleet.name = "north", fleet.description = "f";
  lamp.description = "above the door";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.update_workspace(workspace));
    TRY(to.update_fleet(fleet));
    return to.update_device(lamp);
  })));
  EXPECT_EQ(this->store->workspace(workspace.id).value()->name, "works");
  EXPECT_EQ(this->store->workspace(workspace.id).value()->description, "w");
  EXPECT_EQ(this->store->fleet(fleet.id).value()->name, "north");
  EXPECT_EQ(this->store->fleet(fleet.id).value()->description, "f");
  EXPECT_EQ(this->store->device(lamp.id).value()->description, "above the door");
  workspace.id = this->samples.ids.template next<WorkspaceIdKind>();
  fleet.id = this->samples.ids.template next<FleetIdKind>();
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.update_workspace(workspace); }), Errc::not_found));
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.update_fleet(fleet); }), Errc::not_found));
}

TYPED_TEST_P(HouseContract, ARemovedDeviceIsGoneAtOnceAndItsReadingsFollow) {
  this->furnish();
  const DeviceId lamp = this->house.lamp.id;
  ASSERT_TRUE(is_well(this->remove(lamp)));
  EXPECT_FALSE(this->store->device(lamp).value());
  EXPECT_EQ(this->store->devices({.workspace = this->workspace}).value().size(), 1u);
  EXPECT_TRUE(this->store->twin(lamp).value().current.empty());
  EXPECT_TRUE(this->store->jobs({.device = lamp}).value().empty());
  EXPECT_TRUE(this->store->conditions({.workspace = this->workspace}).value().empty());
  EXPECT_FALSE(this->store->session(lamp).value());
  const std::vector<std::string> of_pump{R"({"of":"pump"})"};
  EXPECT_EQ(this->payloads({.workspace = this->workspace}), of_pump);
  EXPECT_EQ(this->payloads({.workspace = this->workspace, .fleets = {this->house.fleet.id}}), of_pump);
  EXPECT_TRUE(this->payloads({.workspace = this->workspace, .devices = {lamp}}).empty());
  EXPECT_TRUE(fails_with(this->remove(lamp), Errc::not_found));
  const Reading late = this->samples.reading(this->house.lamp, "t", Micros{7});
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.append({&late, 1}); }), Errc::not_found));
  for (int i = 0; i < 10 && this->erase(2) > 0; ++i) {
  }
  EXPECT_EQ(this->erase(2), 0u) << "nothing is left of it";
  EXPECT_EQ(this->payloads({.workspace = this->workspace}), of_pump);
}

TYPED_TEST_P(HouseContract, ADeviceThatAnIdentityNamesStays) {
  Identity unit = this->samples.identity("sn01");
  unit.device = this->house.lamp.id, unit.state = IdentityState::claimed;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_identity(unit); })));
  EXPECT_TRUE(fails_with(this->remove(this->house.lamp.id), Errc::conflict));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.set_identity(unit.fingerprint, IdentityState::known, std::nullopt));
    return to.remove_device(this->house.lamp.id);
  })));
  EXPECT_EQ(this->store->identity(unit.fingerprint).value()->device, std::nullopt);
}

TYPED_TEST_P(HouseContract, AFleetGoesWhenItIsEmpty) {
  const FleetGroup north = this->samples.fleet(this->house.workspace, "north");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_fleet(north); })));
  const auto remove = [&](const FleetId& id) { return this->change([&](Changes& to) { return to.remove_fleet(id); }); };
  EXPECT_TRUE(fails_with(remove(this->house.fleet.id), Errc::conflict));
  this->furnish();
  Device pump = this->house.pump;
  pump.fleet = north.id;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.update_device(pump); })));
  ASSERT_TRUE(is_well(this->remove(this->house.lamp.id)));
  ASSERT_TRUE(is_well(remove(this->house.fleet.id))) << "what is left of the lamp does not hold it";
  EXPECT_FALSE(this->store->fleet(this->house.fleet.id).value());
  EXPECT_EQ(this->store->fleets(this->workspace).value().size(), 1u);
  EXPECT_TRUE(fails_with(remove(this->house.fleet.id), Errc::not_found));
  EXPECT_EQ(this->payloads({.workspace = this->workspace}).size(), 1u);
}

TYPED_TEST_P(HouseContract, AWorkspaceGoesWhenItIsEmptyWithAllThatHangsOnIt) {
  this->furnish();
  const auto remove = [&] { return this->change([&](Changes& to) { return to.remove_workspace(this->workspace); }); };
  Token key = this->samples.token(this->house.owner);
  key.kind = TokenKind::api_key, key.only = this->workspace;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_token(key); })));
  EXPECT_TRUE(fails_with(remove(), Errc::conflict));
  EXPECT_TRUE(this->store->token(key.hash).value()) << "all or nothing";
  for (const DeviceId& device : {this->house.lamp.id, this->house.pump.id}) ASSERT_TRUE(is_well(this->remove(device)));
  for (int i = 0; i < 20 && this->erase(100) > 0; ++i) {
  }
  ASSERT_TRUE(is_well(remove()));
  EXPECT_FALSE(this->store->workspace(this->workspace).value());
  EXPECT_TRUE(this->store->workspaces(this->house.owner.account.id).value().empty());
  EXPECT_TRUE(this->store->fleets(this->workspace).value().empty());
  EXPECT_FALSE(this->store->token(key.hash).value());
  EXPECT_TRUE(fails_with(remove(), Errc::not_found));
}

REGISTER_TYPED_TEST_SUITE_P(HouseContract, NamesAndDescriptionsChange, ARemovedDeviceIsGoneAtOnceAndItsReadingsFollow,
                            ADeviceThatAnIdentityNamesStays, AFleetGoesWhenItIsEmpty,
                            AWorkspaceGoesWhenItIsEmptyWithAllThatHangsOnIt);

}  // namespace signet::fleet
