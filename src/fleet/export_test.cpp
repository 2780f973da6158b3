#include "fleet/export.h"

#include "fleet/manager_for_test.h"

namespace signet::fleet {
namespace {

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

TEST(ExportScheduleTest, SaysWhenTheNextIs) {
  const auto next = [](const char* schedule, const char* after) {
    return rfc3339(next_time(parse_schedule(schedule).value(), at(after)));
  };
  EXPECT_EQ(next("6 *", "2026-05-28T05:59:59Z"), "2026-05-28T06:00:00Z");
  EXPECT_EQ(next("6 *", "2026-05-28T06:00:00Z"), "2026-05-29T06:00:00Z");
  EXPECT_EQ(next("0 0", "2026-05-28T20:00:00Z"), "2026-05-31T00:00:00Z") << "a Sunday";
  EXPECT_EQ(next("23 4", "2026-05-28T20:00:00Z"), "2026-05-28T23:00:00Z") << "it is a Thursday";
  EXPECT_EQ(next("6 *", "2026-12-31T07:00:00Z"), "2027-01-01T06:00:00Z");
  for (const char* bad : {"", "6", "24 *", "-1 *", "6 7", "6  *", "* 6", "6 * *", "06:00 *", "6 x"}) {
    EXPECT_TRUE(fails_with(parse_schedule(bad), Errc::malformed)) << bad;
  }
  EXPECT_EQ(schedule_text(parse_schedule("6 *").value()), "6 *");
  EXPECT_EQ(schedule_text(parse_schedule("23 0").value()), "23 0");
}

struct ExportTest : testing::Test {
  ExportTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Result<Export> make(ExportOrder order = {}) {
    if (!order.name) order.name = "nightly";
    if (!order.schedule) order.schedule = "6 *";
    return all.create(m.owner, m.workspace.id, order);
  }
  void say(Micros after, const std::string& tag = "t") {
    const auto reading = m.fleet.judge(who, tag, noon_for_test + after, "{}");
    ASSERT_TRUE(is_well(m.keep(std::array{reading.value()})));
  }
  std::size_t rows(const ExportRun& run) { return all.page(run, {}).value().rows.size(); }
  Manager_for_test m;
  Exports& all = m.fleet.exports();
  Admission who;
};

TEST_F(ExportTest, EachGoesOnWhereTheLastEnded) {
  const Export made = make().value();
  EXPECT_EQ(made.covered, noon_for_test);
  EXPECT_EQ(rfc3339(made.due_at), "2026-05-29T06:00:00Z");
  EXPECT_FALSE(all.due().value()) << "it is not time";
  say(Seconds{1});
  m.clock.advance(made.due_at - noon_for_test + Seconds{5});
  say(made.due_at - noon_for_test + Seconds{1});  // belongs to the next
  const ExportRun run = all.due().value().value();
  EXPECT_EQ(run.start, made.covered);
  EXPECT_EQ(run.end, made.due_at);
  EXPECT_EQ(file_name(run, 1), "20260528T202640Z-20260529T060000Z-001.csv");
  EXPECT_EQ(rows(run), 1u);
  ASSERT_TRUE(is_well(all.finished(run, {})));
  EXPECT_EQ(m.last_audit().action, "export.made");
  EXPECT_FALSE(all.due().value());
  m.clock.advance(Seconds{3 * 86'400});
  const ExportRun next = all.due().value().value();
  EXPECT_EQ(next.start, run.end);
  EXPECT_EQ(next.end, made.due_at + Seconds{3 * 86'400}) << "one, for all that was missed";
  EXPECT_EQ(rows(next), 1u);
}

TEST_F(ExportTest, OneThatFailsIsTriedAgainWithTheSameReadings) {
  const Export made = make().value();
  m.clock.advance(made.due_at - noon_for_test);
  const ExportRun run = all.due().value().value();
  ASSERT_TRUE(is_well(all.finished(run, Error{Errc::exhausted, "the disk is full"})));
  EXPECT_EQ(all.get(m.owner, m.workspace.id, made.id).value().trouble, "the disk is full");
  EXPECT_EQ(m.last_audit().action, "export.failed");
  EXPECT_FALSE(all.due().value()) << "it waits";
  m.clock.advance(export_retry_delay);
  EXPECT_EQ(all.due().value().value().start, run.start);
}

TEST_F(ExportTest, OneCanBeAskedForNowAlsoWhenItIsOff) {
  const Export made = make({.tags = {{"t"}}, .is_on = false}).value();
  m.clock.advance(made.due_at - noon_for_test + Seconds{1});
  EXPECT_FALSE(all.due().value()) << "it is off";
  say(Seconds{1});
  say(Seconds{2}, "u");
  ASSERT_TRUE(is_well(all.run(m.owner, m.workspace.id, made.id)));
  const ExportRun run = all.due().value().value();
  EXPECT_EQ(run.end, std::chrono::floor<Seconds>(m.clock.now()));
  EXPECT_EQ(rows(run), 1u) << "of its tags alone";
  ASSERT_TRUE(is_well(all.finished(run, {})));
  EXPECT_FALSE(all.due().value());
}

TEST_F(ExportTest, OutlivesARestart) {
  const Export made =
      make({.format = "jsonl", .fleets = {{m.fleet.fleets(m.owner, m.workspace.id).value()[0].id}}}).value();
  Fleet next{m.store, m.clock, m.random, {}, {}};
  EXPECT_EQ(next.exports().list(m.owner, m.workspace.id).value(), std::vector{made});
}

TEST_F(ExportTest, WhatIsNoneIsRefused) {
  ASSERT_TRUE(is_well(make()));
  EXPECT_TRUE(fails_with(make({.name = ""}), Errc::malformed));
  EXPECT_TRUE(fails_with(make({.format = "xml"}), Errc::malformed));
  EXPECT_TRUE(fails_with(make({.schedule = "noon"}), Errc::malformed));
  EXPECT_TRUE(fails_with(make({.tags = {{"a\nb"}}}), Errc::malformed));
  EXPECT_TRUE(fails_with(make({.tags = std::vector<std::string>(export_filters_max + 1, "t")}), Errc::too_large));
  EXPECT_TRUE(fails_with(make({.fleets = {{m.samples.ids.next<FleetIdKind>()}}}), Errc::not_found));
  for (std::size_t i = 1; i < exports_max; ++i) ASSERT_TRUE(is_well(make()));
  EXPECT_TRUE(fails_with(make(), Errc::exhausted));
}

TEST_F(ExportTest, IsItsOwnersAlone) {
  const Export made = make().value();
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(all.list(eve, m.workspace.id), Errc::not_found));
  EXPECT_TRUE(fails_with(all.create(eve, m.workspace.id, {.name = "x", .schedule = "6 *"}), Errc::not_found));
  for (const WorkspaceId& workspace : {m.workspace.id, m.strangers.workspace.id}) {
    EXPECT_TRUE(fails_with(all.get(eve, workspace, made.id), Errc::not_found));
    EXPECT_TRUE(fails_with(all.update(eve, workspace, made.id, {.is_on = false}), Errc::not_found));
    EXPECT_TRUE(fails_with(all.run(eve, workspace, made.id), Errc::not_found));
    EXPECT_TRUE(fails_with(all.files(eve, workspace, made.id), Errc::not_found));
    EXPECT_TRUE(fails_with(all.read(eve, workspace, made.id, "a-001.csv"), Errc::not_found));
    EXPECT_TRUE(fails_with(all.remove(eve, workspace, made.id), Errc::not_found));
  }
  EXPECT_TRUE(is_well(all.remove(m.owner, m.workspace.id, made.id)));
  EXPECT_TRUE(fails_with(all.get(m.owner, m.workspace.id, made.id), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
