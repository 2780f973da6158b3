#include "fleet/telemetry.h"

#include "base/json.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct TelemetryTest : testing::Test {
  TelemetryTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
    all.workspace = m.workspace.id;
    all.newest_first = false;
    all.size = 1000;
  }
  Result<Reading> judge(std::string_view tag, std::string_view payload = R"({"value":1})",
                        std::optional<Timestamp> at = std::nullopt) {
    return m.fleet.judge(who, tag, at, payload);
  }
  std::vector<DataRow> rows() { return m.fleet.data(m.owner, all).value(); }
  Manager_for_test m;
  Admission who;
  DataQuery all;
};

TEST_F(TelemetryTest, AReadingIsJudgedKeptAndServed) {
  const Timestamp at = noon_for_test - Seconds{60};
  const auto reading = judge("test", R"({ "value": 42 })", at);
  ASSERT_TRUE(is_well(reading));
  EXPECT_EQ(reading.value().device, who.device);
  EXPECT_EQ(reading.value().device_time, at);
  EXPECT_EQ(reading.value().received_at, noon_for_test);
  const int commits = m.store.commits();
  ASSERT_TRUE(is_well(m.keep(std::array{reading.value(), judge("").value()})));
  EXPECT_EQ(m.store.commits(), commits + 1) << "one commit for all";
  ASSERT_EQ(rows().size(), 2u);
  EXPECT_EQ(rows()[0].reading.payload, R"({ "value": 42 })") << "as it was sent";
  EXPECT_EQ(rows()[0].reading.tag, "test");
  EXPECT_EQ(rows()[0].fleet, m.fleet.fleets(m.owner, m.workspace.id).value()[0].id);
  EXPECT_EQ(rows()[1].reading.tag, "default");
  EXPECT_EQ(m.fleet.find_device(m.owner, who.device).value().last_seen, noon_for_test);
}

TEST_F(TelemetryTest, AResendIsDroppedAndCountsAsKept) {
  const Reading reading = judge("t", R"({"n":1})", noon_for_test).value();
  ASSERT_TRUE(is_well(m.keep(std::array{reading})));
  EXPECT_TRUE(is_well(m.keep(std::array{reading, reading})));
  EXPECT_EQ(rows().size(), 1u);
}

TEST_F(TelemetryTest, WithoutADeviceTimeNoTwoAreTheSame) {
  std::vector<Reading> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(judge("t", "{\"n\":" + std::to_string(i) + "}").value());
  ASSERT_TRUE(is_well(m.keep(batch)));
  ASSERT_EQ(rows().size(), 100u);
  EXPECT_EQ(rows()[0].reading.device_time, noon_for_test);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(rows()[i].reading.payload, "{\"n\":" + std::to_string(i) + "}");

  // A restart whose clock says the same, and then a clock that was set back: still none falls on another.
  Fleet restarted{m.store, m.clock, m.random, {"", nullptr}, {}};
  ASSERT_TRUE(is_well(restarted.write_sessions({{}, {}, {restarted.judge(who, "t", {}, R"({"n":100})").value()}})));
  EXPECT_EQ(rows().size(), 101u);
  m.clock.advance(Seconds{60});
  ASSERT_TRUE(is_well(m.keep(std::array{judge("t", R"({"n":101})").value()})));
  m.clock.set_wall(noon_for_test);
  const Reading back = judge("t", R"({"n":102})").value();
  EXPECT_LT(back.device_time, noon_for_test + Seconds{1}) << "the clock is believed";
  ASSERT_TRUE(is_well(m.keep(std::array{back})));
  EXPECT_EQ(rows().size(), 103u);
}

TEST_F(TelemetryTest, ADeviceThatTookTheComingTimesCostsNoLongSearch) {
  std::vector<Reading> batch;
  for (int i = 0; i < 3000; ++i) batch.push_back(m.fleet.judge(who, "t", noon_for_test + Micros{i}, "{}").value());
  ASSERT_TRUE(is_well(m.keep(batch)));
  const auto found = judge("t", "{}");
  ASSERT_TRUE(is_well(found));
  ASSERT_TRUE(is_well(m.keep(std::array{found.value()})));
  all.start = noon_for_test + Micros{3000};
  EXPECT_EQ(rows().size(), 1u);
}

