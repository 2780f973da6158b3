// session_contract_for_test.h -- what every Store must do with the sessions of devices. To be instantiated beside
// StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class SessionContract : public StoreContract<Maker> {};
TYPED_TEST_SUITE_P(SessionContract);

TYPED_TEST_P(SessionContract, ASessionIsKeptWholeUntilItEnds) {
  DeviceSession session{.device = this->house.pump.id, .lifetime = Seconds{60}};
  session.listens = std::uint8_t{1};
  session.last_id = 65'535;
  session.down = {{7, true, noon_for_test, R"({"key":"#now"})"}, {8, false, std::nullopt, ""}};
  session.unreleased = {1, 65'535};
  const auto put = [&] { return this->change([&](Changes& to) { return to.put_session(session); }); };
  ASSERT_TRUE(is_well(put()));
  EXPECT_EQ(this->store->session(session.device).value(), session);
  EXPECT_FALSE(this->store->session(this->house.lamp.id).value());
  session.listens.reset(), session.down.clear(), session.unreleased.clear();
  ASSERT_TRUE(is_well(put())) << "it replaces";
  EXPECT_EQ(this->store->session(session.device).value(), session);

  const auto at = [&](Timestamp now) {
    return this->change([&](Changes& to) { return to.remove_sessions_ended_at(now); });
  };
  ASSERT_TRUE(is_well(at(noon_for_test + Seconds{1'000'000})));
  EXPECT_TRUE(this->store->session(session.device).value()) << "it is connected";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.end_connected_sessions(noon_for_test); })));
  EXPECT_EQ(this->store->session(session.device).value()->ends_at, noon_for_test + Seconds{60});
  ASSERT_TRUE(is_well(at(noon_for_test + Seconds{59})));
  EXPECT_TRUE(this->store->session(session.device).value());
  ASSERT_TRUE(is_well(at(noon_for_test + Seconds{60})));
  EXPECT_FALSE(this->store->session(session.device).value());

  const auto leave = [&] {
    return this->change(
        [&](Changes& to) { return to.leave_session(session.device, Seconds{9}, noon_for_test, false); });
  };
  ASSERT_TRUE(is_well(leave()));
  EXPECT_FALSE(this->store->session(session.device).value()) << "leaving does not bring it back";
  ASSERT_TRUE(is_well(put()));
  ASSERT_TRUE(is_well(leave()));
  DeviceSession left = session;
  left.lifetime = Seconds{9}, left.ends_at = noon_for_test + Seconds{9};
  EXPECT_EQ(this->store->session(session.device).value(), left);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.remove_session(session.device));
    return to.remove_session(session.device);
  })));
  EXPECT_FALSE(this->store->session(session.device).value());
}

TYPED_TEST_P(SessionContract, AWillWaitsWithItsSessionAndHoldsItUntilItIsCleared) {
  const DeviceId pump = this->house.pump.id, lamp = this->house.lamp.id;
  const Timestamp end = noon_for_test + Seconds{9};
  const auto open = [&](const DeviceId& device, const DeviceSession::Will& will) {
    return this->change([&](Changes& to) -> Status {
      TRY(to.put_session({.device = device, .lifetime = Seconds{1}}));
      return to.put_will(device, will);
    });
  };
  const auto leave = [&](const DeviceId& device) {
    return this->change([&](Changes& to) { return to.leave_session(device, Seconds{9}, noon_for_test, true); });
  };
  const DeviceSession::Will up{.up = true, .payload = "{}", .delay = Seconds{5}};
  const DeviceSession::Will data{.tag = "t", .device_time = noon_for_test, .payload = "[]", .delay = Seconds{4}};
  ASSERT_TRUE(is_well(open(pump, up)));
  EXPECT_EQ(this->store->session(pump).value()->will, up);
  ASSERT_TRUE(
      is_well(this->change([&](Changes& to) { return to.put_session({.device = pump, .lifetime = Seconds{2}}); })));
  EXPECT_EQ(this->store->session(pump).value()->will, up) << "a session that changes keeps its will";
  EXPECT_TRUE(this->store->wills_due(end, 10).value().empty()) << "it is connected";
  ASSERT_TRUE(is_well(leave(pump)));
  EXPECT_EQ(this->store->session(pump).value()->will->due, noon_for_test + up.delay);
  EXPECT_TRUE(this->store->wills_due(noon_for_test + up.delay - Micros{1}, 10).value().empty());
  ASSERT_TRUE(is_well(open(lamp, data)));
  ASSERT_TRUE(is_well(leave(lamp)));
  const auto due = this->store->wills_due(end, 10).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].device, lamp) << "the earliest first";
  EXPECT_EQ(due[0].will.tag, "t");
  EXPECT_EQ(due[0].will.device_time, noon_for_test);
  EXPECT_EQ(this->store->wills_due(end, 1).value().size(), 1u);

  const auto clean_up = [&] { return this->change([&](Changes& to) { return to.remove_sessions_ended_at(end); }); };
  ASSERT_TRUE(is_well(clean_up()));
  EXPECT_TRUE(this->store->session(lamp).value());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.put_will(lamp, std::nullopt); })));
  ASSERT_TRUE(is_well(clean_up()));
  EXPECT_FALSE(this->store->session(lamp).value());
}

TYPED_TEST_P(SessionContract, AWillIsDueWithTheEndOfItsSessionAtLast) {
  const DeviceId pump = this->house.pump.id, lamp = this->house.lamp.id;
  const auto open = [&](const DeviceId& device) {
    return this->change([&](Changes& to) -> Status {
      TRY(to.put_session({.device = device, .lifetime = Seconds{7}}));
      return to.put_will(device, DeviceSession::Will{.tag = "t", .payload = "[]", .delay = Seconds{100}});
    });
  };
  ASSERT_TRUE(is_well(open(pump)));
  ASSERT_TRUE(
      is_well(this->change([&](Changes& to) { return to.leave_session(pump, Seconds{3}, noon_for_test, true); })));
  EXPECT_EQ(this->store->session(pump).value()->will->due, noon_for_test + Seconds{3});
  ASSERT_TRUE(is_well(open(lamp)));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.end_connected_sessions(noon_for_test); })));
  EXPECT_EQ(this->store->session(lamp).value()->will->due, noon_for_test + Seconds{7}) << "the manager was away";
  EXPECT_EQ(this->store->session(pump).value()->will->due, noon_for_test + Seconds{3}) << "it had left before";
  ASSERT_TRUE(is_well(open(pump)));
  ASSERT_TRUE(
      is_well(this->change([&](Changes& to) { return to.leave_session(pump, Seconds{3}, noon_for_test, false); })));
  EXPECT_FALSE(this->store->session(pump).value()->will) << "it said goodbye";
}

REGISTER_TYPED_TEST_SUITE_P(SessionContract, ASessionIsKeptWholeUntilItEnds,
                            AWillWaitsWithItsSessionAndHoldsItUntilItIsCleared, AWillIsDueWithTheEndOfItsSessionAtLast);

}  // namespace signet::fleet
