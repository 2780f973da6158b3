// store_contract_for_test.h -- what every Store must do. Include it in a test, and instantiate StoreContract with a
// type whose make() gives a fresh, empty Store.
#pragma once

#include "fleet/audit_chain.h"
#include "fleet/samples_for_test.h"

#include <memory>

namespace signet::fleet {

template <class Maker>
class StoreContract : public testing::Test {
 protected:
  Status change(const std::function<Status(Changes&)>& act) { return store->change(act); }
  std::vector<std::string> payloads(const DataQuery& query) {
    const auto rows = store->data(query);
    EXPECT_TRUE(is_well(rows));
    std::vector<std::string> out;
    for (const DataRow& row : rows.value()) out.push_back(row.reading.payload);
    return out;
  }

  Maker maker;
  std::unique_ptr<Store> store = maker.make();
  Samples_for_test samples;
  House_for_test house = build_house_for_test(samples, *store, "ada@example.org");
};
TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, AnActThatFailsChangesNothing) {
  const auto second = this->samples.account("bob@example.org");
  const Status failed = this->change([&](Changes& to) -> Status {
    TRY(to.add_account(second));
    TRY(to.audit({}));
    EXPECT_TRUE(this->store->credential("bob@example.org").value()) << "inside, reads see the changes so far";
    return Error{Errc::conflict, "changed its mind"};
  });
  EXPECT_TRUE(fails_with(failed, Errc::conflict));
  EXPECT_FALSE(this->store->credential("bob@example.org").value());
  EXPECT_TRUE(this->store->audit(0, 10).value().empty());
  EXPECT_TRUE(is_well(this->change([&](Changes& to) { return to.add_account(second); }))) << "the next act works";
  EXPECT_TRUE(this->store->credential("bob@example.org").value());
}

TYPED_TEST_P(StoreContract, WhatIsChangedSoonIsThereAtOnce) {
  const auto second = this->samples.account("bob@example.org");
  const auto act = [&](Changes& to) { return to.add_account(second); };
  ASSERT_TRUE(is_well(this->store->change_soon(act)));
  EXPECT_TRUE(this->store->credential("bob@example.org").value());
  EXPECT_TRUE(fails_with(this->store->change_soon(act), Errc::conflict));
  EXPECT_TRUE(is_well(this->store->settle()));
}

TYPED_TEST_P(StoreContract, TheFirstAccountIsTheOperators) {
  const auto second = this->samples.account("bob@example.org");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.add_account(second); })));
  EXPECT_EQ(this->store->operator_account().value()->email, "ada@example.org");
  EXPECT_EQ(this->store->account(second.account.id).value()->email, "bob@example.org");
  EXPECT_EQ(this->store->credential("bob@example.org").value()->password_hash, second.password_hash);
  EXPECT_FALSE(this->store->credential("eve@example.org").value());
  auto again = this->samples.account("bob@example.org");
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.add_account(again); }), Errc::conflict));
}

TYPED_TEST_P(StoreContract, TokensAreFoundByHashUntilRemovedOrExpired) {
  Token session = this->samples.token(this->house.owner);
  Token key = this->samples.token(this->house.owner);
  key.kind = TokenKind::api_key;
  key.only = this->house.workspace.id;
  key.name = "ci";
  key.expires_at.reset();
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.add_token(session));
    return to.add_token(key);
  })));
  const auto found = this->store->token(key.hash).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, TokenKind::api_key);
  EXPECT_EQ(found->account, this->house.owner.account.id);
  EXPECT_EQ(found->only, this->house.workspace.id);
  EXPECT_EQ(found->name, "ci");
  EXPECT_EQ(found->prefix, key.prefix);
  EXPECT_EQ(found->expires_at, std::nullopt);
  EXPECT_EQ(this->store->token(session.hash).value()->expires_at, session.expires_at);
  EXPECT_EQ(this->store->token(session.hash).value()->only, std::nullopt);

  Token lost = this->samples.token(this->house.owner);
  lost.only = this->samples.workspace(this->house.owner).id;  // was never added
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.add_token(lost); }), Errc::not_found));
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.add_token(session); }), Errc::conflict));

  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_tokens_expired_at(*session.expires_at); })));
  EXPECT_FALSE(this->store->token(session.hash).value());
  EXPECT_TRUE(this->store->token(key.hash).value());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_token(key.hash); })));
  EXPECT_FALSE(this->store->token(key.hash).value());
  EXPECT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_token(key.hash); })));
}