TEST_F(TelemetryTest, WhatIsFullIsRefusedAndNothingIsKept) {
  const Reading reading = judge("t").value();
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.keep(std::array{reading}), Errc::exhausted));
  EXPECT_TRUE(rows().empty());
  EXPECT_TRUE(is_well(m.keep(std::array{reading})));
  EXPECT_EQ(rows().size(), 1u);
}

TEST_F(TelemetryTest, WhatALogHeldIsMovedTogetherWithItsPosition) {
  const Reading one = judge("t", R"({"n":1})").value();
  const Reading two = judge("t", R"({"n":2})").value();
  EXPECT_EQ(m.fleet.drained("0").value(), 0u);
  const int commits = m.store.commits();
  EXPECT_EQ(m.fleet.drain(std::array{one, two}, "0", 70).value(), 0u);
  EXPECT_EQ(m.store.commits(), commits + 1);
  EXPECT_EQ(m.fleet.drained("0").value(), 70u);
  EXPECT_EQ(rows().size(), 2u);
  EXPECT_EQ(m.fleet.find_device(m.owner, who.device).value().last_seen, noon_for_test);
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.drain(std::array{judge("t").value()}, "0", 140), Errc::exhausted));
  EXPECT_EQ(m.fleet.drained("0").value(), 70u);
  EXPECT_EQ(rows().size(), 2u);
}

TEST_F(TelemetryTest, AReadingOfADeviceThatTheStoreDoesNotKnowStopsNobody) {
  const Reading good = judge("t").value();
  Reading lost = good;
  lost.device = DeviceId::parse("dev-aaaaaaaaaaaa").value();
  EXPECT_EQ(m.fleet.drain(std::array{lost, good, lost}, "0", 70).value(), 2u) << "told, not forgotten";
  EXPECT_EQ(rows().size(), 1u);
  EXPECT_EQ(m.fleet.drained("0").value(), 70u);
}

TEST_F(TelemetryTest, WhoIsAskedForDataCatchesUpFirst) {
  const Reading waiting = judge("t").value();
  m.fleet.before_questions([&]() -> Status {
    TRY(m.fleet.drain(std::array{waiting}, "0", 70));
    return {};
  });
  EXPECT_EQ(rows().size(), 1u);
  m.fleet.before_questions([]() -> Status { return Error{Errc::unavailable, "it takes too long"}; });
  EXPECT_TRUE(fails_with(m.fleet.data(m.owner, all), Errc::unavailable)) << "no answer rather than a part";
}

TEST_F(TelemetryTest, LastSeenFollowsTheClockOfADeviceThatIsHereAndNeverGoesBackForOneThatLeft) {
  ASSERT_TRUE(is_well(m.connected(who, "192.0.2.1:1")));
  const auto last_seen = [&] { return m.fleet.find_device(m.owner, who.device).value().last_seen; };
  m.clock.advance(Seconds{5});
  const Reading before = judge("t").value();
  m.clock.set_wall(noon_for_test - Seconds{3600});
  const Reading after = judge("t").value();
  EXPECT_EQ(after.device_time, noon_for_test - Seconds{3600}) << "the clock is believed";
  ASSERT_TRUE(is_well(m.fleet.drain(std::array{before, after}, "0", 70)));
  EXPECT_EQ(last_seen(), noon_for_test - Seconds{3600});
  m.clock.advance(Seconds{5});
  ASSERT_TRUE(is_well(m.disconnected(who, "192.0.2.1:1", "gone")));
  ASSERT_TRUE(is_well(m.fleet.drain(std::array{after}, "0", 90)));
  EXPECT_EQ(last_seen(), noon_for_test - Seconds{3595});
}

TEST_F(TelemetryTest, APayloadIsAWholeJsonObject) {
  for (const char* good : {"{}", R"({"a":[1,2.5,"x",null,true,{"b":{}}]})", " {\"a\" : 1}\n", R"({"é":"ü"})"}) {
    EXPECT_TRUE(is_well(judge("t", good))) << good;
  }
  for (const char* bad : {"", "1", "[]", "null", "\"{}\"", "{", "}", "{}{}", "{} x", R"({"a":})", R"({"a":1,})",
                          "{a:1}", R"({"a":tru})", R"({"a":"\q"})", "{\"a\":\"\xff\"}", R"({"a":[1,{"b":nul}]})"}) {
    EXPECT_TRUE(fails_with(judge("t", bad), Errc::malformed)) << bad;
  }
}

