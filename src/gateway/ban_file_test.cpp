#include "gateway/ban_file.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>
#include <filesystem>

namespace signet::gateway {
namespace {

struct BanFileTest : testing::Test {
  static guard::Prefix at(std::string_view text) { return guard::Prefix::parse(text).value(); }
  guard::Verdict connect(guard::Guard& guard, std::string_view from) {
    return guard.on_connect(at(from), clock.monotonic()).verdict;
  }
  void fail_until_banned(guard::Guard& guard, std::string_view from) {
    for (;;) {
      auto answer = guard.on_connect(at(from), clock.monotonic());
      if (answer.verdict == guard::Verdict::banned) return;
      guard.on_failed(answer.visit, guard::Verdict::unknown, "unknown certificate", clock.monotonic());
      guard.on_closed(answer.visit, clock.monotonic());
    }
  }
  // The next life: its clock has another beginning.
  void restart() {
    const Timestamp wall = clock.now();
    clock.advance(Seconds{77'777});
    clock.set_wall(wall);
  }

  Folder_for_test folder;
  const std::string path = folder.file("bans");
  ManualClock clock{parse_rfc3339("2026-01-01T00:00:00Z").value()};
  guard::Guard before{{}, 1}, after{{}, 2};
};

TEST_F(BanFileTest, BansOfBothKindsOutliveARestartAndEndWhenTheyWouldHave) {
  BanFile first = BanFile::open(path, before, clock).value();
  ASSERT_TRUE(before.ban(at("198.51.100.0/24"), Seconds{600}, "scans", clock.monotonic()));
  fail_until_banned(before, "203.0.113.7");
  first.save_changes();
  restart();
  const auto second = BanFile::open(path, after, clock);
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(connect(after, "203.0.113.7"), guard::Verdict::banned);
  EXPECT_EQ(connect(after, "198.51.100.9"), guard::Verdict::banned);
  EXPECT_EQ(connect(after, "203.0.113.8"), guard::Verdict::welcome);
  const auto bans = after.bans(clock.monotonic());
  ASSERT_EQ(bans.size(), 2u);
  EXPECT_TRUE(bans[0].is_manual);
  EXPECT_EQ(bans[0].reason, "scans");
  clock.advance(guard::Policy{}.ban_time);
  EXPECT_EQ(connect(after, "203.0.113.7"), guard::Verdict::welcome);
  EXPECT_EQ(connect(after, "198.51.100.9"), guard::Verdict::banned);
  clock.advance(Seconds{300});
  EXPECT_EQ(connect(after, "198.51.100.9"), guard::Verdict::welcome);
}

TEST_F(BanFileTest, WhoWasBannedBeforeTheRestartIsBannedTwiceAsLongTheNextTime) {
  BanFile first = BanFile::open(path, before, clock).value();
  fail_until_banned(before, "203.0.113.7");
  clock.advance(guard::Policy{}.ban_time);
  first.save_changes();
  restart();
  ASSERT_TRUE(BanFile::open(path, after, clock));
  fail_until_banned(after, "203.0.113.7");
  EXPECT_EQ(after.bans(clock.monotonic())[0].until - clock.monotonic(), 2 * guard::Policy{}.ban_time);
}

TEST_F(BanFileTest, ABanThatWasLiftedDoesNotComeBack) {
  BanFile first = BanFile::open(path, before, clock).value();
  fail_until_banned(before, "203.0.113.7");
  first.save_changes();
  EXPECT_TRUE(before.unban(at("203.0.113.7"), clock.monotonic()));
  first.save_changes();
  ASSERT_TRUE(BanFile::open(path, after, clock));
  EXPECT_TRUE(after.remembered_bans(clock.monotonic()).empty());
}

TEST_F(BanFileTest, IsWrittenOnlyWhenABanCameOrWent) {
  BanFile file = BanFile::open(path, before, clock).value();
  file.save_changes();
  EXPECT_FALSE(file_exists(path));
  fail_until_banned(before, "203.0.113.7");
  file.save_changes();
  EXPECT_TRUE(file_exists(path));
  std::filesystem::remove(path);
  connect(before, "203.0.113.7");
  file.save_changes();
  EXPECT_FALSE(file_exists(path));
}

TEST_F(BanFileTest, WhatCannotBeWrittenIsTriedAgain) {
  BanFile file = BanFile::open(path, before, clock).value();
  fail_until_banned(before, "203.0.113.7");
  std::filesystem::create_directory(path);
  EXPECT_FALSE(file.save());
  file.save_changes();
  std::filesystem::remove(path);
  file.save_changes();
  ASSERT_TRUE(BanFile::open(path, after, clock));
  EXPECT_EQ(connect(after, "203.0.113.7"), guard::Verdict::banned);
}

TEST_F(BanFileTest, AFileThatIsNoneIsNamedAndNothingOfItIsTaken) {
  ASSERT_TRUE(write_file_atomic(path, bytes_of("signet bans 1\n203.0.113.7 soon guard 1 x\n"), 0600));
  const auto opened = BanFile::open(path, after, clock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().what, "the bans in " + path +
                                     ": line 2 is no ban; mend it, or remove it: its bans are then "
                                     "forgotten");
  EXPECT_TRUE(after.remembered_bans(clock.monotonic()).empty());
}

}  // namespace
}  // namespace signet::gateway
