// A process that keeps batches is killed at any moment: whatever it had reported as kept is there afterwards, once.
#include "base/port/folder_for_test.h"
#include "fleet/samples_for_test.h"

#include "store/sqlite/sqlite.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace signet::store {
namespace {

using fleet::is_well;

constexpr int kills = 12;
constexpr std::int64_t batch_readings = 20;

fleet::Reading reading_of(const DeviceId& device, std::int64_t number) {
  const Timestamp at = fleet::noon_for_test + Micros{number};
  return {device, "t", at, at, "{\"n\":" + std::to_string(number) + "}"};
}

// The child: batch after batch from `first`, each number written to the pipe once its commit returned.
[[noreturn]] void keep_until_killed(const std::string& path, const DeviceId& device, std::int64_t first, int report) {
  auto opened = open_sqlite(path);
  if (!opened) ::_exit(2);
  for (std::int64_t batch = first;; ++batch) {
    const auto act = [&](fleet::Changes& to) {
      std::vector<fleet::Reading> readings;
      for (std::int64_t i = 0; i < batch_readings; ++i)
        readings.push_back(reading_of(device, batch * batch_readings + i));
      return to.append(readings);
    };
    const Status kept = batch % 2 == 0 ? opened.value()->change(act) : opened.value()->change_soon(act);
    if (!kept) ::_exit(3);
    if (::write(report, &batch, sizeof batch) != sizeof batch) ::_exit(4);
  }
}

void spin(Micros duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < until) {
  }
}

// Lets a child run for `run`, kills it `late` after a report, so anywhere in its next commits, and returns the last
// batch that it reported.
std::int64_t run_and_kill(const std::string& path, const DeviceId& device, std::int64_t first, Micros run,
                          Micros late) {
  int pipe[2];
  EXPECT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    keep_until_killed(path, device, first, pipe[1]);
  }
  ::close(pipe[1]);
  std::int64_t last = first - 1;
  std::int64_t batch = 0;
  bool killed = false;
  const auto take = [&] { return ::read(pipe[0], &batch, sizeof batch) == static_cast<ssize_t>(sizeof batch); };
  const auto started = std::chrono::steady_clock::now();
  while (take()) {
    EXPECT_EQ(batch, last + 1) << "reported in order";
    last = batch;
    if (!killed && std::chrono::steady_clock::now() - started > run) {
      spin(late);
      ::kill(child, SIGKILL);  // reports that are in the pipe are still read below: they were made before
      killed = true;
    }
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  return last;
}

TEST(KillNine, EveryReportedBatchIsThereOnce) {
  const Folder_for_test folder;
  const std::string path = folder.file("signet.db");
  fleet::Samples_for_test samples;
  fleet::House_for_test house;
  {
    auto store = open_sqlite(path);
    ASSERT_TRUE(is_well(store));
    house = build_house_for_test(samples, *store.value(), "ada@example.org");
  }
  std::int64_t next = 0;
  for (int kill = 0; kill < kills; ++kill) {
    const Block<2> random = samples.random.block<2>();
    const Micros run{random[0] * 100};
    const Micros late{random[1] * 8};
    // Each child begins with a batch that may be there already: what a board resends after a crash.
    const std::int64_t last = run_and_kill(path, house.pump.id, std::max<std::int64_t>(next - 1, 0), run, late);
    ASSERT_GE(last, next - 1);

    auto store = open_sqlite(path);
    ASSERT_TRUE(is_well(store));
    const fleet::DataQuery all{.workspace = house.workspace.id, .newest_first = false, .size = fleet::data_page_max};
    const auto rows = store.value()->data(all);
    ASSERT_TRUE(is_well(rows));
    const auto count = static_cast<std::int64_t>(rows.value().size());
    EXPECT_GE(count, (last + 1) * batch_readings) << "everything reported is there";
    EXPECT_EQ(count % batch_readings, 0) << "no half batch";
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string& payload = rows.value()[static_cast<std::size_t>(i)].reading.payload;
      ASSERT_EQ(payload, "{\"n\":" + std::to_string(i) + "}") << "each once, in order";
    }
    next = count / batch_readings;
  }
  EXPECT_GT(next, kills) << "the test kept something";
}

}  // namespace
}  // namespace signet::store
