#include "base/memory_disk_for_test.h"
#include "base/port/folder_for_test.h"
#include "store/log/folder.h"
#include "store/log/reader.h"
#include "store/log/writer.h"

#include <gtest/gtest.h>

#include <thread>

namespace signet::store {
namespace {

using Texts = std::vector<std::string>;

class IngestLog : public testing::Test {
 protected:
  void open(LogPosition drained = 0, const LogOptions& options = {}) {
    log.reset();
    auto opened = LogWriter::open(disk, drained, random, options);
    ASSERT_TRUE(opened) << opened.error().what;
    log = std::move(opened).value();
  }
  Status keep(std::string_view text) {
    TRY(log->append(bytes_of(text)));
    return log->commit();
  }
  // All records from `from` to the end, or the error that stopped it.
  Result<Texts> read(LogPosition from = 0) {
    LogReader in{disk};
    Texts out;
    while (const auto batch = TRY(in.read(from, log->end()))) {
      Records records{batch->body};
      while (const auto record = TRY(records.next())) out.emplace_back(text_of(*record));
      from = batch->next;
    }
    return out;
  }
  Texts texts(LogPosition from = 0) {
    const auto read_texts = read(from);
    EXPECT_TRUE(read_texts) << read_texts.error().what;
    return read_texts ? read_texts.value() : Texts{};
  }
  Texts files() { return disk.names().value(); }

  MemoryDisk_for_test disk;
  crypto::SeededRandom_for_test random{1};
  std::unique_ptr<LogWriter> log;
};

TEST_F(IngestLog, GivesBackBatchByBatchWhatWasAppended) {
  open();
  EXPECT_EQ(log->end(), 0u);
  ASSERT_TRUE(log->append(bytes_of("one")));
  ASSERT_TRUE(log->append(bytes_of("")));
  EXPECT_EQ(log->pending(), 2u);
  ASSERT_TRUE(log->commit());
  EXPECT_EQ(log->pending(), 0u);
  const LogPosition second = log->end();
  ASSERT_TRUE(keep("three"));
  EXPECT_EQ(texts(), (Texts{"one", "", "three"}));
  EXPECT_EQ(texts(second), Texts{"three"});
  EXPECT_EQ(log->backlog(), log->end());
  log->set_drained(second);
  EXPECT_EQ(log->backlog(), log->end() - second);
}

TEST_F(IngestLog, OneCommitIsOneSyncHoweverManyRecords) {
  open();
  ASSERT_TRUE(keep("makes the segment"));
  const std::size_t operations = disk.operations();
  const std::size_t syncs = disk.syncs();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(log->append(bytes_of("record")));
  ASSERT_TRUE(log->commit());
  EXPECT_EQ(disk.operations(), operations + 2) << "one write, one sync";
  EXPECT_EQ(disk.syncs(), syncs + 1);
  ASSERT_TRUE(log->commit());
  EXPECT_EQ(disk.operations(), operations + 2) << "nothing to commit";
}

TEST_F(IngestLog, GoesOnAfterARestartInANewSegment) {
  open();
  ASSERT_TRUE(keep("one"));
  const LogPosition end = log->end();
  open();
  EXPECT_EQ(log->end(), end);
  EXPECT_EQ(files().size(), 1u) << "an idle life leaves nothing";
  ASSERT_TRUE(keep("two"));
  EXPECT_EQ(files(), (Texts{segment_name(0), segment_name(end)}));
  EXPECT_EQ(texts(), (Texts{"one", "two"}));
}

TEST_F(IngestLog, BeginsAnotherSegmentWhenOneIsFullAndRemovesThoseThatAreDrained) {
  open(0, {.segment_bytes = 200});
  std::vector<LogPosition> ends;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(keep("record " + std::to_string(i) + std::string(50, '.')));
    ends.push_back(log->end());
  }
  EXPECT_GT(files().size(), 5u);
  EXPECT_EQ(texts().size(), 20u);
  ASSERT_TRUE(remove_drained(disk, ends[9]));
  EXPECT_LT(files().size(), 8u);
  EXPECT_EQ(texts(ends[9]).size(), 10u);
  ASSERT_TRUE(remove_drained(disk, ends[19]));
  EXPECT_EQ(files().size(), 1u) << "never the last";
  open(ends[19], {.segment_bytes = 200});
  EXPECT_EQ(log->end(), ends[19]);
}

TEST_F(IngestLog, HoldsItsLimits) {
  open();
  const Buffer record(record_bytes_max, 'r');
  ASSERT_TRUE(log->append(record));
  const auto longer = log->append(Buffer(record_bytes_max + 1));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Errc::too_large);
  Status full;
  std::size_t count = 1;
  for (; full; full = log->append(record)) ++count;
  EXPECT_EQ(full.error().code, Errc::exhausted);
  EXPECT_EQ(log->pending(), batch_bytes_max / (record_bytes_max + 4));
  ASSERT_TRUE(log->commit());
  EXPECT_TRUE(log->append(record)) << "room again";
  EXPECT_EQ(texts().size(), batch_bytes_max / (record_bytes_max + 4));
}

