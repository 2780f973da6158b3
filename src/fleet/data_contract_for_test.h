// data_contract_for_test.h -- what every Store must do when readings are asked for. To be instantiated beside
// StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class DataContract : public StoreContract<Maker> {
 protected:
  using Texts = std::vector<std::string>;

  Status keep(std::span<const Reading> readings) {
    return this->change([&](Changes& to) { return to.append(readings); });
  }
  // `count` devices that have each said their number at the same microsecond, and again one later.
  std::vector<Device> crowd(int count) {
    std::vector<Device> out;
    std::vector<Reading> said;
    const Status built = this->change([&](Changes& to) -> Status {
      for (int i = 0; i < count; ++i) {
        out.push_back(this->samples.device(this->house.fleet, "d"));
        TRY(to.add_device(out.back()));
        for (int at : {0, 1}) said.push_back(this->samples.reading(out.back(), "t", Micros{at}, std::to_string(i)));
      }
      return to.append(said);
    });
    EXPECT_TRUE(is_well(built));
    return out;
  }
  // All that a query gives, page by page, each going on behind the last of the one before.
  Texts by_pages(
      DataQuery query, std::size_t size, const std::function<void()>& between = [] {}) {
    Texts out;
    for (int page = 0; page < 1000; ++page) {
      std::size_t seen = 0;
      std::optional<DataPosition> last;
      const Status done = this->store->scan(query, [&](const ReadingView& r) {
        out.emplace_back(r.payload);
        last = DataPosition{r.device_time, r.device, std::string{r.tag}};
        return ++seen < size;
      });
      EXPECT_TRUE(is_well(done));
      if (!last) return out;
      query.after = last;
      between();
    }
    ADD_FAILURE() << "it does not end";
    return out;
  }
  DataQuery all(bool newest_first = true) {
    DataQuery out{.workspace = this->house.workspace.id};
    out.newest_first = newest_first;
    out.size = 1000;
    return out;
  }
};
TYPED_TEST_SUITE_P(DataContract);

TYPED_TEST_P(DataContract, PagesByPositionGiveWhatOnePageGives) {
  const std::vector<Device> devices = this->crowd(5);
  std::vector<Reading> more;
  for (const char* tag : {"a", "s", "u", "v/w"}) {
    more.push_back(this->samples.reading(devices[2], tag, Micros{1}, "\"" + std::string{tag} + "\""));
  }
  ASSERT_TRUE(is_well(this->keep(more)));
  for (const bool newest_first : {true, false}) {
    DataQuery query = this->all(newest_first);
    for (const std::size_t named : {0u, 1u, 3u, 5u}) {
      query.devices.clear();
      for (std::size_t i = 0; i < named; ++i) query.devices.push_back(devices[4 - i].id);
      const auto whole = this->payloads(query);
      EXPECT_EQ(whole.size(), named == 0 ? 14u : 2 * named + (named >= 3 ? 4 : 0));
      for (const std::size_t size : {1u, 2u, 3u, 100u}) {
        EXPECT_EQ(this->by_pages(query, size), whole) << named << " devices, pages of " << size;
      }
    }
  }
}

TYPED_TEST_P(DataContract, WhatComesBetweenPagesMovesNothing) {
  this->crowd(4);
  const auto oldest_first = this->payloads(this->all(false));
  int n = 100;
  const auto newer = [&] {
    const auto one = this->samples.reading(this->house.pump, "t", Micros{n++}, "\"new\"");
    ASSERT_TRUE(is_well(this->keep(std::array{one})));
  };
  EXPECT_EQ(this->by_pages(this->all(true), 3, newer),
            (std::vector<std::string>{oldest_first.rbegin(), oldest_first.rend()}));
  const auto older = [&] {
    const auto one = this->samples.reading(this->house.pump, "t", -Micros{n++}, "\"old\"");
    ASSERT_TRUE(is_well(this->keep(std::array{one})));
  };
  DataQuery query = this->all(false);
  query.start = noon_for_test;
  query.end = noon_for_test + Micros{50};
  EXPECT_EQ(this->by_pages(query, 3, older), oldest_first);
}

// Few are merged from their own indexes, many are picked out of all.
TYPED_TEST_P(DataContract, OneDeviceSomeAndManyAreAskedForAlike) {
  const std::vector<Device> devices = this->crowd(80);
  for (const bool newest_first : {true, false}) {
    for (const std::size_t named : {1u, 2u, 64u, 65u, 80u}) {
      DataQuery query = this->all(newest_first);
      for (std::size_t i = 0; i < named; ++i) query.devices.push_back(devices[i].id);
      const auto got = this->payloads(query);
      ASSERT_EQ(got.size(), 2 * named);
      EXPECT_EQ(got.front(), newest_first ? std::to_string(named - 1) : "0");
      EXPECT_EQ(got.back(), newest_first ? "0" : std::to_string(named - 1));
      EXPECT_EQ(this->by_pages(query, 7), got) << named;
    }
  }
}