TYPED_TEST_P(StoreContract, WorkspacesFleetsAndDevicesAreListedInOrderOfCreation) {
  const Workspace lab = this->samples.workspace(this->house.owner, "lab");
  const FleetGroup north = this->samples.fleet(this->house.workspace, "north");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.add_workspace(lab));
    return to.add_fleet(north);
  })));
  const auto workspaces = this->store->workspaces(this->house.owner.account.id).value();
  ASSERT_EQ(workspaces.size(), 2u);
  EXPECT_EQ(workspaces[0].id, this->house.workspace.id);
  EXPECT_EQ(workspaces[1].name, "lab");
  EXPECT_EQ(workspaces[1].description, lab.description);
  EXPECT_EQ(workspaces[1].account, this->house.owner.account.id);
  EXPECT_EQ(workspaces[1].created_at, lab.created_at);
  EXPECT_EQ(this->store->workspace(lab.id).value()->name, "lab");
  ASSERT_EQ(this->store->fleets(this->house.workspace.id).value().size(), 2u);
  EXPECT_EQ(this->store->fleets(this->house.workspace.id).value()[1].name, "north");
  EXPECT_EQ(this->store->fleet(north.id).value()->account, this->house.owner.account.id);
  EXPECT_TRUE(this->store->fleets(lab.id).value().empty());

  Device lamp = this->house.lamp;
  lamp.name = "street lamp", lamp.fleet = north.id, lamp.phys_id = "devkit";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.update_device(lamp));
    return to.set_last_seen(lamp.id, noon_for_test);
  })));
  const auto devices = this->store->devices({.workspace = this->house.workspace.id}).value();
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].last_seen, std::nullopt);
  EXPECT_EQ(devices[1].name, "street lamp");
  EXPECT_EQ(devices[1].fleet, north.id);
  EXPECT_EQ(devices[1].phys_id, "devkit");
  EXPECT_EQ(devices[1].last_seen, noon_for_test);
  EXPECT_EQ(this->store->device(lamp.id).value()->workspace, this->house.workspace.id);
  const auto list = [&](DeviceQuery query) {
    query.workspace = this->house.workspace.id;
    std::vector<DeviceId> out;
    for (const Device& one : this->store->devices(query).value()) out.push_back(one.id);
    return out;
  };
  const DeviceId first = devices[0].id, second = devices[1].id;
  EXPECT_EQ(list({.workspace = {}, .size = 1}), std::vector{first});
  EXPECT_EQ(list({.workspace = {}, .after = first}), std::vector{second});
  EXPECT_EQ(list({.workspace = {}, .after = second}), std::vector<DeviceId>{});
  EXPECT_EQ(list({.workspace = {}, .fleet = north.id}), std::vector{second});
  EXPECT_EQ(list({.workspace = {}, .name = "street lamp"}), std::vector{second});
  EXPECT_EQ(list({.workspace = {}, .after = second, .name = "street lamp"}), std::vector<DeviceId>{});
  EXPECT_EQ(list({.workspace = {}, .name = "Street lamp"}), std::vector<DeviceId>{});
  EXPECT_EQ(this->store->device(lamp.id).value()->account, this->house.owner.account.id);
}

