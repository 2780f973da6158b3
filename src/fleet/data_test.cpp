// What people ask of readings: pages by cursor, aggregates, and who may.
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

class DataTest : public testing::Test {
 protected:
  void SetUp() override {
    m.set_up();
    pump = m.make_device("pump");
    lamp = m.make_device("lamp");
    query.of = {.workspace = m.workspace.id};
    query.of.start = noon_for_test;
    query.of.end = noon_for_test + Seconds{3600};
    query.field = "t";
    query.interval = Seconds{60};
  }
  void say(const Device& device, int second, const std::string& payload) {
    ASSERT_TRUE(is_well(m.keep(std::array{m.samples.reading(device, "env", Seconds{second}, payload)})));
  }
  Result<std::vector<AggregatePoint>> ask() { return m.fleet.aggregate(m.owner, query); }

  Manager_for_test m;
  Device pump, lamp;
  AggregateQuery query;
};

TEST_F(DataTest, AnIntervalHasItsNumbersAndWhereThereIsNoneThereIsNoPoint) {
  const int at = 40;  // noon_for_test is 26:40 past the hour
  say(pump, 0, R"({"t":1})");
  say(lamp, 5, R"({"t":2.5,"x":[1,{"t":9}]})");
  say(pump, 10, R"({"x":{"t":7},"t":-4})");
  say(pump, 11, R"({"t":"12"})");
  say(pump, 12, R"({"t":null,"T":3})");
  say(pump, 13, "{}");
  say(lamp, 60 * 3 - at, R"({"t":18446744073709551615})");
  auto points = ask().value();
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].start, noon_for_test - Seconds{at});
  EXPECT_EQ(points[0].count, 3u) << "only numbers count";
  EXPECT_EQ(points[0].min, -4);
  EXPECT_EQ(points[0].max, 2.5);
  EXPECT_EQ(points[0].sum, -0.5);
  EXPECT_EQ(points[0].last, -4);
  EXPECT_FALSE(points[0].device);
  EXPECT_EQ(points[1].start, noon_for_test + Seconds{60 * 3 - at});
  EXPECT_EQ(points[1].last, 18446744073709551615.0);

  query.by_device = true;
  points = ask().value();
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].device, pump.id);
  EXPECT_EQ(points[0].count, 2u);
  EXPECT_EQ(points[1].device, lamp.id);
  EXPECT_EQ(points[1].sum, 2.5);

  query.field = "x.t";
  points = ask().value();
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].last, 7);
  query.field = "", query.by_device = false, query.of.devices = {pump.id};
  points = ask().value();
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].count, 5u) << "every reading of that device";
}

TEST_F(DataTest, AnAggregateHasLimits) {
  say(pump, 0, R"({"t":1})");
  ASSERT_TRUE(is_well(ask()));
  const auto harmed = [&](Errc code, const std::function<void(AggregateQuery&)>& harm) {
    AggregateQuery bad = query;
    harm(bad);
    return fails_with(m.fleet.aggregate(m.owner, bad), code);
  };
  EXPECT_TRUE(harmed(Errc::malformed, [](auto& q) { q.of.start.reset(); }));
  EXPECT_TRUE(harmed(Errc::malformed, [](auto& q) { q.of.end = q.of.start; }));
  EXPECT_TRUE(harmed(Errc::malformed, [](auto& q) { q.of.start = Timestamp::max(), q.of.end = Timestamp::min(); }));
  EXPECT_TRUE(harmed(Errc::malformed, [](auto& q) { q.interval = Seconds{0}; }));
  EXPECT_TRUE(harmed(Errc::malformed, [](auto& q) { q.interval = aggregate_interval_max + Seconds{1}; }));
  query.interval = Seconds{1};
  query.of.end = *query.of.start + Seconds{aggregate_points_max};
  EXPECT_TRUE(fails_with(ask(), Errc::too_large));
  query.of.end = *query.of.end - Seconds{1};
  EXPECT_TRUE(is_well(ask()));
  query.interval = aggregate_interval_max;
  EXPECT_TRUE(is_well(ask()));
  for (const char* bad : {".", "a..b", ".a", "a."}) {
    EXPECT_TRUE(harmed(Errc::malformed, [&](auto& q) { q.field = bad; })) << bad;
  }
  std::string deep = "a";
  for (std::size_t i = 1; i < field_names_max; ++i) deep += ".a";
  query.field = deep;
  EXPECT_TRUE(is_well(ask()));
  query.field = deep + ".a";
  EXPECT_TRUE(fails_with(ask(), Errc::too_large));
  query.field = std::string(field_bytes_max, 'f');
  EXPECT_TRUE(is_well(ask()));
  query.field += 'f';
  EXPECT_TRUE(fails_with(ask(), Errc::too_large));
}

TEST_F(DataTest, AnAggregateEndsWhenItHasTooManyPointsOrTakesTooLong) {
  Aggregator aggregator{Seconds{1}, true, std::nullopt};
  const FleetId fleet;
  IdSource ids{m.clock, 9};
  Status taken;
  std::size_t points = 0;
  for (; taken; ++points) {
    const DeviceId device = ids.next<DeviceIdKind>();
    taken = aggregator.take({device, fleet, "t", noon_for_test, noon_for_test, "{}"});
  }
  EXPECT_TRUE(fails_with(taken, Errc::too_large));
  EXPECT_EQ(points, aggregate_points_max + 1);

  std::vector<Reading> many;
  for (int i = 0; i < 5000; ++i) many.push_back(m.samples.reading(pump, "env", Micros{i}, R"({"t":1})"));
  ASSERT_TRUE(is_well(m.keep(many)));
  ASSERT_TRUE(is_well(ask()));
  struct SlowClock final : Clock {
    Timestamp now() override { return noon_for_test; }
    Instant monotonic() override { return at += aggregate_time_max; }
    Instant at{};
  } slow;
  Fleet fleet_of_slow{m.store, slow, m.random, {}, {}};
  EXPECT_TRUE(fails_with(fleet_of_slow.aggregate(m.owner, query), Errc::too_large));
}

