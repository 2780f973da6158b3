#include "element/emulator/fuse_file.h"

#include "base/port/folder_for_test.h"
#include "element/emulator/chip_for_test.h"
#include "element/emulator/emulator.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

class Fused : public testing::Test {
 protected:
  Result<std::unique_ptr<Emulator>> open() { return Emulator::open(places, clock, random); }
  std::string error() {
    const auto opened = open();
    return opened ? "" : opened.error().what;
  }
  // Counts counter 0 once, in a life of its own.
  void count() {
    auto chip = open();
    ASSERT_TRUE(chip) << chip.error().what;
    ASSERT_TRUE(chip.value()->wake());
    ASSERT_TRUE(chip.value()->exchange(increment, Millis{0}));
  }
  Buffer read(const std::string& path) { return read_file(path, 1 << 16).value(); }
  void put_back(const std::string& path, Bytes bytes) { ASSERT_TRUE(write_file_atomic(path, bytes, 0600)); }

  const Buffer increment = encode({.opcode = 0x24, .param1 = 1});
  SystemClock clock;
  crypto::SystemRandom random;
  Folder_for_test folder;
  const Places places{folder.file("chip"), folder.file("fuses")};
};

TEST_F(Fused, AnHonestChipOpensAgainAndAgain) {
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(count());
  const Fuses fuses = decode_fuses(read(places.fuses)).value();
  EXPECT_EQ(fuses.counters[0], 3u);
  EXPECT_EQ(fuses, fuses_of(decode_state(read(places.state)).value()));
}

TEST_F(Fused, AnOldCopyOfTheStateIsRefused) {
  ASSERT_NO_FATAL_FAILURE(count());
  const Buffer old = read(places.state);
  ASSERT_NO_FATAL_FAILURE(count());
  const Buffer newest = read(places.state);
  put_back(places.state, old);
  EXPECT_EQ(error(), places.state +
                         ": counter 0 stands at 1, and the fuses have seen 2: this is an old copy; put the " +
                         "newest state file back");
  EXPECT_EQ(read(places.state), old) << "left as it is";
  put_back(places.state, newest);
  EXPECT_EQ(error(), "");
}

TEST_F(Fused, SoIsOneWhereNoCounterTells) {
  ASSERT_NO_FATAL_FAILURE(count());
  const Buffer old = read(places.state);
  {
    auto chip = open();
    ASSERT_TRUE(chip.value()->wake());
    ASSERT_TRUE(chip.value()->exchange(encode({.opcode = 0x17, .param1 = 0x80}), Millis{0}));  // Lock config
  }
  put_back(places.state, old);
  EXPECT_EQ(error(), places.state +
                         ": this is generation 2 of the chip, and the fuses have seen generation 3: it is an " +
                         "old copy; put the newest state file back");
}

TEST_F(Fused, APowerCutBetweenTheTwoFilesLocksNobodyOut) {
  ASSERT_NO_FATAL_FAILURE(count());
  const Buffer behind = read(places.fuses);
  ASSERT_NO_FATAL_FAILURE(count());
  put_back(places.fuses, behind);
  ASSERT_EQ(error(), "");
  EXPECT_EQ(decode_fuses(read(places.fuses)).value().counters[0], 2u) << "they caught up";
}

TEST_F(Fused, AnotherChipOrNoneIsRefused) {
  ASSERT_NO_FATAL_FAILURE(count());
  const std::string serial = hex(decode_fuses(read(places.fuses)).value().serial);
  std::filesystem::rename(places.state, folder.file("aside"));
  EXPECT_EQ(error(), places.state + " is missing, and " + places.fuses + " knows chip " + serial +
                         ": put its state file back, or use other fuses for a new chip");
  EXPECT_FALSE(file_exists(places.state)) << "no new chip was made";
  put_back(places.state, encode_state({.memory = blank_memory(random), .generation = 99}));
  EXPECT_NE(error().find("and the fuses belong to chip " + serial), std::string::npos) << error();
}

TEST_F(Fused, WhenTheFusesCannotBeBlownNothingHasHappened) {
  std::unique_ptr<Emulator> chip = open().value();
  ASSERT_TRUE(chip->wake());
  std::filesystem::create_directory(places.fuses + ".new");  // where the new contents would be written first
  EXPECT_FALSE(chip->exchange(increment, Millis{0}));
  std::filesystem::remove(places.fuses + ".new");
  const auto answer = chip->exchange(increment, Millis{0});
  ASSERT_TRUE(answer);
  EXPECT_EQ(hex(decode_response(answer.value()).value()), "01000000");
  chip.reset();
  EXPECT_EQ(error(), "");
}

TEST_F(Fused, RefusesEveryDamage) {
  ASSERT_NO_FATAL_FAILURE(count());
  const Buffer good = read(places.fuses);
  ASSERT_EQ(good.size(), fuse_file_bytes);
  ASSERT_TRUE(decode_fuses(good));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Buffer harmed = good;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(decode_fuses(harmed)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode_fuses(Bytes{good}.first(size))) << size;
  put_back(places.fuses, Bytes{good}.first(20));
  EXPECT_EQ(error(), places.fuses + ": the fuse file is damaged: put back a copy");
}

}  // namespace
}  // namespace signet::element::emulator