TEST_F(IngestLog, AFullDiskRefusesAndRecoversByItself) {
  open();
  ASSERT_TRUE(keep("kept"));
  disk.room = segment_header_bytes + static_cast<std::size_t>(log->end()) + 40;
  for (int i = 0; i < 3; ++i) {
    const Status refused = keep("does not fit: " + std::string(100, '.'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::exhausted);
    EXPECT_EQ(texts(), Texts{"kept"});
  }
  ASSERT_TRUE(keep("short"));
  disk.room = SIZE_MAX;
  ASSERT_TRUE(keep("long again: " + std::string(100, '.')));
  EXPECT_EQ(texts().size(), 3u);
  EXPECT_EQ(files().size(), 1u);
  open();
  EXPECT_EQ(texts().size(), 3u);
}

TEST_F(IngestLog, KeepsRoomOnTheDiskForTheStore) {
  open(0, {.reserve_bytes = 1000});
  ASSERT_TRUE(keep("kept"));
  disk.told_space = {900, 1'000'000};
  const Status refused = keep("no room");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exhausted);
  EXPECT_NE(refused.error().what.find("900 bytes left"), std::string::npos) << refused.error().what;
  disk.told_space = {900, 8000};
  EXPECT_TRUE(keep("a sixteenth of a small disk is enough"));
}

TEST_F(IngestLog, AfterASyncThatFailedTheTailIsNeverTrusted) {
  open();
  ASSERT_TRUE(keep("one"));
  const LogPosition end = log->end();
  for (const bool is_cut : {true, false}) {
    disk.fail_sync = Error{Errc::unavailable, "an I/O error"};
    if (!is_cut) disk.fail_cut = Error{Errc::unavailable, "an I/O error"};
    EXPECT_FALSE(keep("lost"));
    EXPECT_EQ(log->end(), end);
  }
  EXPECT_EQ(texts(), Texts{"one"});
  ASSERT_TRUE(keep("two"));
  EXPECT_EQ(files(), (Texts{segment_name(0), segment_name(end)})) << "what follows is in a file of its own";
  EXPECT_EQ(texts(), (Texts{"one", "two"}));
  open();
  EXPECT_EQ(texts(), (Texts{"one", "two"}));
}

TEST_F(IngestLog, AFailureWhileASegmentBeginsIsNoEnd) {
  open();
  disk.fail_replace = Error{Errc::exhausted, "full"};
  EXPECT_FALSE(keep("one"));
  disk.fail_sync = Error{Errc::unavailable, "an I/O error"};
  EXPECT_FALSE(keep("one"));
  ASSERT_TRUE(keep("one"));
  EXPECT_EQ(texts(), Texts{"one"});
}

TEST_F(IngestLog, CutsATornEndAtEveryByte) {
  open();
  ASSERT_TRUE(keep("one"));
  const LogPosition end = log->end();
  ASSERT_TRUE(keep("two"));
  const Buffer whole = disk.bytes(segment_name(0));
  for (std::size_t size = segment_header_bytes + static_cast<std::size_t>(end); size < whole.size(); ++size) {
    disk.bytes(segment_name(0)).assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    open();
    ASSERT_EQ(log->end(), end) << size;
    EXPECT_EQ(log->recovered().torn, size - segment_header_bytes - end);
    EXPECT_EQ(log->recovered().damage, "");
    ASSERT_TRUE(keep("three"));
    EXPECT_EQ(texts(), (Texts{"one", "three"}));
    ASSERT_TRUE(disk.remove(segment_name(end)));
  }
}

TEST_F(IngestLog, NoFlippedBitPassesAndDamageInTheMiddleIsNotATornEnd) {
  open();
  ASSERT_TRUE(keep("one"));
  const LogPosition second = log->end();
  ASSERT_TRUE(keep("two"));
  const LogPosition end = log->end();
  const Buffer whole = disk.bytes(segment_name(0));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    disk.bytes(segment_name(0)) = whole;
    disk.bytes(segment_name(0))[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    open();
    const auto got = read();
    if (bit / 8 < segment_header_bytes + second) {  // "two" is whole: what lies before it was synced
      EXPECT_NE(log->recovered().damage, "") << "bit " << bit;
      EXPECT_EQ(log->end(), end) << "bit " << bit;
      ASSERT_FALSE(got) << "bit " << bit;
      EXPECT_EQ(got.error().code, Errc::corrupt);
      EXPECT_EQ(got.error().what.find(segment_name(0)), 0u) << got.error().what;
    } else {
      ASSERT_TRUE(got) << "bit " << bit << ": " << got.error().what;
      EXPECT_EQ(got.value(), Texts{"one"}) << "bit " << bit;
    }
  }
}