TEST_F(DataTest, APageAndAnAggregateAreOfWhatIsOnesOwn) {
  say(pump, 0, R"({"t":1})");
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(m.fleet.aggregate(eve, query), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.data_page(eve, query.of), Errc::not_found));
  AggregateQuery foreign = query;
  foreign.of.fleets = {m.strangers.fleet.id};
  EXPECT_TRUE(fails_with(m.fleet.aggregate(m.owner, foreign), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.data_page(m.owner, foreign.of), Errc::not_found));
  foreign = query;
  foreign.of.devices = {m.strangers.pump.id};
  EXPECT_TRUE(fails_with(m.fleet.aggregate(m.owner, foreign), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.data_page(m.owner, foreign.of), Errc::not_found));
  foreign = query;
  foreign.of.fleets.assign(data_filters_max + 1, pump.fleet);
  EXPECT_TRUE(fails_with(m.fleet.data_page(m.owner, foreign.of), Errc::too_large));
}

TEST_F(DataTest, ACursorComesBackAsItWas) {
  const DataCursor cursor{{noon_for_test + Micros{7}, pump.id, "room/1"}, false};
  const std::string text = encode(cursor);
  EXPECT_EQ(decode_data_cursor(text).value(), cursor);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string harmed = text;
    harmed[i] = '!';
    EXPECT_TRUE(fails_with(decode_data_cursor(harmed), Errc::malformed)) << i;
  }
  EXPECT_TRUE(fails_with(decode_data_cursor(std::string(100'000, 'A')), Errc::malformed));
  EXPECT_TRUE(fails_with(decode_data_cursor(encode({{noon_for_test, pump.id, ""}, false})), Errc::malformed));
}

TEST_F(DataTest, APageIsFollowedByTheNext) {
  for (int n = 0; n < 3; ++n) say(pump, n, std::to_string(n));
  DataQuery page = query.of;
  page.size = 2;
  DataPage got = m.fleet.data_page(m.owner, page).value();
  ASSERT_EQ(got.rows.size(), 2u);
  EXPECT_EQ(got.rows[1].reading.payload, "1");
  ASSERT_TRUE(got.next);
  page.after = got.next;
  got = m.fleet.data_page(m.owner, page).value();
  ASSERT_EQ(got.rows.size(), 1u);
  EXPECT_EQ(got.rows[0].reading.payload, "0");
  EXPECT_FALSE(got.next);
}

TEST_F(DataTest, WhatIsOlderThanTheWorkspaceKeepsIsRemovedABatchAtATime) {
  std::vector<Reading> old;
  for (std::size_t n = 0; n < retention_batch_max + 5; ++n) {
    old.push_back(m.samples.reading(pump, "t", Micros{n} - Seconds{3 * 86'400}, "{}"));
  }
  ASSERT_TRUE(is_well(m.keep(old)));
  say(pump, 0, "{}");
  const auto left = [&] { return m.store.data({.workspace = m.workspace.id, .size = 10'000}).value().size(); };
  EXPECT_FALSE(m.fleet.tend_retention().value()) << "it keeps them for ever";
  EXPECT_EQ(m.fleet.set_retention(m.owner, m.workspace.id, 2).value().retention_days, 2u);
  EXPECT_EQ(m.last_audit().action, "workspace.retention");
  EXPECT_EQ(m.last_audit().detail, "2 days");
  EXPECT_EQ(m.fleet.workspace(m.owner, m.workspace.id).value().retention_days, 2u);
  EXPECT_TRUE(m.fleet.tend_retention().value());
  EXPECT_EQ(left(), 6u);
  EXPECT_TRUE(m.fleet.tend_retention().value());
  EXPECT_EQ(left(), 1u);
  EXPECT_FALSE(m.fleet.tend_retention().value());
  m.clock.advance(Seconds{2 * 86'400 + 1});
  EXPECT_TRUE(m.fleet.tend_retention().value());
  EXPECT_EQ(left(), 0u);
}

TEST_F(DataTest, HowLongReadingsAreKeptIsForAPersonToSay) {
  ASSERT_TRUE(is_well(m.fleet.set_retention(m.owner, m.workspace.id, retention_days_max)));
  EXPECT_TRUE(fails_with(m.fleet.set_retention(m.owner, m.workspace.id, retention_days_max + 1), Errc::malformed));
  ASSERT_TRUE(is_well(m.fleet.set_retention(m.owner, m.workspace.id, 0)));
  EXPECT_EQ(m.last_audit().detail, "for ever");
  EXPECT_TRUE(fails_with(m.fleet.set_retention(m.stranger(), m.workspace.id, 1), Errc::not_found));
  Actor key = m.owner;
  key.only = m.workspace.id;
  EXPECT_TRUE(fails_with(m.fleet.set_retention(key, m.workspace.id, 1), Errc::forbidden));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.set_retention(m.owner, m.workspace.id, 1), Errc::exhausted));
  EXPECT_EQ(m.fleet.workspace(m.owner, m.workspace.id).value().retention_days, 0u);
}

}  // namespace
}  // namespace signet::fleet
