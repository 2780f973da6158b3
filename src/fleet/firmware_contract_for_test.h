// firmware_contract_for_test.h -- what every Store must do with firmware, updates and rollouts. To be instantiated
// beside StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class FirmwareContract : public StoreContract<Maker> {
 protected:
  Firmware firmware() {
    return {ids.next<FirmwareIdKind>(), this->house.workspace.id, "lamp", "of the hall", noon_for_test};
  }
  FirmwareImage image(unsigned part, std::uint8_t seed) {
    FirmwareImage out{.part = part, .size = 1000u + seed};
    out.sha256.fill(seed), out.md5.fill(seed), out.key_hash.fill(seed), out.chunks = Buffer(32, seed);
    out.kind = part == 0 ? "os" : "python", out.version = "1.2.0", out.board = "virtual", out.os_version = "2.0.0";
    out.security_counter = 7, out.uploaded_at = noon_for_test;
    return out;
  }
  Update update(const Device& device, UpdateStatus status = UpdateStatus::pending) {
    Update out{.id = ids.next<UpdateIdKind>(), .device = device.id, .firmware = made.id, .version = "1"};
    out.status = status, out.scheduled_at = noon_for_test;
    return out;
  }
  Rollout rollout() {
    Rollout out{.id = ids.next<RolloutIdKind>(), .workspace = this->house.workspace.id, .firmware = made.id};
    out.version = "1", out.created_at = noon_for_test;
    return out;
  }
  Status put(const Update& one) {
    return this->change([&](Changes& to) { return to.put_update(one); });
  }
  Status put(const Rollout& one) {
    return this->change([&](Changes& to) { return to.put_rollout(one); });
  }
  std::vector<UpdateId> found(const UpdateQuery& query) {
    std::vector<UpdateId> out;
    for (const Update& one : this->store->updates(query).value()) out.push_back(one.id);
    return out;
  }
  ManualClock clock{noon_for_test};
  IdSource ids{clock, 7};
  Firmware made = firmware();
};
TYPED_TEST_SUITE_P(FirmwareContract);

TYPED_TEST_P(FirmwareContract, FirmwareComesBackWholeAndGoes) {
  Firmware one = this->made;
  const auto put = [&] { return this->change([&](Changes& to) { return to.put_firmware(one); }); };
  ASSERT_TRUE(is_well(put()));
  EXPECT_EQ(this->store->firmware(one.id).value(), one);
  one.name = "lantern", one.description = "";
  ASSERT_TRUE(is_well(put())) << "it replaces";
  EXPECT_EQ(this->store->firmwares(one.workspace).value(), std::vector{one});
  EXPECT_FALSE(this->store->firmware(this->firmware().id).value());
  EXPECT_TRUE(this->store->firmwares(this->samples.ids.template next<WorkspaceIdKind>()).value().empty());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_firmware(one.id); })));
  }
  EXPECT_FALSE(this->store->firmware(one.id).value());
}

TYPED_TEST_P(FirmwareContract, AVersionHasItsImages) {
  FirmwareVersion version{this->made.id, "1.2.0", noon_for_test, {this->image(1, 9)}};
  const auto put = [&] { return this->change([&](Changes& to) { return to.put_version(version); }); };
  EXPECT_TRUE(fails_with(put(), Errc::not_found)) << "of no firmware";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.put_firmware(this->made); })));
  ASSERT_TRUE(is_well(put()));
  version.images.insert(version.images.begin(), this->image(0, 8));
  ASSERT_TRUE(is_well(put())) << "it replaces";
  const FirmwareVersion bare{this->made.id, "1.10.0", noon_for_test + Seconds{1}};
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.put_version(bare); })));
  EXPECT_EQ(this->store->version(this->made.id, "1.2.0").value(), version);
  EXPECT_EQ(this->store->versions(this->made.id).value(), (std::vector{bare, version})) << "by their text";
  EXPECT_EQ(this->store->image_bytes(this->house.workspace.id).value(), 1008u + 1009u);
  EXPECT_TRUE(this->store->has_image(version.images[0].sha256).value());
  EXPECT_FALSE(this->store->has_image(crypto::Digest{}).value());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_version(this->made.id, "1.2.0"); })));
  EXPECT_FALSE(this->store->has_image(version.images[0].sha256).value());
  EXPECT_EQ(this->store->versions(this->made.id).value(), std::vector{bare});
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_firmware(this->made.id); })));
  EXPECT_TRUE(this->store->versions(this->made.id).value().empty());
  EXPECT_EQ(this->store->image_bytes(this->house.workspace.id).value(), 0u);
}

