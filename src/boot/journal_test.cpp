#include "boot/journal.h"

#include "boot/journal_text.h"
#include "boot/scene_for_test.h"

#include <gtest/gtest.h>

namespace signet::boot {
namespace {

class JournalOnFlash : public testing::Test {
 protected:
  JournalOnFlash() : memory(scene.factory()), parts(scene, memory, crypto) {}
  Journal loaded() {
    Journal journal{parts.hardware, scene.map, crypto};
    journal.load();
    return journal;
  }
  std::uint32_t slot_at(std::size_t bank, std::uint32_t slot) const {
    return scene.map.journal[bank].at + slot * journal_slot_bytes;
  }
  static Entry numbered(std::uint32_t work) { return {.work = work}; }

  Scene_for_test scene;
  CachedCrypto_for_test crypto;
  Memory_for_test memory;
  Parts_for_test parts;
};

TEST_F(JournalOnFlash, IsEmptyAtTheFactory) { EXPECT_TRUE(loaded().is_empty()); }

TEST_F(JournalOnFlash, AnEntryIsTheGoldenBytes) {
  Entry entry{.counter = 8, .status = Status::pending, .step = Step::work_to_scratch, .part = Part::os, .parts = 3};
  entry.work = 1;
  entry.park = 2;
  entry.work_ids[0].fill(0xaa);
  const EntryBytes bytes = encode(entry, crypto);
  const std::string expected =
      "53474a31"
      "08000000"
      "0201000300000000"
      "01000000"
      "02000000" +
      std::string(32, 'a') + std::string(96, '0');
  EXPECT_EQ(hex(Bytes{bytes}.first(88)), expected);
  EXPECT_EQ(hex(Bytes{bytes}.last(8)), hex(Bytes{crypto::sha256(Bytes{bytes}.first(88))}.first(8)));
  Entry read;
  EXPECT_TRUE(decode(bytes, crypto, read));
  EXPECT_EQ(read, entry);
}

TEST_F(JournalOnFlash, EveryBitOfAnEntryCounts) {
  const EntryBytes bytes = encode({.counter = 3, .status = Status::testing, .parts = 1, .attempt = 1}, crypto);
  Entry read;
  ASSERT_TRUE(decode(bytes, crypto, read));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    EntryBytes harmed = bytes;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(decode(harmed, crypto, read)) << "bit " << bit;
  }
}

TEST_F(JournalOnFlash, WhatNoBoardWritesIsNoEntry) {
  const Entry senseless[] = {{.status = Status::permanent, .step = Step::done},
                             {.status = Status::testing, .parts = 1},
                             {.status = Status::testing, .attempt = 1},
                             {.status = Status::pending, .step = Step::none, .parts = 1},
                             {.status = Status::pending, .step = Step::done},
                             {.status = Status::pending, .step = Step::done, .parts = 4},
                             {.status = Status::pending, .step = Step::restore, .parts = 1},
                             {.status = Status::pending, .step = Step::done, .parts = 1, .cause = Cause::restore},
                             {.status = Status::pending, .step = Step::park_to_work, .parts = 2}};
  Entry read;
  for (const Entry& entry : senseless) EXPECT_FALSE(decode(encode(entry, crypto), crypto, read));
}

TEST_F(JournalOnFlash, TheNewestHoldsThroughMoreRoundsThanItHasSlots) {
  for (std::uint32_t work = 1; work <= 100; ++work) {
    Journal journal = loaded();
    ASSERT_TRUE(journal.append(numbered(work)));
    EXPECT_EQ(journal.newest().work, work);
    EXPECT_EQ(loaded().newest().work, work);
    EXPECT_EQ(loaded().newest().counter, work);
  }
  EXPECT_TRUE(memory.violations.empty());
  EXPECT_EQ(memory.erased[scene.map.journal[0].at], 4u) << "each bank wears alike";
  EXPECT_EQ(memory.erased[scene.map.journal[1].at], 3u);
}

TEST_F(JournalOnFlash, ATornEntryIsSkippedAndItsNumberIsUsedUp) {
  Journal journal = loaded();
  ASSERT_TRUE(journal.append(numbered(1)));
  ASSERT_TRUE(journal.append(numbered(2)));
  memory.bytes[slot_at(0, 1) + 1] = 0;
  Journal again = loaded();
  EXPECT_EQ(again.newest().work, 1u);
  ASSERT_TRUE(again.append(numbered(3)));
  EXPECT_EQ(again.newest().counter, 3u);
  EXPECT_EQ(loaded().newest().work, 3u);
  EXPECT_TRUE(memory.violations.empty());
}

TEST_F(JournalOnFlash, ASlotThatDoesNotHoldIsSkipped) {
  memory.stuck_at_0[slot_at(0, 0)] = 1;
  memory.stuck_at_1[slot_at(0, 1) + 4] = 0x80;
  Journal journal = loaded();
  ASSERT_TRUE(journal.append(numbered(7)));
  EXPECT_EQ(journal.newest().counter, 3u);
  EXPECT_EQ(loaded().newest(), journal.newest());
}

TEST_F(JournalOnFlash, TheBankThatHoldsIsNeverErasedEvenWhenTheOtherIsOfNoUse) {
  Journal journal = loaded();
  for (std::uint32_t work = 1; work <= journal_slots; ++work) ASSERT_TRUE(journal.append(numbered(work)));
  for (std::uint32_t slot = 0; slot < journal_slots; ++slot) memory.stuck_at_0[slot_at(1, slot)] = 0xff;
  EXPECT_FALSE(journal.append(numbered(99)));
  EXPECT_FALSE(loaded().append(numbered(99)));
  EXPECT_EQ(loaded().newest().work, journal_slots);
}

TEST_F(JournalOnFlash, IsPrintedAsDocumented) {
  Entry entry{.counter = 8, .status = Status::pending, .step = Step::work_to_scratch, .parts = 3, .work = 1, .park = 2};
  Line line;
  EXPECT_STREQ(
      text_of(3, &entry, line),
      "03. counter = 00000008 | status = PENDING | step = WORK => SCRATCH | park = 00000002 | work = 00000001 | OS");
  entry.part = Part::application;
  entry.step = Step::scratch_to_park;
  entry.cause = Cause::revert;
  EXPECT_STREQ(
      text_of(14, &entry, line),
      "14. counter = 00000008 | status = PENDING | step = SCRATCH => PARK | park = 00000002 | work = 00000001 | "
      "application, back");
  entry = {.counter = 0xffffffff, .status = Status::testing, .parts = 1, .attempt = 1};
  EXPECT_STREQ(text_of(0, &entry, line),
               "00. counter = FFFFFFFF | status = TESTING | park = 00000000 | work = 00000000");
  EXPECT_STREQ(text_of(9, nullptr, line), "09. invalid entry");
}

}  // namespace
}  // namespace signet::boot
