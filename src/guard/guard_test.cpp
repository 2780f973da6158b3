#include "guard/guard.h"

#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace signet::guard {
namespace {

constexpr Instant start{Seconds{1000}};

Prefix at(std::string_view text) { return Prefix::parse(text).value(); }
Prefix numbered(unsigned n) {
  return at(std::to_string(n >> 16 & 255) + "." + std::to_string(n >> 8 & 255) + ".7." + std::to_string(n & 255));
}

struct GuardTest : testing::Test {
  explicit GuardTest(Policy p = {}) : guard(std::move(p), 42) {}

  Verdict connect(const Prefix& peer) { return guard.on_connect(peer, now).verdict; }
  // One connection from its beginning to its end.
  Verdict fail(const Prefix& peer, Verdict why = Verdict::unknown) {
    Guard::Answer answer = guard.on_connect(peer, now);
    if (answer.verdict != Verdict::welcome) return answer.verdict;
    guard.on_failed(answer.visit, why, "unknown certificate \033[2J\xc3\xa9" + std::string(200, 'x'), now);
    guard.on_closed(answer.visit, now);
    return answer.verdict;
  }
  Verdict succeed(const Prefix& peer) {
    Guard::Answer answer = guard.on_connect(peer, now);
    if (answer.verdict != Verdict::welcome) return answer.verdict;
    guard.on_admitted(answer.visit, now);
    guard.on_closed(answer.visit, now);
    return answer.verdict;
  }
  unsigned failures_until_banned(const Prefix& peer) {
    unsigned count = 0;
    while (count < 10'000 && fail(peer) == Verdict::welcome) ++count;
    return count;
  }

  Guard guard;
  Instant now = start;
  const Prefix site = at("203.0.113.7"), neighbour = at("203.0.113.8"), elsewhere = at("198.51.100.1");
};

TEST_F(GuardTest, ASiteOfFiveHundredDevicesComesBackAtOnce) {
  for (int round = 0; round < 3; ++round) {
    for (int device = 0; device < 500; ++device) ASSERT_EQ(succeed(site), Verdict::welcome) << device;
  }
}

TEST_F(GuardTest, OneBadDeviceAmongManyHarmsNobody) {
  for (int minute = 0; minute < 60; ++minute, now += Seconds{60}) {
    for (int i = 0; i < 6; ++i) ASSERT_EQ(fail(site), Verdict::welcome);
    ASSERT_EQ(succeed(site), Verdict::welcome);
  }
}

TEST_F(GuardTest, FailuresInARowLeadToABanAndItsEndOpensTheDoor) {
  EXPECT_EQ(failures_until_banned(site), Policy{}.ban_after);
  EXPECT_EQ(connect(site), Verdict::banned);
  EXPECT_EQ(succeed(neighbour), Verdict::welcome);
  now += Policy{}.ban_time - Seconds{1};
  EXPECT_EQ(connect(site), Verdict::banned);
  now += Seconds{1};
  EXPECT_EQ(succeed(site), Verdict::welcome);
}

TEST_F(GuardTest, FailuresThatAreFewInTheirWindowAreForgiven) {
  for (unsigned i = 0; i < 100; ++i, now += Seconds{4}) ASSERT_EQ(fail(site), Verdict::welcome) << i;
}

TEST_F(GuardTest, EachBanIsTwiceAsLongAsTheOneBeforeUpToTheLongest) {
  Seconds time = Policy{}.ban_time;
  for (int i = 0; i < 12; ++i) {
    failures_until_banned(site);
    ASSERT_EQ(guard.bans(now).size(), 1u);
    EXPECT_EQ(guard.bans(now)[0].until - now, time) << i;
    EXPECT_EQ(guard.bans(now)[0].reason.substr(0, 26), "unknown certificate ?[2J??");
    EXPECT_EQ(guard.bans(now)[0].reason.size(), reason_bytes_max);
    now += time;
    time = std::min(time * 2, Policy{}.ban_time_longest);
  }
  now += strikes_forgotten_after;
  failures_until_banned(site);
  EXPECT_EQ(guard.bans(now)[0].until - now, Policy{}.ban_time) << "after a day of peace it begins anew";
}

// A thousand boards may stand behind its address.
TEST_F(GuardTest, ASiteAtHomeIsNeverBannedForABadNeighbour) {
  ASSERT_EQ(succeed(site), Verdict::welcome);
  EXPECT_EQ(failures_until_banned(site), 10'000u);
  now += home_for;
  EXPECT_EQ(failures_until_banned(site), Policy{}.ban_after) << "two days later it is a stranger again";
}

TEST_F(GuardTest, ASiteIsAtHomeForAsLongAsADeviceIsConnected) {
  Guard::Answer one = guard.on_connect(site, now), other = guard.on_connect(site, now);
  guard.on_admitted(one.visit, now);
  guard.on_admitted(other.visit, now);
  now += 10 * home_for;
  guard.on_closed(one.visit, now);
  now += 10 * home_for;
  EXPECT_EQ(failures_until_banned(site), 10'000u);
  guard.on_closed(other.visit, now);
  now += home_for;
  EXPECT_EQ(failures_until_banned(site), Policy{}.ban_after);
}

TEST_F(GuardTest, WhatAGenuineDeviceMayDoLeadsToNoBan) {
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(fail(site, Verdict::withdrawn), Verdict::welcome) << "a batch that is not claimed yet";
    ASSERT_EQ(fail(site, Verdict::unfinished), Verdict::welcome) << "a bad line";
  }
  for (unsigned i = 0; i < Policy{}.ban_after; ++i) ASSERT_EQ(fail(site, Verdict::not_tls), Verdict::welcome);
  EXPECT_EQ(connect(site), Verdict::banned) << "but no device of ours speaks HTTP";
}

TEST_F(GuardTest, WhoConnectsTooOftenIsRefusedOnlyWhileHeDoes) {
  const Rate rate = Policy{}.connections_of_site;
  for (int i = 0; i < rate.burst; ++i) ASSERT_NE(succeed(site), Verdict::too_often) << i;
  unsigned refused = 0;
  const auto homes = rate.burst * home_factor;  // after the first it was at home
  for (int i = 0; i < homes; ++i) refused += succeed(site) == Verdict::too_often ? 1 : 0;
  EXPECT_GT(refused, 0u);
  EXPECT_TRUE(guard.bans(now).empty());
  now += Seconds{1};
  EXPECT_EQ(succeed(site), Verdict::welcome);
}

TEST_F(GuardTest, TheSitesOfANetShareItsRates) {
  unsigned welcome = 0;
  for (unsigned n = 0; n < 250; ++n) {
    for (int i = 0; i < 19; ++i) {
      welcome += fail(at("192.0.2." + std::to_string(n))) == Verdict::welcome ? 1 : 0;
    }
  }
  EXPECT_LE(welcome, Policy{}.ban_after * 8) << "each stops one short of its ban";
  EXPECT_EQ(connect(at("192.0.2.251")), Verdict::net_fails);
  EXPECT_EQ(connect(elsewhere), Verdict::welcome);
}

TEST_F(GuardTest, ASiteAtHomeDoesNotSufferForItsNet) {
  ASSERT_EQ(succeed(site), Verdict::welcome);
  for (unsigned n = 100; n < 250; ++n) failures_until_banned(at("203.0.113." + std::to_string(n)));
  EXPECT_EQ(connect(at("203.0.113.99")), Verdict::net_fails);
  EXPECT_EQ(succeed(site), Verdict::welcome);
}

TEST_F(GuardTest, StrangersLeaveRoomForThoseAtHome) {
  ASSERT_EQ(succeed(site), Verdict::welcome);
  std::vector<Guard::Answer> open;
  for (unsigned n = 0; n < 1000; ++n) {
    Guard::Answer answer = guard.on_connect(numbered(n * 256), now);
    if (answer.verdict == Verdict::welcome) open.push_back(answer);
  }
  EXPECT_EQ(open.size(), Policy{}.half_open_of_strangers);
  EXPECT_EQ(connect(elsewhere), Verdict::crowded);
  EXPECT_EQ(succeed(site), Verdict::welcome);
  guard.on_failed(open.back().visit, Verdict::unfinished, "too slow", now);
  EXPECT_EQ(connect(elsewhere), Verdict::welcome) << "a handshake that is over makes room, closed or not";
}

TEST_F(GuardTest, OneStrangerMayHoldHalfOfTheRoom) {
  for (std::size_t i = 0; i < Policy{}.half_open_of_strangers / 2; ++i) ASSERT_EQ(connect(site), Verdict::welcome);
  EXPECT_EQ(connect(site), Verdict::crowded);
  EXPECT_EQ(connect(elsewhere), Verdict::welcome);
}

struct SmallGuardTest : GuardTest {
  static Policy small() {
    Policy policy;
    policy.open_of_strangers = 10;
    policy.exempt = {at("127.0.0.1"), at("::1"), at("10.0.0.0/8")};
    return policy;
  }
  SmallGuardTest() : GuardTest(small()) {}
};

TEST_F(SmallGuardTest, WhenItIsFullOnlyThoseAtHomeComeIn) {
  ASSERT_EQ(succeed(site), Verdict::welcome);
  std::vector<Guard::Answer> open;
  for (int i = 0; i < 10; ++i) {
    open.push_back(guard.on_connect(elsewhere, now));
    guard.on_admitted(open.back().visit, now);
  }
  EXPECT_EQ(connect(neighbour), Verdict::crowded);
  EXPECT_EQ(connect(site), Verdict::welcome);
  EXPECT_EQ(connect(elsewhere), Verdict::welcome);
}

TEST_F(SmallGuardTest, WhoIsExemptIsNeverSlowedAndNeverBannedByItself) {
  for (const char* peer : {"127.0.0.1", "::1", "10.9.8.7"}) {
    for (int i = 0; i < 3000; ++i) ASSERT_EQ(fail(at(peer)), Verdict::welcome) << peer;
    EXPECT_EQ(failures_until_banned(at(peer)), 10'000u);
  }
  EXPECT_TRUE(guard.bans(now).empty());
  ASSERT_TRUE(guard.ban(at("10.9.8.7"), Seconds{60}, "by hand", now));
  EXPECT_EQ(connect(at("10.9.8.7")), Verdict::banned) << "but a person may";
}

TEST_F(GuardTest, APersonBansANetAndLiftsTheBan) {
  ASSERT_TRUE(guard.ban(site.net(), Seconds{60}, "scans\033[2J", now));
  EXPECT_EQ(connect(site), Verdict::banned);
  EXPECT_EQ(connect(neighbour), Verdict::banned);
  EXPECT_EQ(connect(elsewhere), Verdict::welcome);
  ASSERT_EQ(guard.bans(now).size(), 1u);
  EXPECT_EQ(guard.bans(now)[0].reason, "scans?[2J");
  EXPECT_TRUE(guard.unban(site.net(), now));
  EXPECT_FALSE(guard.unban(site.net(), now));
  EXPECT_EQ(connect(site), Verdict::welcome);
  EXPECT_TRUE(guard.ban(site, manual_ban_max, "", now));
  EXPECT_FALSE(guard.ban(site, manual_ban_max + Seconds{1}, "", now));
  EXPECT_FALSE(guard.ban(site, Seconds{0}, "", now));
}

TEST_F(GuardTest, TheMostPersistentStandOnTopEachEndCountedByItsReason) {
  for (int i = 0; i < 5; ++i) fail(neighbour, Verdict::unfinished);
  succeed(neighbour);
  for (int i = 0; i < 30; ++i) fail(site);
  succeed(elsewhere);
  const auto top = guard.top(10, now);
  ASSERT_EQ(top.size(), 2u) << "who was always welcome is not among them";
  const auto count = [](const Counts& counts, Verdict v) { return counts[static_cast<std::size_t>(v)]; };
  EXPECT_EQ(top[0].site, site);
  EXPECT_EQ(count(top[0].counts, Verdict::unknown), Policy{}.ban_after);
  EXPECT_EQ(count(top[0].counts, Verdict::banned), 30u - Policy{}.ban_after);
  EXPECT_EQ(top[0].banned_until, now + Policy{}.ban_time);
  EXPECT_EQ(count(top[1].counts, Verdict::unfinished), 5u);
  EXPECT_EQ(count(top[1].counts, Verdict::welcome), 1u);
  EXPECT_EQ(top[1].banned_until, std::nullopt);
  EXPECT_TRUE(top[1].is_at_home);
  EXPECT_EQ(guard.top(1, now).size(), 1u);
  EXPECT_EQ(count(guard.counts(), Verdict::welcome), 2u);
  EXPECT_EQ(count(guard.counts(), Verdict::unknown), Policy{}.ban_after);
}

TEST_F(GuardTest, TheTopHasALimit) {
  for (unsigned n = 0; n < 2 * top_max; ++n) fail(numbered(n << 8));
  EXPECT_EQ(guard.top(10 * top_max, now).size(), top_max);
}

// Who has failed cannot be forgotten by crowds of fresh addresses, nor can one be forgotten that is at home.
TEST_F(GuardTest, ACrowdOfFreshAddressesMakesNobodyForgotten) {
  ASSERT_EQ(succeed(elsewhere), Verdict::welcome);
  for (unsigned i = 0; i + 1 < Policy{}.ban_after; ++i) fail(site);
  for (unsigned n = 0; n < 2 * sites_max; ++n) fail(numbered(n << 8 | (n >> 16 & 255)));
  EXPECT_EQ(fail(site), Verdict::welcome);
  EXPECT_EQ(connect(site), Verdict::banned) << "its one further failure";
  EXPECT_EQ(failures_until_banned(elsewhere), 10'000u) << "still at home";
}

TEST(Table, AFullSetLosesTheOneThatMattersLeast) {
  Table table{Table::ways, 1};
  for (unsigned n = 0; n < Table::ways; ++n) {
    Record& r = table.find_or_add(numbered(n), start + Seconds{n});
    if (n < 3) r.failures.owed = 5;
    if (n == 3) r.admitted = start;
    if (n == 4) r.connections.owed = 1;
  }
  const auto comes = [&](unsigned n, Instant now) { table.find_or_add(numbered(n), now); };
  comes(100, start + Seconds{20});
  EXPECT_EQ(table.find(numbered(5)), nullptr) << "the oldest of the innocent";
  comes(101, start + Seconds{21});
  comes(102, start + Seconds{22});
  EXPECT_EQ(table.find(numbered(7)), nullptr);
  comes(103, start + Seconds{23});
  EXPECT_EQ(table.find(numbered(100)), nullptr) << "newcomers make way for newcomers";
  for (unsigned n = 0; n < 5; ++n) EXPECT_NE(table.find(numbered(n)), nullptr) << n;
}

TEST(Table, HoldsAsManyAsItSays) {
  Table table{nets_max, 1};
  for (unsigned n = 0; n < 4 * nets_max; ++n) table.find_or_add(numbered(n), start);
  EXPECT_EQ(table.records().size(), nets_max);
}

TEST(Bans, WhenItIsFullTheAutomaticBansThatEndFirstMakeRoom) {
  Bans bans;
  for (unsigned n = 0; n < bans_max; ++n) bans.strike(numbered(n), Seconds{n + 10}, Seconds{1'000'000}, "", start);
  EXPECT_EQ(bans.list(start).size(), bans_max);
  ASSERT_TRUE(bans.set(at("203.0.113.7"), Seconds{1}, "", start));
  EXPECT_EQ(bans.list(start).size(), bans_max - bans_dropped_at_once + 1);
  EXPECT_EQ(bans.find(numbered(0), start), nullptr);
  EXPECT_EQ(bans.find(numbered(bans_dropped_at_once - 1), start), nullptr);
  EXPECT_NE(bans.find(numbered(bans_dropped_at_once), start), nullptr);
  EXPECT_NE(bans.find(at("203.0.113.7"), start), nullptr);
  Bans manual;
  for (unsigned n = 0; n < bans_max; ++n) ASSERT_TRUE(manual.set(numbered(n), Seconds{60}, "", start));
  EXPECT_EQ(manual.set(at("203.0.113.7"), Seconds{60}, "", start).error().code, Errc::exhausted);
  manual.strike(at("203.0.113.7"), Seconds{60}, Seconds{60}, "", start);
  EXPECT_EQ(manual.find(at("203.0.113.7"), start), nullptr) << "what a person said stays";
}

TEST(Guard, IsOneForAllThreads) {
  Guard guard{Policy{}, 1};
  const auto knock = [&](unsigned from) {
    for (unsigned n = 0; n < 2000; ++n) {
      Guard::Answer answer = guard.on_connect(numbered(from + n % 50), start);
      if (answer.verdict != Verdict::welcome) continue;
      if (n % 2 == 0)
        guard.on_admitted(answer.visit, start);
      else
        guard.on_failed(answer.visit, Verdict::unfinished, "x", start);
      guard.on_closed(answer.visit, start);
    }
  };
  std::thread one{knock, 0}, other{knock, 25};
  for (int i = 0; i < 20; ++i) EXPECT_LE(guard.top(10, start).size(), 10u);
  one.join();
  other.join();
  const Counts counts = guard.counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 4000u);
}

}  // namespace
}  // namespace signet::guard