TEST_F(TelemetryTest, APayloadHasLimits) {
  std::string longest = R"({"x":")";
  longest.append(payload_bytes_max - longest.size() - 2, 'x').append(R"("})");
  ASSERT_EQ(longest.size(), payload_bytes_max);
  EXPECT_TRUE(is_well(judge("t", longest)));
  EXPECT_TRUE(fails_with(judge("t", longest + " "), Errc::too_large));
  const auto nested = [](std::size_t depth) {
    std::string out = "{\"a\":";
    out.append(depth - 1, '[').append(depth - 1, ']');
    return out + "}";
  };
  EXPECT_TRUE(is_well(judge("t", nested(json_depth_max - 1))));
  for (std::size_t depth = json_depth_max - 3; depth < json_depth_max + 3; ++depth) {
    EXPECT_TRUE(!judge("t", nested(depth)) || parse_json(nested(depth)))
        << "what is kept, every room can read: " << depth;
  }
  EXPECT_TRUE(fails_with(judge("t", nested(json_depth_max + 1)), Errc::malformed));
  EXPECT_TRUE(fails_with(judge("t", nested(20'000)), Errc::malformed));
}

TEST_F(TelemetryTest, ATagIsWhatAnMqttTopicMayEndWith) {
  for (const char* good : {"t", "room-1/temp.raw", "A_z.0/9-", "a b", "\xc3\xa9", "\xc2\xa0", "$x"})
    EXPECT_TRUE(is_well(judge(good))) << good;
  EXPECT_EQ(judge("").value().tag, default_tag);
  for (const char* bad : {"#", "a/+", "\xff", "a\n", "\x7f",
                          "a\xc2\x9b"
                          "1m",
                          "\xc2\x80", "/", "/a", "a/"}) {
    EXPECT_TRUE(fails_with(judge(bad), Errc::malformed)) << bad;
  }
  EXPECT_TRUE(is_well(judge(std::string(tag_bytes_max, 't'))));
  EXPECT_TRUE(fails_with(judge(std::string(tag_bytes_max + 1, 't')), Errc::too_large));
}

TEST_F(TelemetryTest, ADeviceTimeIsSane) {
  const auto at = [&](Timestamp when) { return judge("t", "{}", when); };
  EXPECT_TRUE(is_well(at(device_time_min)));
  EXPECT_TRUE(fails_with(at(device_time_min - Micros{1}), Errc::malformed));
  EXPECT_TRUE(fails_with(at(Timestamp{}), Errc::malformed));
  EXPECT_TRUE(is_well(at(noon_for_test + device_time_ahead_max)));
  EXPECT_TRUE(fails_with(at(noon_for_test + device_time_ahead_max + Micros{1}), Errc::malformed));
}

TEST_F(TelemetryTest, AQueryHasLimits) {
  DataQuery query = all;
  query.size = data_page_max;
  EXPECT_TRUE(is_well(m.fleet.data(m.owner, query)));
  query.size = data_page_max + 1;
  EXPECT_TRUE(fails_with(m.fleet.data(m.owner, query), Errc::too_large));
  query = all;
  query.page = page_number_max;
  EXPECT_TRUE(is_well(m.fleet.data(m.owner, query)));
  for (const std::size_t page : {page_number_max + 1, std::numeric_limits<std::size_t>::max()}) {
    query.page = page;
    EXPECT_TRUE(fails_with(m.fleet.data(m.owner, query), Errc::too_large));
  }
  query = all;
  query.tags.assign(data_filters_max, "t");
  EXPECT_TRUE(is_well(m.fleet.data(m.owner, query)));
  query.tags.push_back("t");
  EXPECT_TRUE(fails_with(m.fleet.data(m.owner, query), Errc::too_large));
  query.tags = {"not+a tag"};
  EXPECT_TRUE(fails_with(m.fleet.data(m.owner, query), Errc::malformed));
  query = all;
  query.size = 0;
  EXPECT_TRUE(m.fleet.data(m.owner, query).value().empty());
}

}  // namespace
}  // namespace signet::fleet