TYPED_TEST_P(DataContract, AFleetIsTheDevicesThatAreInItNow) {
  const FleetGroup north = this->samples.fleet(this->house.workspace, "north");
  Device lamp = this->house.lamp;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.add_fleet(north));
    TRY(to.append(std::array{this->samples.reading(lamp, "t", Micros{1}, "1"),
                             this->samples.reading(this->house.pump, "t", Micros{2}, "2")}));
    lamp.fleet = north.id;
    return to.update_device(lamp);
  })));
  DataQuery query = this->all();
  query.fleets = {north.id};
  EXPECT_EQ(this->payloads(query), (std::vector<std::string>{"1"}));
  query.fleets = {this->house.fleet.id};
  EXPECT_EQ(this->payloads(query), (std::vector<std::string>{"2"}));
  query.fleets = {this->house.fleet.id, north.id};
  EXPECT_EQ(this->payloads(query), (std::vector<std::string>{"2", "1"}));
  query.devices = {lamp.id};
  EXPECT_EQ(this->payloads(query), (std::vector<std::string>{"1"})) << "of those devices, in those fleets";
  query.fleets = {this->house.fleet.id};
  EXPECT_TRUE(this->payloads(query).empty());
}

TYPED_TEST_P(DataContract, APositionOfADeviceThatIsGoneLeavesNothingOut) {
  this->crowd(3);
  for (const bool newest_first : {true, false}) {
    DataQuery query = this->all(newest_first);
    query.after = DataPosition{noon_for_test, this->samples.ids.template next<DeviceIdKind>(), "t"};
    EXPECT_GE(this->payloads(query).size(), newest_first ? 0u : 3u);
    query.start = noon_for_test + Micros{1};
    query.end = noon_for_test + Micros{2};
    EXPECT_EQ(this->payloads(query).size(), newest_first ? 0u : 3u) << "a position does not widen what was asked for";
  }
}

TYPED_TEST_P(DataContract, TheOldestAreRemovedALittleAtATime) {
  const House_for_test foreign = build_house_for_test(this->samples, *this->store, "bob@example.org");
  std::vector<Reading> said{this->samples.reading(foreign.pump, "t", Micros{0}, "\"foreign\"")};
  for (int n = 0; n < 6; ++n) {
    said.push_back(
        this->samples.reading(n % 2 ? this->house.pump : this->house.lamp, "t", Micros{n / 2}, std::to_string(n)));
  }
  ASSERT_TRUE(is_well(this->keep(said)));
  const auto remove = [&](Micros before, std::size_t most) {
    std::size_t removed = 0;
    EXPECT_TRUE(is_well(this->change([&](Changes& to) -> Status {
      removed = TRY(to.remove_readings(this->house.workspace.id, noon_for_test + before, most));
      return {};
    })));
    return removed;
  };
  EXPECT_EQ(remove(Micros{0}, 10), 0u) << "nothing is older";
  EXPECT_EQ(remove(Micros{2}, 3), 3u);
  EXPECT_EQ(this->payloads(this->all()).size(), 3u);
  EXPECT_EQ(remove(Micros{2}, 3), 1u) << "and the others are not older";
  EXPECT_EQ(remove(Micros{2}, 3), 0u);
  EXPECT_EQ(remove(Micros{9}, 0), 0u);
  auto left = this->payloads(this->all());
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{"4", "5"}));
  DataQuery of_device = this->all();
  of_device.devices = {this->house.pump.id};
  EXPECT_EQ(this->payloads(of_device), (std::vector<std::string>{"5"})) << "its index knows";
  EXPECT_EQ(this->payloads({.workspace = foreign.workspace.id}).size(), 1u);
}

TYPED_TEST_P(DataContract, AWorkspaceRemembersHowLongItKeepsReadings) {
  const WorkspaceId id = this->house.workspace.id;
  EXPECT_EQ(this->store->workspace(id).value()->retention_days, 0u);
  EXPECT_TRUE(this->store->workspaces_with_retention().value().empty());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.set_retention(id, 30); })));
  EXPECT_EQ(this->store->workspace(id).value()->retention_days, 30u);
  ASSERT_EQ(this->store->workspaces_with_retention().value().size(), 1u);
  EXPECT_EQ(this->store->workspaces_with_retention().value()[0].id, id);
  EXPECT_EQ(this->store->workspaces(this->house.owner.account.id).value()[0].retention_days, 30u);
  const WorkspaceId none = this->samples.ids.template next<WorkspaceIdKind>();
  EXPECT_TRUE(fails_with(this->change([&](Changes& to) { return to.set_retention(none, 1); }), Errc::not_found));
}

REGISTER_TYPED_TEST_SUITE_P(DataContract, TheOldestAreRemovedALittleAtATime, AWorkspaceRemembersHowLongItKeepsReadings,
                            PagesByPositionGiveWhatOnePageGives, WhatComesBetweenPagesMovesNothing,
                            OneDeviceSomeAndManyAreAskedForAlike, AFleetIsTheDevicesThatAreInItNow,
                            APositionOfADeviceThatIsGoneLeavesNothingOut);

}  // namespace signet::fleet
