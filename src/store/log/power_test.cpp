// The power goes at every operation, and at every pair of them; of what was not synced, a part is lost, of any kind.
#include "base/memory_disk_for_test.h"
#include "store/log/reader.h"
#include "store/log/writer.h"

#include <gtest/gtest.h>

#include <set>

namespace signet::store {
namespace {

using Keep = MemoryDisk_for_test::Keep;

constexpr LogOptions small{.segment_bytes = 2000};  // so that several segments begin and go within one life

// What the outside knows: which records were reported durable, which never will be, and what the store has.
struct Known {
  std::set<int> acknowledged;
  std::set<int> refused;
  std::vector<int> drained;
  LogPosition position = 0;  // committed with them
  int next = 0;
};

Buffer record_of(int number) {
  Buffer out = copy_of(bytes_of(std::to_string(number)));
  out.resize(100 + static_cast<std::size_t>(number % 7) * 90, '.');  // batches of several sectors
  return out;
}
int number_of(Bytes record) { return std::stoi(std::string{text_of(record.first(8))}); }

void drain(MemoryDisk_for_test& disk, LogPosition end, Known& known, std::size_t batches_max) {
  LogReader in{disk};
  for (std::size_t i = 0; i < batches_max; ++i) {
    const auto batch = in.read(known.position, end);
    if (!batch && batch.error().code == Errc::unavailable) return;  // no power
    ASSERT_TRUE(batch) << batch.error().what;
    if (!batch.value()) break;
    Records records{batch.value()->body};
    while (const auto record = records.next().value()) known.drained.push_back(number_of(*record));
    known.position = batch.value()->next;
  }
  (void)remove_drained(disk, known.position);
}

// One life of a manager: commits, and now and then moves some of it to the store.
void live(MemoryDisk_for_test& disk, Known& known, std::uint64_t seed) {
  crypto::SeededRandom_for_test random{seed};
  auto opened = LogWriter::open(disk, known.position, random, small);
  if (!opened) return;
  LogWriter& log = *opened.value();
  ASSERT_EQ(log.recovered().damage, "");
  ASSERT_FALSE(log.recovered().was_behind);
  for (int turn = 0; turn < 6; ++turn) {
    std::vector<int> batch;
    for (int i = 0; i <= turn % 3; ++i) batch.push_back(known.next++);
    for (const int number : batch) ASSERT_TRUE(log.append(record_of(number)));
    if (log.commit()) known.acknowledged.insert(batch.begin(), batch.end());
    if (turn % 2 == 1) drain(disk, log.end(), known, 2);
  }
}

void check(MemoryDisk_for_test& disk, Known& known) {
  crypto::SeededRandom_for_test random{99};
  const auto log = LogWriter::open(disk, known.position, random, small);
  ASSERT_TRUE(log) << log.error().what;
  ASSERT_EQ(log.value()->recovered().damage, "");
  drain(disk, log.value()->end(), known, SIZE_MAX);
  const std::set<int> once(known.drained.begin(), known.drained.end());
  ASSERT_EQ(once.size(), known.drained.size()) << "a record came twice";
  for (const int number : known.acknowledged) ASSERT_TRUE(once.contains(number)) << number << " is lost";
  ASSERT_TRUE(std::is_sorted(known.drained.begin(), known.drained.end()));
}

std::size_t operations_of_a_life() {
  MemoryDisk_for_test disk;
  Known known;
  live(disk, known, 1);
  live(disk, known, 2);
  return disk.operations();
}

TEST(IngestLogPower, NothingAcknowledgedIsLostOrDoubledWhereverThePowerGoes) {
  const std::size_t operations = operations_of_a_life();
  ASSERT_GT(operations, 25u);
  for (const Keep keep : {Keep::nothing, Keep::half, Keep::all_but_one_byte, Keep::all, Keep::sectors}) {
    const bool in_pairs = keep == Keep::nothing || keep == Keep::sectors;
    for (std::size_t first = 1; first <= operations; ++first) {
      for (std::size_t second = 0; second <= (in_pairs ? operations / 2 : 0); ++second) {
        MemoryDisk_for_test disk;
        disk.keep = keep, disk.seed = static_cast<std::uint32_t>(first * 1000 + second);
        Known known;
        disk.cut_at = first;
        live(disk, known, 1);
        live(disk, known, 2);
        disk.power_on();
        if (second > 0) disk.cut_at = disk.operations() + second;
        live(disk, known, 3);
        disk.power_on();
        live(disk, known, 4);
        check(disk, known);
        if (HasFatalFailure()) FAIL() << "cut at " << first << " and " << second << ", kept " << static_cast<int>(keep);
      }
    }
  }
}

// The last batch is not synced when the power goes: all ways in which its sectors may be lost.
TEST(IngestLogPower, ATornBatchIsNoBatchWhicheverSectorsAreLost) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    MemoryDisk_for_test disk;
    crypto::SeededRandom_for_test random{seed};
    auto log = LogWriter::open(disk, 0, random).value();
    ASSERT_TRUE(log->append(record_of(0)));
    ASSERT_TRUE(log->commit());
    const LogPosition end = log->end();
    disk.keep = Keep::sectors, disk.seed = seed * 7919;
    disk.cut_at = disk.operations() + 2;  // the sync
    for (int i = 1; i < 12; ++i) ASSERT_TRUE(log->append(record_of(i)));
    ASSERT_FALSE(log->commit());
    disk.power_on();
    log = LogWriter::open(disk, 0, random).value();
    ASSERT_EQ(log->recovered().damage, "") << seed;
    if (log->recovered().torn > 0) {
      ASSERT_EQ(log->end(), end) << seed;
    }
    Known known;
    drain(disk, log->end(), known, SIZE_MAX);
    ASSERT_TRUE(known.drained.size() == 1 || known.drained.size() == 12) << seed;
  }
}

TEST(IngestLogPower, AFailingDiskRefusesAndLosesNothing) {
  const std::size_t operations = operations_of_a_life();
  for (std::size_t seed = 0; seed < 40 * operations; ++seed) {
    MemoryDisk_for_test disk;
    crypto::SeededRandom_for_test random{seed};
    Known known;
    auto log = LogWriter::open(disk, 0, random, small).value();
    for (int turn = 0; turn < 12; ++turn) {
      const Error trouble{turn % 2 ? Errc::exhausted : Errc::unavailable, "trouble"};
      const Block<1> chance = random.block<1>();
      if (chance[0] & 1) disk.fail_append = trouble;
      if (chance[0] & 2) disk.fail_sync = trouble;
      if (chance[0] & 4) disk.fail_cut = trouble;
      if ((chance[0] & 24) == 24) disk.fail_replace = trouble;
      const int number = known.next++;
      ASSERT_TRUE(log->append(record_of(number)));
      (log->commit() ? known.acknowledged : known.refused).insert(number);
      disk.fail_append = disk.fail_sync = disk.fail_cut = disk.fail_replace = std::nullopt;
      if (turn % 3 == 2) drain(disk, log->end(), known, 1);
      ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
    }
    drain(disk, log->end(), known, SIZE_MAX);
    ASSERT_EQ(std::set<int>(known.drained.begin(), known.drained.end()), known.acknowledged) << "seed " << seed;
    ASSERT_EQ(known.drained.size(), known.acknowledged.size());
  }
}

}  // namespace
}  // namespace signet::store
