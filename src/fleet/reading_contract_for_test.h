// reading_contract_for_test.h -- what every Store must do with readings that come in. To be instantiated beside
// StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class ReadingContract : public StoreContract<Maker> {};
TYPED_TEST_SUITE_P(ReadingContract);

TYPED_TEST_P(ReadingContract, AReadingIsKeptOnce) {
  const Reading one = this->samples.reading(this->house.pump, "t", Micros{5}, R"({"n":1})");
  Reading resent = one;
  resent.received_at += Seconds{9};
  resent.payload = R"({"n":2})";
  const Reading other_tag = this->samples.reading(this->house.pump, "u", Micros{5}, R"({"n":3})");
  const Reading other_device = this->samples.reading(this->house.lamp, "t", Micros{5}, R"({"n":4})");
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.append(std::array{one, resent, other_tag}); })));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.append(std::array{resent, other_device}); })));
  DataQuery all{.workspace = this->house.workspace.id};
  all.newest_first = false;
  EXPECT_EQ(this->payloads(all), (std::vector<std::string>{R"({"n":1})", R"({"n":3})", R"({"n":4})"}));
  const DataRow row = this->store->data(all).value().front();
  EXPECT_EQ(row.fleet, this->house.fleet.id);
  EXPECT_EQ(row.reading.device, this->house.pump.id);
  EXPECT_EQ(row.reading.tag, "t");
  EXPECT_EQ(row.reading.device_time, one.device_time);
  EXPECT_EQ(row.reading.received_at, one.received_at) << "the first one stands";
}

TYPED_TEST_P(ReadingContract, AReadingThatIsStampedWithItsArrivalMovesOnWhereItsKeyIsTaken) {
  const DeviceId pump = this->house.pump.id;
  std::vector<Reading> taken;
  for (int i = 0; i < 1000; ++i) taken.push_back(this->samples.reading(this->house.pump, "t", Micros{i}, "\"taken\""));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.append(taken); })));
  std::vector<Reading> stamped;
  for (int i = 0; i < 5; ++i) {
    stamped.push_back(this->samples.reading(this->house.pump, "t", Micros{0}, std::to_string(i)));
    stamped.back().arrival_stamped = true;
  }
  stamped.push_back(this->samples.reading(this->house.lamp, "t", Micros{0}, "\"free\""));
  stamped.back().arrival_stamped = true;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.append(stamped); })));
  DataQuery query{.workspace = this->house.workspace.id};
  query.newest_first = false;
  query.size = 2000;
  query.devices = {pump};
  query.start = noon_for_test + Micros{1000};
  auto moved = this->payloads(query);
  EXPECT_EQ(moved.size(), 5u) << "none falls on another, and none is dropped";
  std::sort(moved.begin(), moved.end());
  EXPECT_EQ(moved, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  query.devices = {this->house.lamp.id};
  query.start = noon_for_test;
  query.end = noon_for_test + Micros{1};
  EXPECT_EQ(this->payloads(query).size(), 1u) << "a free key is taken as it is";
}

TYPED_TEST_P(ReadingContract, ALogsPositionIsCommittedWithItsReadings) {
  EXPECT_EQ(this->store->log_position("0").value(), 0u);
  const Reading one = this->samples.reading(this->house.pump, "t", Micros{5}, "1");
  const auto drain = [&](std::uint64_t position, bool fail) {
    return this->change([&](Changes& to) -> Status {
      TRY(to.append(std::array{one}));
      TRY(to.set_log_position("0", position));
      if (fail) return Error{Errc::conflict, "rolled back"};
      return {};
    });
  };
  ASSERT_FALSE(drain(100, true));
  EXPECT_EQ(this->store->log_position("0").value(), 0u);
  ASSERT_TRUE(is_well(drain(100, false)));
  ASSERT_TRUE(is_well(drain(std::uint64_t{1} << 62, false)));
  EXPECT_EQ(this->store->log_position("0").value(), std::uint64_t{1} << 62);
  EXPECT_EQ(this->store->log_position("1").value(), 0u);
}

TYPED_TEST_P(ReadingContract, DataIsCutByTimeDeviceTagAndPage) {
  const House_for_test foreign = build_house_for_test(this->samples, *this->store, "bob@example.org");
  std::vector<Reading> readings{this->samples.reading(foreign.pump, "t", Micros{3}, "foreign")};
  for (int i = 0; i < 6; ++i) {
    const Device& device = i % 2 == 0 ? this->house.pump : this->house.lamp;
    readings.push_back(this->samples.reading(device, i < 3 ? "t" : "u/v", Micros{i}, std::to_string(i)));
  }
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.append(readings); })));
  using Texts = std::vector<std::string>;
  const DataQuery all{.workspace = this->house.workspace.id};
  EXPECT_EQ(this->payloads(all), (Texts{"5", "4", "3", "2", "1", "0"}));
  DataQuery query = all;
  query.newest_first = false;
  query.start = noon_for_test + Micros{1};
  query.end = noon_for_test + Micros{4};
  EXPECT_EQ(this->payloads(query), (Texts{"1", "2", "3"})) << "start is in, end is out";
  query.devices = {this->house.lamp.id};
  EXPECT_EQ(this->payloads(query), (Texts{"1", "3"}));
  query.tags = {"u/v", "none"};
  EXPECT_EQ(this->payloads(query), (Texts{"3"}));
  query = all;
  query.devices = {foreign.pump.id};
  EXPECT_TRUE(this->payloads(query).empty()) << "another workspace's";
  query = all;
  query.size = 4;
  query.page = 1;
  EXPECT_EQ(this->payloads(query), (Texts{"1", "0"}));
  query.page = 2;
  EXPECT_TRUE(this->payloads(query).empty());
}

REGISTER_TYPED_TEST_SUITE_P(ReadingContract, AReadingIsKeptOnce,
                            AReadingThatIsStampedWithItsArrivalMovesOnWhereItsKeyIsTaken,
                            ALogsPositionIsCommittedWithItsReadings, DataIsCutByTimeDeviceTagAndPage);

}  // namespace signet::fleet
