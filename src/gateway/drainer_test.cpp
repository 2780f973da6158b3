#include "base/port/folder_for_test.h"
#include "gateway/ingest.h"
#include "gateway/ingest_record.h"
#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

class GatewayDrainer : public Scene {
 protected:
  fleet::Reading reading(int number, const DeviceId& device) {
    const Timestamp at = clock.now() + Micros{number};
    return {device, "t", at, at, "{\"n\":" + std::to_string(number) + "}"};
  }
  void keep(store::LogWriter& to, const fleet::Reading& one) {
    Buffer record;
    encode_record(one, record);
    ASSERT_TRUE(to.append(record));
    ASSERT_TRUE(to.commit());
  }
  void keep(int number) { keep(*log, reading(number, ann.id)); }
  std::size_t stored() { return store.data({.workspace = workspace.id, .size = 10'000}).value().size(); }
};

TEST_F(GatewayDrainer, MovesWhatWasAcknowledgedInSlices) {
  const int count = 2 * slice_readings_max + 10;
  for (int i = 0; i < count; ++i) {
    Buffer record;
    encode_record(reading(i, ann.id), record);
    ASSERT_TRUE(log->append(record));
    if (i % 100 == 99) {
      ASSERT_TRUE(log->commit());
    }
  }
  ASSERT_TRUE(log->commit());
  const int commits = store.commits();
  EXPECT_TRUE(drainer.slice());
  EXPECT_EQ(stored(), slice_readings_max);
  EXPECT_EQ(log->backlog(), log->end() - fleet.drained("0").value());
  EXPECT_TRUE(drainer.slice());
  EXPECT_FALSE(drainer.slice()) << "that was all";
  EXPECT_EQ(stored(), static_cast<std::size_t>(count));
  EXPECT_EQ(store.commits(), commits + 3);
  EXPECT_EQ(log->backlog(), 0u);
  EXPECT_FALSE(drainer.slice());
  EXPECT_EQ(store.commits(), commits + 3) << "nothing to do costs nothing";
}

TEST_F(GatewayDrainer, ASliceIsBoundedInBytesToo) {
  for (int i = 0; i < 80; ++i) {
    fleet::Reading large = reading(i, ann.id);
    large.payload.append(60'000, ' ');
    keep(*log, large);
  }
  EXPECT_TRUE(drainer.slice());
  EXPECT_LE(stored(), slice_bytes_max / 60'000 + 2);
}

TEST_F(GatewayDrainer, AStoreThatFailsIsAskedAgainASecondLater) {
  keep(1);
  store.fail_next_commits(1, Errc::unavailable);
  EXPECT_FALSE(drainer.slice());
  EXPECT_FALSE(drainer.slice()) << "not yet";
  EXPECT_EQ(stored(), 0u);
  clock.advance(Seconds{1});
  drainer.slice();
  EXPECT_EQ(stored(), 1u);
}

TEST_F(GatewayDrainer, AQuestionWaitsForWhatWasAcknowledgedOrIsRefused) {
  keep(1);
  store.fail_next_commits(1, Errc::unavailable);
  const Status not_yet = drainer.catch_up();
  ASSERT_FALSE(not_yet);
  EXPECT_EQ(not_yet.error().code, Errc::unavailable);
  EXPECT_TRUE(drainer.catch_up());
  EXPECT_EQ(stored(), 1u);
}

// A clock that goes on whenever it is read.
struct HastyClock final : Clock {
  Timestamp now() override { return {}; }
  Instant monotonic() override { return at += catch_up_timeout; }
  Instant at{Seconds{1}};
};

TEST_F(GatewayDrainer, AQuestionDoesNotHoldTheFleetLongerThanCatchUpTimeout) {
  HastyClock hasty;
  Drainer slow{fleet, hasty, false};
  ASSERT_TRUE(slow.add("0", disk, *log));
  for (int i = 0; i < 30; ++i) {
    fleet::Reading large = reading(i, ann.id);
    large.payload.append(fleet::payload_bytes_max - 100, ' ');
    for (int k = 0; k < 4; ++k) keep(*log, large);
  }
  const Status late = slow.catch_up();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_LT(log->backlog(), log->end()) << "some of it was moved";
}

TEST_F(GatewayDrainer, ACommitThatWasMadeButReportedAsFailedIsNotMadeTwice) {
  fleet::Reading stamped = reading(1, ann.id);
  stamped.arrival_stamped = true;
  keep(*log, stamped);
  ASSERT_TRUE(fleet.drain(std::array{stamped}, "0", log->end()));  // what the store did
  store.fail_next_commits(1, Errc::unavailable);                   // what it said
  EXPECT_FALSE(drainer.catch_up());
  EXPECT_TRUE(drainer.catch_up());
  EXPECT_EQ(stored(), 1u);
}

TEST_F(GatewayDrainer, DamageStopsItsLogAloneAndIsSkippedOnlyWhenTold) {
  for (int i = 0; i < 3; ++i) keep(i);
  disk.bytes(store::segment_name(0))[store::segment_header_bytes + store::batch_head_bytes] ^= 1;
  MemoryDisk_for_test second_disk;
  const auto second = store::LogWriter::open(second_disk, 0, random).value();
  ASSERT_TRUE(drainer.add("1", second_disk, *second));
  keep(*second, reading(50, bob.id));
  while (drainer.slice()) {
  }
  EXPECT_EQ(stored(), 1u) << "the other log's";
  EXPECT_TRUE(drainer.catch_up()) << "people are answered all the same";

  Drainer told{fleet, clock, true};
  ASSERT_TRUE(told.add("0", disk, *log));
  ASSERT_TRUE(told.catch_up());
  EXPECT_EQ(stored(), 3u) << "two of the three, and the other's";
  EXPECT_EQ(log->backlog(), 0u);
}

TEST_F(GatewayDrainer, ARecordOfANewerSignetIsDamage) {
  ASSERT_TRUE(log->append(bytes_of("X new")));
  ASSERT_TRUE(log->commit());
  keep(2);
  EXPECT_FALSE(drainer.slice());
  EXPECT_EQ(stored(), 0u);
}

TEST_F(GatewayDrainer, ReadingsOfDevicesThatTheStoreDoesNotKnowStopNobody) {
  keep(*log, reading(1, ids.next<DeviceIdKind>()));
  keep(2);
  EXPECT_TRUE(drainer.catch_up());
  EXPECT_EQ(stored(), 1u);
}

TEST_F(GatewayDrainer, LogsOfLoopsThatAreNoMoreAreMovedAndTheirFilesRemoved) {
  const Folder_for_test folder;
  {
    const auto ingest = Ingest::open(folder.path(), 3, fleet, clock, false);
    ASSERT_TRUE(ingest) << ingest.error().what;
    EXPECT_EQ(Ingest::open(folder.path(), 1, fleet, clock, false).error().code, Errc::conflict);
    for (int i = 0; i < 3; ++i) keep(ingest.value()->writer(static_cast<std::size_t>(i)), reading(100 + i, ann.id));
  }
  {
    const auto ingest = Ingest::open(folder.path(), 1, fleet, clock, false).value();
    ASSERT_TRUE(ingest->drainer().catch_up());
    EXPECT_EQ(stored(), 3u);
  }
  FileDisk left{folder.file("2")};
  EXPECT_EQ(store::list_segments(left).value().size(), 1u);
  const auto again = Ingest::open(folder.path(), 1, fleet, clock, false).value();
  EXPECT_TRUE(store::list_segments(left).value().empty());
  ASSERT_TRUE(again->drainer().catch_up());
  EXPECT_EQ(stored(), 3u) << "each once";
}

TEST(IngestRecord, HoldsAReadingWhole) {
  fleet::Reading one{DeviceId::parse("dev-aaaaaaaaaaaa").value(), "room/t", from_epoch_micros(1), from_epoch_micros(2),
                     R"({"n":1})"};
  for (const bool stamped : {false, true}) {
    one.arrival_stamped = stamped;
    Buffer record;
    encode_record(one, record);
    const fleet::Reading back = decode_record(record).value();
    EXPECT_EQ(back.device, one.device);
    EXPECT_EQ(back.tag, one.tag);
    EXPECT_EQ(back.device_time, one.device_time);
    EXPECT_EQ(back.received_at, one.received_at);
    EXPECT_EQ(back.payload, one.payload);
    EXPECT_EQ(back.arrival_stamped, stamped);
    for (std::size_t size = 0; size < record.size() - one.payload.size(); ++size) {
      EXPECT_EQ(decode_record(Bytes{record}.first(size)).error().code, Errc::corrupt) << size;
    }
    record[1] |= 2;
    EXPECT_FALSE(decode_record(record));
    record[0] = 'S';
    EXPECT_FALSE(decode_record(record));
  }
}

}  // namespace
}  // namespace signet::gateway