TEST_F(IngestLog, WhoIsToldToSkipDamageGoesOnAtTheNextWholeBatch) {
  open(0, {.segment_bytes = 100});
  std::vector<LogPosition> starts;
  for (int i = 0; i < 6; ++i) {
    starts.push_back(log->end());
    ASSERT_TRUE(keep(std::to_string(i) + std::string(16, '.')));
  }
  ASSERT_EQ(files().size(), 3u) << "two batches a segment";
  disk.bytes(segment_name(0)).back() ^= 1;                         // batch 1
  disk.bytes(segment_name(starts[2]))[segment_header_bytes] ^= 1;  // batch 2
  LogReader in{disk};
  EXPECT_TRUE(in.read(starts[0], log->end()));
  EXPECT_FALSE(in.read(starts[1], log->end()));
  EXPECT_EQ(in.skip(starts[1], log->end()).value(), starts[3]);
  EXPECT_EQ(texts(starts[3]).size(), 3u);
  disk.bytes(segment_name(starts[4])).clear();
  EXPECT_EQ(in.skip(starts[3], log->end()).value(), log->end()) << "a segment without its header is lost whole";
}

TEST_F(IngestLog, AMissingSegmentIsToldNotSkipped) {
  open(0, {.segment_bytes = 50});
  std::vector<LogPosition> starts;
  for (const char* text : {"one", "two", "three"}) {
    starts.push_back(log->end());
    ASSERT_TRUE(keep(text + std::string(30, '.')));
  }
  ASSERT_TRUE(disk.remove(segment_name(starts[0])));
  EXPECT_EQ(read().error().code, Errc::not_found);
  EXPECT_EQ(texts(starts[1]).size(), 2u);
  LogReader in{disk};
  EXPECT_EQ(in.skip(0, log->end()).value(), starts[1]);
  disk.bytes(segment_name(starts[0])) = disk.bytes(segment_name(starts[1]));
  EXPECT_EQ(read().error().code, Errc::corrupt) << "a segment under another's name";
}

TEST_F(IngestLog, LiesBehindWhatWasDrainedWhateverTheFolderHolds) {
  open(1000);
  EXPECT_EQ(log->end(), 1000u);
  ASSERT_TRUE(keep("one"));
  const LogPosition end = log->end();
  open(1000);
  EXPECT_EQ(log->end(), end);
  EXPECT_FALSE(log->recovered().was_behind);
  open(end + 500);
  EXPECT_TRUE(log->recovered().was_behind);
  ASSERT_TRUE(keep("two"));
  EXPECT_EQ(texts(end + 500), Texts{"two"});
  open(end + 500);
  EXPECT_EQ(texts(end + 500), Texts{"two"});
}

TEST_F(IngestLog, OtherFilesInTheFolderAreLeftAlone) {
  for (const char* name :
       {"lock", "00.log", "0000000000000000.log.new", "000000000000000G.log", "000000000000000A.log"}) {
    disk.bytes(name) = {1, 2, 3};
  }
  open();
  ASSERT_TRUE(keep("one"));
  EXPECT_EQ(texts(), Texts{"one"});
  EXPECT_EQ(files().size(), 6u);
}

TEST(IngestLogFolder, LetsOneWriterIn) {
  const Folder_for_test folder;
  auto first = LogFolder::open(folder.file("ingest/0"));
  ASSERT_TRUE(first) << first.error().what;
  const auto second = LogFolder::open(folder.file("ingest/0"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  std::move(first).value().reset();
  EXPECT_TRUE(LogFolder::open(folder.file("ingest/0")));
}

TEST(IngestLogFolder, AReaderFollowsAWriterOnAnotherThread) {
  const Folder_for_test folder;
  const auto held = LogFolder::open(folder.file("log")).value();
  crypto::SystemRandom random;
  const auto log = LogWriter::open(held->for_writer(), 0, random, {.segment_bytes = 4096}).value();
  constexpr int commits = 300;
  constexpr int records = 5;
  std::thread writer{[&] {
    for (int i = 0; i < commits; ++i) {
      for (int k = 0; k < records; ++k) EXPECT_TRUE(log->append(bytes_of(std::to_string(i * records + k))));
      EXPECT_TRUE(log->commit());
    }
  }};
  LogReader in{held->for_reader()};
  LogPosition at = 0;
  for (int next = 0; next < commits * records;) {
    const auto batch = in.read(at, log->end());
    ASSERT_TRUE(batch) << batch.error().what;
    if (!batch.value()) continue;
    Records body{batch.value()->body};
    while (const auto record = body.next().value()) EXPECT_EQ(text_of(*record), std::to_string(next++));
    at = batch.value()->next;
    log->set_drained(at);
    ASSERT_TRUE(remove_drained(held->for_reader(), at));
  }
  writer.join();
  EXPECT_EQ(log->backlog(), 0u);
  EXPECT_LE(list_segments(held->for_reader()).value().size(), 2u);
}

}  // namespace
}  // namespace signet::store
