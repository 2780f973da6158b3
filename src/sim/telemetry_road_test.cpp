// The road of telemetry in one process: real agents and outboxes, the real gateway and fleet, a real SQLite file;
// lines, power, commits and the manager fail at moments that the seed chooses.
#include "base/port/folder_for_test.h"
#include "sim/world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace signet::sim {
namespace {

constexpr std::uint64_t seeds = 50;

// The manager is killed here, the machine never: a file system in memory serves, and no seed waits for a disk.
void use_memory_for_files() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
}

// Its log lines would bury the result: every one of them is a trouble that was asked for.
Result<Outcome> run_quietly(std::uint64_t seed) {
  use_memory_for_files();
  const Folder_for_test folder;
  Plan plan;
  plan.seed = seed;
  plan.database = folder.file("signet.db");
  testing::internal::CaptureStderr();
  Result<Outcome> outcome = run(plan);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(log.find("broken:"), std::string::npos);
  return outcome;
}

TEST(TelemetryRoad, LosesNothingAcknowledgedAndDoublesNothingUnderAnySeed) {
  Outcome all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Result<Outcome> one = run_quietly(seed);
    ASSERT_TRUE(one) << "seed " << seed << ": " << one.error().what;
    all.published += one.value().published;
    all.acknowledged_in_trouble += one.value().acknowledged_in_trouble;
    all.manager_kills += one.value().manager_kills;
    all.power_cuts += one.value().power_cuts;
    all.line_cuts += one.value().line_cuts;
    all.clock_steps += one.value().clock_steps;
    all.failed_commits += one.value().failed_commits;
    all.failed_log_commits += one.value().failed_log_commits;
  }
  // The promises were put to the test: there was much of everything.
  EXPECT_GT(all.published, 100 * seeds);
  EXPECT_GT(all.acknowledged_in_trouble, 20 * seeds);
  EXPECT_GT(all.manager_kills, seeds);
  EXPECT_GT(all.power_cuts, seeds);
  EXPECT_GT(all.line_cuts, seeds);
  EXPECT_GT(all.clock_steps, seeds);
  EXPECT_GT(all.failed_commits, seeds);
  EXPECT_GT(all.failed_log_commits, seeds);
  RecordProperty("published", static_cast<int>(all.published));
}

TEST(TelemetryRoad, TheSameSeedReplaysTheSameRun) {
  const Result<Outcome> first = run_quietly(7);
  const Result<Outcome> again = run_quietly(7);
  const Result<Outcome> other = run_quietly(8);
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(first.value().trace, again.value().trace);
  EXPECT_NE(first.value().trace, other.value().trace);
}

}  // namespace
}  // namespace signet::sim