TYPED_TEST_P(StoreContract, NothingHangsInTheAir) {
  const auto stranger = this->samples.account("eve@example.org");
  const Workspace nowhere = this->samples.workspace(stranger);
  const FleetGroup none = this->samples.fleet(nowhere);
  const Device ghost = this->samples.device(none);
  Device lost = this->house.pump;
  lost.fleet = none.id;
  Identity unit = this->samples.identity("sn0123000000000001");
  unit.device = ghost.id;
  const auto refused = [&](const std::function<Status(Changes&)>& act) {
    return fails_with(this->change(act), Errc::not_found);
  };
  EXPECT_TRUE(refused([&](Changes& to) { return to.add_workspace(nowhere); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.add_fleet(none); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.add_device(ghost); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.update_device(ghost); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.update_device(lost); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.set_last_seen(ghost.id, noon_for_test); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.add_identity(unit); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.set_identity(unit.fingerprint, IdentityState::known, {}); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.set_receipt(unit.fingerprint, "r"); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.set_legacy_nonce(unit.fingerprint, 1); }));
  EXPECT_TRUE(
      refused([&](Changes& to) { return to.append(std::array{this->samples.reading(ghost, "t", Micros{0})}); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.put_twin(ghost.id, TwinSide::current, {"k", 1, "1"}); }));
  EXPECT_TRUE(refused([&](Changes& to) { return to.add_token(this->samples.token(stranger)); }));
}

TYPED_TEST_P(StoreContract, TheTwoSidesOfATwinAreApart) {
  const DeviceId pump = this->house.pump.id;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.put_twin(pump, TwinSide::current, {"speed", 1, "10"}));
    TRY(to.put_twin(pump, TwinSide::current, {"__manifest", 2, R"({"jobs":[]})"}));
    TRY(to.put_twin(pump, TwinSide::current, {"speed", 3, "20"}));
    TRY(to.put_twin(this->house.lamp.id, TwinSide::current, {"speed", 1, "99"}));
    return to.put_twin(pump, TwinSide::expected, {"speed", 4, "30"});
  })));
  Twin twin = this->store->twin(pump).value();
  ASSERT_EQ(twin.current.size(), 2u);
  EXPECT_EQ(twin.current[0].key, "__manifest");
  EXPECT_EQ(twin.current[1].value, "20");
  EXPECT_EQ(twin.current[1].millis, 3);
  ASSERT_EQ(twin.expected.size(), 1u);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.erase_twin(pump, TwinSide::current, "speed"));
    return to.erase_twin(pump, TwinSide::current, "speed");
  })));
  twin = this->store->twin(pump).value();
  EXPECT_EQ(twin.current.size(), 1u);
  EXPECT_EQ(twin.expected.size(), 1u);
}

TYPED_TEST_P(StoreContract, AuditNumbersRiseByOneWithoutGaps) {
  const auto note = [&](std::string action, bool fail) {
    return this->change([&](Changes& to) -> Status {
      TRY(to.audit({0, noon_for_test, "ada@example.org", action, "dev-1", "::1", false, "why \"not\"", {}, "req-1"}));
      if (fail) return Error{Errc::conflict, "rolled back"};
      return {};
    });
  };
  ASSERT_TRUE(is_well(note("one", false)));
  ASSERT_FALSE(note("lost", true));
  ASSERT_TRUE(is_well(note("two", false)));
  const auto all = this->store->audit(0, 10).value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].number, 1);
  EXPECT_EQ(all[1].number, 2);
  EXPECT_EQ(all[1].action, "two");
  EXPECT_EQ(all[1].at, noon_for_test);
  EXPECT_EQ(all[1].actor, "ada@example.org");
  EXPECT_EQ(all[1].subject, "dev-1");
  EXPECT_EQ(all[1].address, "::1");
  EXPECT_FALSE(all[1].allowed);
  EXPECT_EQ(all[1].detail, "why \"not\"");
  EXPECT_EQ(all[1].request, "req-1");
  crypto::Digest former{};
  for (const AuditEntry& entry : all) {
    former = audit_hash(former, entry);
    EXPECT_EQ(entry.hash, former) << "it names itself and all before it";
  }
  EXPECT_EQ(this->store->audit(1, 10).value().size(), 1u);
  EXPECT_EQ(this->store->audit(0, 1).value().front().number, 1);
  EXPECT_TRUE(this->store->audit(2, 10).value().empty());
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, AnActThatFailsChangesNothing, WhatIsChangedSoonIsThereAtOnce,
                            TheFirstAccountIsTheOperators, TokensAreFoundByHashUntilRemovedOrExpired,
                            WorkspacesFleetsAndDevicesAreListedInOrderOfCreation, NothingHangsInTheAir,
                            TheTwoSidesOfATwinAreApart, AuditNumbersRiseByOneWithoutGaps);

}  // namespace signet::fleet