TYPED_TEST_P(FirmwareContract, OneUpdateOfADeviceIsOpen) {
  Update one = this->update(this->house.pump);
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_TRUE(this->store->is_wanted(this->made.id, "1").value());
  EXPECT_FALSE(this->store->is_wanted(this->made.id, "2").value());
  EXPECT_TRUE(fails_with(this->put(this->update(this->house.pump)), Errc::conflict));
  EXPECT_TRUE(fails_with(this->put(this->update(this->house.pump, UpdateStatus::waiting)), Errc::conflict));
  ASSERT_TRUE(is_well(this->put(this->update(this->house.lamp))));
  one.status = UpdateStatus::failed, one.told_at = one.progress_at = one.finished_at = noon_for_test + Seconds{1};
  one.progress = "downloading", one.percent = {100, 20}, one.detail = "no room";
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_EQ(this->store->updates({.device = this->house.pump.id}).value(), std::vector{one});
  const Update next = this->update(this->house.pump, UpdateStatus::waiting);
  ASSERT_TRUE(is_well(this->put(next)));
  using Ids = std::vector<UpdateId>;
  EXPECT_EQ(this->found({.device = this->house.pump.id}), (Ids{next.id, one.id}));
  EXPECT_EQ(this->found({.device = this->house.pump.id, .status = UpdateStatus::failed}), Ids{one.id});
  EXPECT_EQ(this->found({.device = this->house.pump.id, .before = next.id}), Ids{one.id});
  EXPECT_EQ(this->found({.size = 2}).size(), 2u);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_old_updates(this->house.pump.id, 0); })));
  EXPECT_EQ(this->found({.device = this->house.pump.id}), Ids{next.id}) << "what is open stays";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_device(this->house.pump.id); })));
  EXPECT_TRUE(this->found({.device = this->house.pump.id}).empty());
  Update lost = this->update(this->house.pump);
  EXPECT_TRUE(fails_with(this->put(lost), Errc::not_found));
}

TYPED_TEST_P(FirmwareContract, ARolloutCountsItsUpdates) {
  Rollout one = this->rollout();
  one.plan = {2, {10, 100}, Seconds{60}, 5, Seconds{300}, 60, 120}, one.waves = 3;
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_EQ(this->store->rollout(one.id).value(), one);
  EXPECT_EQ(this->store->rollouts_running().value(), std::vector{one});
  Update first = this->update(this->house.pump, UpdateStatus::done), second = this->update(this->house.lamp);
  first.rollout = second.rollout = one.id, second.wave = 1;
  for (const Update& update : {first, second}) ASSERT_TRUE(is_well(this->put(update)));
  const std::vector<RolloutCount> counts{{0, UpdateStatus::done, 1}, {1, UpdateStatus::pending, 1}};
  EXPECT_EQ(this->store->rollout_counts(one.id).value(), counts);
  using Ids = std::vector<UpdateId>;
  EXPECT_EQ(this->found({.rollout = one.id}), (Ids{second.id, first.id}));
  EXPECT_EQ(this->found({.rollout = one.id, .wave = 0}), Ids{first.id});
  EXPECT_EQ(this->found({.rollout = one.id, .status = UpdateStatus::pending}), Ids{second.id});
  one.status = RolloutStatus::halted, one.wave = 1, one.detail = "too many", one.wave_ended_at = noon_for_test;
  one.finished_at = noon_for_test, one.plan.failures_percent = 50;
  ASSERT_TRUE(is_well(this->put(one)));
  EXPECT_EQ(this->store->rollouts(one.workspace).value(), std::vector{one});
  EXPECT_TRUE(this->store->rollouts_running().value().empty());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_rollout(one.id); })));
  EXPECT_FALSE(this->store->rollout(one.id).value());
  EXPECT_FALSE(this->store->updates({.device = this->house.pump.id}).value().at(0).rollout) << "its updates stay";
}

REGISTER_TYPED_TEST_SUITE_P(FirmwareContract, FirmwareComesBackWholeAndGoes, AVersionHasItsImages,
                            OneUpdateOfADeviceIsOpen, ARolloutCountsItsUpdates);

}  // namespace signet::fleet
