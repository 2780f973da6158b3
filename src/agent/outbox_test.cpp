#include "agent/outbox.h"
#include "base/memory_disk_for_test.h"

#include <gtest/gtest.h>
#include <set>

namespace signet::agent {
namespace {

constexpr Timestamp midday = Timestamp{Seconds{1'790'000'000}};

using CutDisk = MemoryDisk_for_test;

// What the outside knows: readings the program was told are kept, and readings the manager has been given.
struct Known {
  std::map<Timestamp, std::string> promised;   // add() returned; not acknowledged by the manager
  std::map<std::string, Timestamp> delivered;  // payload -> the name under which the manager saw it
  Timestamp last{};

  void check(const Outbox& box) const {
    for (const auto& [at, payload] : promised) {
      ASSERT_TRUE(box.contains(at)) << payload << " is lost";
      ASSERT_EQ(box.read(at).value().payload, payload);
    }
    for (const auto& one : box.waiting()) {
      const std::string payload = box.read(one.at).value().payload;
      const auto known = delivered.find(payload);
      if (known != delivered.end()) {
        ASSERT_EQ(known->second, one.at) << payload << " is doubled under another name";
      }
    }
    ASSERT_GE(box.last_time(), last);
  }
};

// One life of a program: adds readings, the manager acknowledges the older ones, until the work is done or the power
// fails.
void live(CutDisk& disk, Known& known, int& next, Timestamp now, std::size_t bytes_max) {
  auto loaded = Outbox::load(disk, bytes_max);
  if (!loaded) return;
  Outbox box = std::move(loaded).value();
  known.check(box);
  std::set<Timestamp> names;
  for (const auto& one : box.waiting()) names.insert(one.at);
  for (int i = 0; i < 8; ++i) {
    const std::string payload = "{\"value\":" + std::to_string(next++) + "}";
    const auto at = box.add(now, "test", payload);
    if (at) {
      ASSERT_GT(at.value(), known.last);
      ASSERT_TRUE(names.insert(at.value()).second);
      known.promised[at.value()] = payload;
      known.last = at.value();
    }
    if (i % 2 == 1 && !box.waiting().empty()) {
      const Timestamp oldest = box.waiting().front().at;
      const auto read = box.read(oldest);
      if (!read) continue;  // the power is off
      const auto [seen, fresh] = known.delivered.emplace(read.value().payload, oldest);
      ASSERT_TRUE(fresh || seen->second == oldest);
      known.promised.erase(oldest);
      known.last = std::max(known.last, oldest);
      box.remove(oldest);
    }
  }
}

TEST(Outbox, KeepsReadingsOverARestart) {
  CutDisk disk;
  Timestamp first;
  {
    Outbox box = Outbox::load(disk).value();
    first = box.add(midday, "test", "{\"value\":1}").value();
    EXPECT_EQ(first, midday);
    box.remove(box.add(midday, "test", "{\"value\":2}").value());
  }
  const Outbox box = Outbox::load(disk).value();
  ASSERT_EQ(box.waiting().size(), 1u);
  EXPECT_EQ(box.read(first).value().payload, "{\"value\":1}");
  EXPECT_EQ(box.cut_bytes(), 0u);
}

TEST(Outbox, NeverGivesATimeTwiceWhenTheClockStepsBackOrStands) {
  CutDisk disk;
  Timestamp last{};
  for (const auto now : {midday, midday, midday - Seconds{86'400}, midday + Seconds{1}, Timestamp{}}) {
    Outbox box = Outbox::load(disk).value();
    const Timestamp at = box.add(now, "t", "{}").value();
    EXPECT_GT(at, last);
    last = at;
    box.remove(at);
    ASSERT_TRUE(box.clear());  // even an empty outbox remembers
  }
}

TEST(Outbox, SurvivesACutAtEveryOperationAndAtEveryPair) {
  using Keep = CutDisk::Keep;
  constexpr std::size_t small = 400;  // so that the file is full and rewritten within one life
  const auto run = [&](std::size_t first_cut, std::size_t second_cut, Keep keep) {
    CutDisk disk;
    disk.keep = keep;
    Known known;
    int next = 0;
    disk.cut_at = first_cut;
    live(disk, known, next, midday, small);
    disk.power_on();
    if (second_cut > 0) disk.cut_at = disk.operations() + second_cut;
    live(disk, known, next, midday - Seconds{5}, small);
    disk.power_on();
    live(disk, known, next, midday, small);
    const auto box = Outbox::load(disk, small);
    if (!box) return ADD_FAILURE() << box.error().what;
    known.check(box.value());
  };
  CutDisk whole;
  Known known;
  int next = 0;
  live(whole, known, next, midday, small);
  const std::size_t operations = whole.operations();
  ASSERT_GT(operations, 15u);

  for (const Keep keep : {Keep::nothing, Keep::half, Keep::all_but_one_byte, Keep::all}) {
    for (std::size_t first = 1; first <= operations; ++first) {
      for (std::size_t second = 0; second <= operations + 4; ++second) {
        run(first, second, keep);
        if (testing::Test::HasFatalFailure()) FAIL() << "cut at " << first << " and " << second;
      }
    }
  }
}

TEST(Outbox, CutsATornEndAtEveryByte) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  const Timestamp first = box.add(midday, "a", "{\"value\":1}").value();
  const std::size_t whole = box.file_bytes();
  (void)box.add(midday, "b", "{\"value\":2}").value();
  const Buffer both = disk.bytes(outbox_file);
  for (std::size_t size = whole; size < both.size(); ++size) {
    CutDisk torn;
    torn.bytes(outbox_file) = Buffer(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(size));
    const Outbox again = Outbox::load(torn).value();
    ASSERT_EQ(again.waiting().size(), 1u) << size;
    EXPECT_TRUE(again.contains(first));
    EXPECT_EQ(again.cut_bytes(), size - whole);
    EXPECT_EQ(Outbox::load(torn).value().cut_bytes(), 0u);  // mended
  }
}

TEST(Outbox, NoticesEveryFlippedBit) {
  CutDisk disk;
  {
    Outbox box = Outbox::load(disk).value();
    (void)box.add(midday, "a", "{\"value\":1}").value();
  }
  const Buffer good = disk.bytes(outbox_file);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    CutDisk harmed;
    harmed.bytes(outbox_file) = good;
    harmed.bytes(outbox_file)[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto box = Outbox::load(harmed);
    const bool noticed = box ? box.value().cut_bytes() + box.value().lost() > 0 : box.error().code == Errc::corrupt;
    EXPECT_TRUE(noticed) << "bit " << bit;
  }
}

TEST(Outbox, RefusesWhenFullAndLosesNothing) {
  CutDisk disk;
  constexpr std::size_t limit = 4096;
  Outbox box = Outbox::load(disk, limit).value();
  const std::string payload(100, ' ');
  std::size_t kept = 0;
  Result<Timestamp> at = box.add(midday, "t", payload);
  for (; at; at = box.add(midday, "t", payload)) ++kept;
  EXPECT_EQ(at.error().code, Errc::exhausted);
  EXPECT_NE(at.error().what.find("outbox is full"), std::string::npos);
  EXPECT_EQ(box.waiting().size(), kept);
  EXPECT_GT(kept, 25u);
  EXPECT_EQ(Outbox::load(disk, limit).value().waiting().size(), kept);

  box.remove(box.waiting().front().at);
  EXPECT_TRUE(box.add(midday, "t", payload)) << "room again after one acknowledgement";
  EXPECT_LE(box.file_bytes(), limit);
}

TEST(Outbox, GoesOnAfterAFailedWrite) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  const Timestamp first = box.add(midday, "t", "{\"n\":1}").value();
  disk.keep = CutDisk::Keep::half;
  disk.cut_at = disk.operations() + 1;  // a disk error half-way through the record, while the program lives
  EXPECT_FALSE(box.add(midday, "t", "{\"n\":2}"));
  disk.power_on();
  const Timestamp third = box.add(midday, "t", "{\"n\":3}").value();
  const Outbox again = Outbox::load(disk).value();
  ASSERT_EQ(again.waiting().size(), 2u);
  EXPECT_EQ(again.read(first).value().payload, "{\"n\":1}");
  EXPECT_EQ(again.read(third).value().payload, "{\"n\":3}");
  EXPECT_EQ(again.cut_bytes(), 0u);
}

TEST(Outbox, ReadsWhatItWroteAlsoAfterTheFileWasWrittenAnewAndSaysWhenTheDiskHasLostIt) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  const Timestamp first = box.add(midday, "a", "{\"n\":1}").value();
  const Timestamp second = box.add(midday, "b/c", "{\"n\":22}").value();
  box.remove(first);
  EXPECT_EQ(box.read(first).error().code, Errc::not_found);
  const auto holds = [&](const Outbox& it) {
    const auto read = it.read(second);
    return read && read.value().tag == "b/c" && read.value().payload == "{\"n\":22}";
  };
  EXPECT_TRUE(holds(box));
  for (int i = 0; i < 1000; ++i) box.remove(box.add(midday, "t", std::string(200, 'x')).value());
  EXPECT_LT(box.file_bytes(), 100'000u) << "it was written anew";
  EXPECT_TRUE(holds(box));
  EXPECT_TRUE(holds(Outbox::load(disk).value()));
  const std::size_t place = box.waiting().front().offset;
  disk.bytes(outbox_file)[place + 30] ^= 1;
  EXPECT_EQ(box.read(second).error().code, Errc::corrupt);
}

TEST(Outbox, AReadingThatTheDiskHasLostTakesNoOtherWithIt) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  std::vector<Timestamp> times;
  for (int i = 0; i < 5; ++i) times.push_back(box.add(midday, "t", R"({"n":)" + std::to_string(i) + "}").value());
  disk.bytes(outbox_file)[box.waiting()[2].offset + 25] ^= 1;
  const Buffer harmed = disk.bytes(outbox_file);
  for (int i = 0; i < 1000; ++i) box.remove(box.add(midday, "x", std::string(200, 'x')).value());
  EXPECT_LT(box.file_bytes(), 100'000u) << "it was written anew, and took what came";
  EXPECT_EQ(box.read(times[2]).error().code, Errc::corrupt) << "who would send it is told";
  box.remove(times[2]);
  for (const std::size_t left : {0, 1, 3, 4}) {
    EXPECT_EQ(box.read(times[left]).value().payload, R"({"n":)" + std::to_string(left) + "}");
  }
  EXPECT_EQ(Outbox::load(disk).value().waiting().size(), 4u);

  CutDisk restarted;
  restarted.bytes(outbox_file) = harmed;
  const Outbox again = Outbox::load(restarted).value();
  EXPECT_EQ(again.waiting().size(), 4u);
  EXPECT_EQ(again.lost(), 1u);
  EXPECT_EQ(again.cut_bytes(), 0u);
  EXPECT_EQ(Outbox::load(restarted).value().lost(), 0u) << "and is told once";
}

TEST(Outbox, StaysSmallWhenReadingsComeAndGo) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  for (int i = 0; i < 5000; ++i) box.remove(box.add(midday + Seconds{i}, "t", std::string(100, 'x')).value());
  EXPECT_LT(box.file_bytes(), 200u * 1024);
  EXPECT_EQ(Outbox::load(disk).value().last_time(), midday + Seconds{4999});
}

TEST(Outbox, SaysOnceThatManyHaveGone) {
  MemoryDisk_for_test disk;
  std::vector<Timestamp> times;
  const auto fill = [&](Outbox& box, std::size_t count) {
    times.clear();
    while (times.size() < count) times.push_back(box.add(midday, "t", "1").value());
  };
  Outbox box = Outbox::load(disk).value();
  fill(box, flood_min - 1);
  for (const Timestamp at : times) box.remove(at);
  EXPECT_FALSE(box.has_ebbed()) << "not that many";
  fill(box, flood_min);
  for (const Timestamp at : times) {
    EXPECT_FALSE(box.has_ebbed());
    box.remove(at);
  }
  EXPECT_TRUE(box.has_ebbed());
  EXPECT_FALSE(box.has_ebbed());
  fill(box, flood_min);
  Outbox after = Outbox::load(disk).value();
  for (const Timestamp at : times) after.remove(at);
  EXPECT_TRUE(after.has_ebbed()) << "also when they waited over a restart";
}

TEST(Outbox, HoldsTheLimitsOfAReading) {
  CutDisk disk;
  Outbox box = Outbox::load(disk).value();
  EXPECT_TRUE(box.add(midday, std::string(tag_bytes_max, 't'), std::string(payload_bytes_max, 'p')));
  EXPECT_EQ(Outbox::load(disk).value().waiting().size(), 1u);
  EXPECT_FALSE(box.add(midday, "t", std::string(payload_bytes_max + 1, 'p')));
  for (const std::string& tag :
       {std::string{}, std::string(tag_bytes_max + 1, 't'), std::string{"a/#"}, std::string{"+"}, std::string{"/a"},
        std::string{"a\xc2\x9b"}, std::string{"a/"}, std::string{"a\n"}, std::string{"\xff"}}) {
    EXPECT_FALSE(box.add(midday, tag, "{}")) << tag;
  }
  EXPECT_TRUE(box.add(midday, "room/north wall", "{}"));
}

}  // namespace
}  // namespace signet::agent
