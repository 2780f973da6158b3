#include "fleet/rollout.h"

#include "fleet/manager_for_test.h"
#include "fleet/memory_images_for_test.h"

namespace signet::fleet {
namespace {

using Sizes = std::vector<std::size_t>;

TEST(RolloutPlanTest, SaysHowManyAreInEachWave) {
  EXPECT_EQ(wave_sizes({}, 7), Sizes{7});
  EXPECT_EQ(wave_sizes({.waves = {10, 50, 100}}, 100), (Sizes{10, 40, 50}));
  EXPECT_EQ(wave_sizes({.canaries = 2, .waves = {10, 50, 100}}, 100), (Sizes{2, 8, 40, 50}));
  EXPECT_EQ(wave_sizes({.canaries = 2, .waves = {10, 50, 100}}, 3), (Sizes{2, 1})) << "none is empty";
  EXPECT_EQ(wave_sizes({.canaries = 9}, 3), Sizes{3});
  EXPECT_EQ(wave_sizes({.waves = {1, 100}}, 3), (Sizes{1, 2}));
}

TEST(RolloutPlanTest, HasAWindowOfTheDay) {
  const auto is_in = [](const char* window, const char* at) {
    RolloutPlan plan;
    EXPECT_TRUE(read_window(window, plan));
    EXPECT_EQ(window_text(plan), window);
    return is_in_window(plan, parse_rfc3339(at).value());
  };
  EXPECT_TRUE(is_in("", "2026-05-28T12:00:00Z"));
  EXPECT_TRUE(is_in("02:00-04:30", "2026-05-28T02:00:00Z"));
  EXPECT_TRUE(is_in("02:00-04:30", "2026-05-28T04:29:59Z"));
  EXPECT_FALSE(is_in("02:00-04:30", "2026-05-28T04:30:00Z"));
  EXPECT_TRUE(is_in("22:00-04:00", "2026-05-28T23:00:00Z"));
  EXPECT_TRUE(is_in("22:00-04:00", "2026-05-28T03:59:00Z"));
  EXPECT_FALSE(is_in("22:00-04:00", "2026-05-28T12:00:00Z"));
  RolloutPlan plan;
  for (const char* bad : {"22", "22:00", "24:00-01:00", "22:60-01:00", "1:00-2:00", "02:00-02:00", "ab:cd-ef:gh"}) {
    EXPECT_TRUE(fails_with(read_window(bad, plan), Errc::malformed)) << bad;
  }
}

struct RolloutTest : testing::Test {
  RolloutTest() {
    m.set_up();
    Firmwares firmwares{m.fleet};
    firmwares.keep_in(&images);
    fmw = firmwares.create(m.owner, m.workspace.id, "lamp", "").value().id;
    EXPECT_TRUE(is_well(firmwares.upload(m.owner, m.workspace.id, fmw, "2", image_for_test())));
    for (int i = 0; i < 4; ++i) {
      who.push_back(m.admitted("pump " + std::to_string(i), "sn0123AAAAAAAAAAAA0" + std::to_string(i)));
      EXPECT_TRUE(is_well(m.connected(who.back(), "192.0.2.9:1")));
    }
  }
  RolloutId begin(const RolloutPlan& plan = {.canaries = 1, .waves = {50, 100}}) {
    const auto made = all.create(m.owner, m.workspace.id, {}, fmw, "2", plan);
    EXPECT_TRUE(is_well(made));
    return made.value().rollout.id;
  }
  void pass(Seconds time = Seconds{1}) {
    m.clock.advance(time);
    for (int i = 0; i < 9; ++i) {
      const auto tended = all.tend();
      ASSERT_TRUE(is_well(tended));
      if (!tended.value()) return;
    }
  }
  void say(std::size_t device, const std::string& key, const std::string& more) {
    const std::string value = R"({"fw_id":")" + fmw.str() + R"(","fw_version":"2",)" + more + "}";
    EXPECT_TRUE(is_well(m.fleet.heard(who[device], R"({"key":")" + key + R"(","value":)" + value + "}")));
  }
  void succeed(std::size_t device) { say(device, "@fota", R"("result":"success","msg":"")"); }
  void fail(std::size_t device) { say(device, "@fota", R"("result":"fail","msg":"no")"); }
  // w waiting, p pending, d done, f failed, c cancelled
  std::string statuses() {
    std::string out;
    for (const Admission& one : who) out += std::string{name_of(fota.last(m.owner, one.device).value().status)}[0];
    return out;
  }
  Rollout now(const RolloutId& id) { return all.get(m.owner, m.workspace.id, id).value().rollout; }
  Manager_for_test m;
  MemoryImages_for_test images;
  Rollouts all{m.fleet};
  Fota fota{m.fleet};
  FirmwareId fmw;
  std::vector<Admission> who;
};

TEST_F(RolloutTest, GoesWaveByWave) {
  const RolloutId id = begin({.canaries = 1, .waves = {50, 100}, .soak = Seconds{60}});
  EXPECT_EQ(statuses(), "wwww");
  EXPECT_TRUE(m.told.empty());
  pass();
  EXPECT_EQ(statuses(), "pwww") << "the canary";
  EXPECT_EQ(m.told.size(), 1u);
  succeed(0);
  pass();
  EXPECT_EQ(statuses(), "dwww") << "it soaks";
  pass(Seconds{60});
  EXPECT_EQ(statuses(), "dpww");
  succeed(1);
  pass();
  pass(Seconds{61});
  EXPECT_EQ(statuses(), "ddpp");
  succeed(2), succeed(3);
  pass();
  EXPECT_EQ(now(id).status, RolloutStatus::running);
  pass(Seconds{61});
  EXPECT_EQ(now(id).status, RolloutStatus::done);
  EXPECT_EQ(m.last_audit().action, "fota.rollout_done");
  const RolloutState state = all.get(m.owner, m.workspace.id, id).value();
  const std::vector<RolloutCount> counts{
      {0, UpdateStatus::done, 1}, {1, UpdateStatus::done, 1}, {2, UpdateStatus::done, 2}};
  EXPECT_EQ(state.counts, counts);
}

TEST_F(RolloutTest, HaltsByItselfWhenTooManyFail) {
  const RolloutId id = begin({.waves = {50, 100}, .failures_percent = 49});
  pass();
  fail(0);
  pass();
  EXPECT_EQ(now(id).status, RolloutStatus::halted);
  EXPECT_EQ(now(id).detail, "1 of 2 devices of wave 1 failed");
  EXPECT_EQ(m.last_audit().action, "fota.rollout_halted");
  succeed(1);
  pass();
  EXPECT_EQ(statuses(), "fdww") << "nobody new is told";
  EXPECT_TRUE(fails_with(all.resume(m.owner, m.workspace.id, id, {}), Errc::conflict)) << "it would halt again";
  EXPECT_TRUE(fails_with(all.resume(m.owner, m.workspace.id, id, 101), Errc::malformed));
  ASSERT_TRUE(is_well(all.resume(m.owner, m.workspace.id, id, 50)));
  pass();
  EXPECT_EQ(statuses(), "fdpp");
}

TEST_F(RolloutTest, HaltsWhenADeviceDoesNotComeBack) {
  const RolloutId id = begin({.waves = {50, 100}, .return_within = Seconds{60}});
  pass();
  say(0, "_fota_status", R"("progress":"done, resetting")");
  ASSERT_TRUE(is_well(m.disconnected(who[0], "192.0.2.9:1", "gone")));
  pass(Seconds{60});
  EXPECT_EQ(now(id).status, RolloutStatus::running);
  pass(Seconds{2});
  EXPECT_EQ(fota.last(m.owner, who[0].device).value().detail, "it did not come back within 60 seconds of its restart");
  EXPECT_EQ(now(id).status, RolloutStatus::halted);
}

TEST_F(RolloutTest, AManagerThatWasAwayGivesDevicesTheTimeToComeBack) {
  const RolloutId id = begin({.waves = {50, 100}, .return_within = Seconds{60}});
  pass();
  say(0, "_fota_status", R"("progress":"done, resetting")");
  ASSERT_TRUE(is_well(m.disconnected(who[0], "192.0.2.9:1", "gone")));
  m.clock.advance(Seconds{3600});
  Fleet restarted{m.store, m.clock, m.random, {std::string(64, 'c'), {}}, {}};
  Rollouts again{restarted};
  const auto tend_after = [&](Seconds time) {
    m.clock.advance(time);
    while (again.tend().value()) {
    }
    return now(id).status;
  };
  EXPECT_EQ(tend_after(Seconds{1}), RolloutStatus::running);
  EXPECT_EQ(tend_after(Seconds{58}), RolloutStatus::running);
  EXPECT_EQ(tend_after(Seconds{2}), RolloutStatus::halted);
}

TEST_F(RolloutTest, HaltsWhenWhoSucceededIsLost) {
  const RolloutId id = begin({.waves = {50, 100}, .soak = Seconds{600}, .return_within = Seconds{60}});
  pass();
  succeed(0), succeed(1);
  ASSERT_TRUE(is_well(m.disconnected(who[1], "192.0.2.9:1", "gone")));
  pass(Seconds{59});
  EXPECT_EQ(now(id).status, RolloutStatus::running);
  pass(Seconds{10});
  EXPECT_EQ(now(id).status, RolloutStatus::halted);
  EXPECT_EQ(now(id).detail, "1 of 2 devices of wave 1 failed, 1 of them lost after the update");
}

TEST_F(RolloutTest, DoesNotWaitForWhoIsAway) {
  ASSERT_TRUE(is_well(m.disconnected(who[1], "192.0.2.9:1", "gone")));
  const RolloutId id = begin({.waves = {50, 100}});
  pass();
  EXPECT_EQ(statuses(), "ppww");
  pass();
  EXPECT_EQ(now(id).wave, 0u) << "one is to have succeeded";
  succeed(0);
  pass();
  EXPECT_EQ(statuses(), "dppp") << "it is told when it comes back";
}

TEST_F(RolloutTest, IsPausedResumedAndAborted) {
  const RolloutId id = begin();
  pass();
  ASSERT_TRUE(is_well(all.pause(m.owner, m.workspace.id, id)));
  EXPECT_TRUE(fails_with(all.pause(m.owner, m.workspace.id, id), Errc::conflict));
  succeed(0);
  pass();
  EXPECT_EQ(statuses(), "dwww");
  ASSERT_TRUE(is_well(all.resume(m.owner, m.workspace.id, id, {})));
  EXPECT_TRUE(fails_with(all.resume(m.owner, m.workspace.id, id, {}), Errc::conflict));
  pass();
  EXPECT_EQ(statuses(), "dpww");
  say(1, "_fota_status", R"("progress":"downloading")");
  ASSERT_TRUE(is_well(all.abort(m.owner, m.workspace.id, id)));
  EXPECT_EQ(statuses(), "dpcc") << "who has begun goes on";
  EXPECT_TRUE(fails_with(all.abort(m.owner, m.workspace.id, id), Errc::conflict));
  succeed(1);
  pass();
  EXPECT_EQ(statuses(), "ddcc");
}

TEST_F(RolloutTest, TellsWithinItsWindowAlone) {
  RolloutPlan plan;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(noon_for_test).time_since_epoch().count() % 1440;
  plan.window_from = static_cast<unsigned>(minutes + 10) % 1440, plan.window_until = (*plan.window_from + 60) % 1440;
  begin(plan);
  pass();
  EXPECT_EQ(statuses(), "wwww");
  pass(Seconds{660});
  EXPECT_EQ(statuses(), "pppp");
}

TEST_F(RolloutTest, TellsSoManyAtOnce) {
  for (std::size_t i = who.size(); i < rollout_told_at_once_max + 3; ++i) m.make_device("other " + std::to_string(i));
  begin({});
  ASSERT_TRUE(all.tend().value()) << "once more at once";
  EXPECT_EQ(m.told.size(), rollout_told_at_once_max);
  ASSERT_FALSE(all.tend().value());
  EXPECT_EQ(m.told.size(), rollout_told_at_once_max + 3);
}

TEST_F(RolloutTest, HasLimitsAndRights) {
  const auto plan = [&](const RolloutPlan& one) { return all.create(m.owner, m.workspace.id, {}, fmw, "2", one); };
  for (const std::vector<unsigned>& waves :
       std::vector<std::vector<unsigned>>{{}, {50}, {50, 50, 100}, {100, 50}, {0, 100}}) {
    EXPECT_TRUE(fails_with(plan({.waves = waves}), Errc::malformed));
  }
  std::vector<unsigned> many(rollout_waves_max);
  for (unsigned i = 0; i < rollout_waves_max; ++i) many[i] = 100 - static_cast<unsigned>(rollout_waves_max) + 1 + i;
  EXPECT_TRUE(is_well(plan({.waves = many})));
  many.insert(many.begin(), 1);
  EXPECT_TRUE(fails_with(plan({.waves = many}), Errc::malformed));
  EXPECT_TRUE(fails_with(plan({.soak = rollout_soak_max + Seconds{1}}), Errc::malformed));
  EXPECT_TRUE(fails_with(plan({.failures_percent = 101}), Errc::malformed));
  EXPECT_TRUE(fails_with(plan({.return_within = rollout_return_max + Seconds{1}}), Errc::malformed));
  EXPECT_TRUE(fails_with(plan({.return_within = rollout_return_least - Seconds{1}}), Errc::malformed));
  EXPECT_TRUE(fails_with(all.create(m.owner, m.workspace.id, {}, fmw, "3", {}), Errc::not_found));
  const RolloutId id = begin();
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(all.get(eve, m.workspace.id, id), Errc::not_found));
  EXPECT_TRUE(fails_with(all.get(eve, m.strangers.workspace.id, id), Errc::not_found));
  EXPECT_TRUE(fails_with(all.abort(eve, m.strangers.workspace.id, id), Errc::not_found));
  for (std::size_t i = 2; i < rollouts_max; ++i) begin();
  EXPECT_TRUE(fails_with(plan({}), Errc::exhausted));
  ASSERT_TRUE(is_well(all.abort(m.owner, m.workspace.id, id)));
  EXPECT_TRUE(is_well(plan({}))) << "in the place of one that has ended";
  EXPECT_EQ(all.list(m.owner, m.workspace.id).value().size(), rollouts_max);
  EXPECT_TRUE(fails_with(all.updates(m.owner, m.workspace.id, id, {}, updates_page_max + 1), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
