// The chip's protocol on a bus that is a table: what a host says, and what it makes of chips that are asleep, busy,
// half awake or somewhere else.
#include "element/link/bus_link.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

const Buffer info_packet{0x07, 0x30, 0x00, 0x00, 0x00, 0x03, 0x5d};
const std::string revision_answer = "070000600383bb";

// A chip at one address that answers every command alike, after so many refusals.
struct Chip {
  std::uint8_t address = 0x60;
  Buffer greeting = copy_of(wake_greeting);
  int busy_polls = 0;
  bool awake = false;
  Buffer output = {};
  std::size_t read_at = 0;
  int busy = 0;
  Micros wakes_after{0};
  Micros waited{0};  // since the pulse
};

class FakeBus final : public I2cBus {
 public:
  explicit FakeBus(Chip& chip, std::string& said) : chip_(chip), said_(said) {}
  Status take() override { return said_ += "take ", Status{}; }
  void release() override { said_ += "release "; }
  Status wake_pulse() override {
    said_ += "pulse ";
    chip_.waited = Micros{0};
    if (!chip_.awake) chip_.awake = true, chip_.output = chip_.greeting, chip_.read_at = 0;
    return {};
  }
  Result<bool> write(std::uint8_t address, Bytes data) override {
    if (!chip_.awake || address != chip_.address || chip_.busy-- > 0) return said_ += "nack ", false;
    chip_.busy = 0;
    said_ += hex(data.first(1)) + " ";
    if (data[0] == word_address::idle || data[0] == word_address::sleep) chip_.awake = false;
    if (data[0] == word_address::reset) chip_.read_at = 0;
    if (data[0] == word_address::command) {
      chip_.output = decode_hex(revision_answer).value(), chip_.read_at = 0, chip_.busy = chip_.busy_polls;
    }
    return true;
  }
  Result<std::optional<Buffer>> read(std::uint8_t address, std::size_t size) override {
    if (!chip_.awake || address != chip_.address || chip_.waited < chip_.wakes_after) return std::optional<Buffer>{};
    Buffer out(size, 0xff);
    for (std::size_t i = 0; i < size && chip_.read_at < chip_.output.size(); ++i)
      out[i] = chip_.output[chip_.read_at++];
    said_ += "read" + std::to_string(size) + " ";
    return std::optional{out};
  }
  void wait(Micros time) override { chip_.waited += time; }
  std::string name() const override { return "here"; }

 private:
  Chip& chip_;
  std::string& said_;
};

class BusProtocol : public testing::Test {
 protected:
  std::unique_ptr<BusLink> link(std::optional<std::uint8_t> address = {}) {
    return std::make_unique<BusLink>(std::make_unique<FakeBus>(chip, said), address);
  }
  Chip chip;
  std::string said;
};

TEST_F(BusProtocol, SaysAWholeExchangeInOrderAndHoldsTheBusFromWakeToIdle) {
  const auto host = link();
  ASSERT_TRUE(host->wake());
  EXPECT_EQ(hex(host->exchange(info_packet, Millis{5}).value()), revision_answer);
  ASSERT_TRUE(host->idle());
  EXPECT_EQ(said, "take pulse read4 03 00 read1 read6 02 release ");
}

TEST_F(BusProtocol, AsksABusyChipAgainUntilItsLongestTimeIsOver) {
  chip.busy_polls = 2;
  const auto host = link();
  ASSERT_TRUE(host->wake());
  EXPECT_TRUE(host->exchange(info_packet, Millis{10}));
  chip.busy_polls = 100;
  EXPECT_EQ(host->exchange(info_packet, Millis{10}).error().what, "no answer within 10 ms");
}

TEST_F(BusProtocol, WaitsForAWakingChipFromTheShortestTimeToTheLongest) {
  chip.wakes_after = wake_high_min;
  ASSERT_TRUE(link()->wake());
  EXPECT_EQ(chip.waited, wake_high_min) << "its first look sees the greeting";
  for (const Micros late : {Micros{wake_high_max}, wake_high_max + wake_high_min}) {
    chip.awake = false, chip.wakes_after = late;
    EXPECT_TRUE(link()->wake()) << late.count();
  }
  chip.awake = false, chip.wakes_after = wake_high_max + wake_high_min + Micros{1};
  EXPECT_EQ(link(0x60)->wake().error().code, Errc::unavailable);
}

TEST_F(BusProtocol, SendsAHalfAwakeChipToIdleAndWakesItOnce) {
  chip.awake = true;
  chip.output = decode_hex(revision_answer).value();
  const auto host = link();
  ASSERT_TRUE(host->wake());
  EXPECT_EQ(said, "take pulse read4 02 pulse read4 ");
}

TEST_F(BusProtocol, WakesAChipWhoseSelfTestFailed) {
  chip.greeting = Buffer{0x04, 0x07, 0x40, 0xc2};
  EXPECT_TRUE(link()->wake()) << "every command will say so";
}

TEST_F(BusProtocol, NamesAChipThatIsNoAtecc) {
  chip.greeting = Buffer{0xff, 0xff, 0xff, 0xff};
  const auto woke = link()->wake();
  ASSERT_FALSE(woke);
  EXPECT_EQ(woke.error().what, "the secure element woke with ffffffff instead of 04113343: is it an ATECC608 at 0x60?");
  EXPECT_TRUE(said.ends_with("release release ")) << said << ": a failed wake keeps nobody from the bus";
}

TEST_F(BusProtocol, LooksAtEveryFactoryAddressUnlessOneIsNamed) {
  chip.address = 0x36;
  const auto host = link();
  ASSERT_TRUE(host->wake());
  EXPECT_EQ(host->address(), 0x36);
  EXPECT_EQ(link(0x60)->wake().error().what, "no chip answers on the bus at here (tried 0x60)");
  chip.address = 0x12;
  EXPECT_EQ(link()->wake().error().what, "no chip answers on the bus at here (tried 0x60, 0x35, 0x36)");
  EXPECT_TRUE(link(0x12)->wake());
}

TEST_F(BusProtocol, KeepsTheBusWhenATurnIsRenewed) {
  const auto host = link();
  ASSERT_TRUE(host->wake());
  said.clear();
  ASSERT_TRUE(host->renew());
  EXPECT_EQ(said, "02 pulse read4 ");
}

TEST_F(BusProtocol, SaysWhenAChipSleepsAndTakesNothing) {
  const auto host = link();
  ASSERT_TRUE(host->wake());
  chip.awake = false;
  EXPECT_EQ(host->exchange(info_packet, Millis{5}).error().what, "the chip does not take the command: it is asleep");
  EXPECT_EQ(host->exchange(Buffer(200), Millis{5}).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::element
