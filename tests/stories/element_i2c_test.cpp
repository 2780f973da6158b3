// The road that a real part takes, down to the messages for Linux's i2c-dev: driver, protocol, i2c_msg; behind them the
// chip in software instead of a wire, which takes the time a chip takes.
#include "base/port/folder_for_test.h"
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"
#include "element/link/bus_link.h"
#include "element/link/i2c_dev.h"

#include <gtest/gtest.h>

#include <linux/i2c.h>
#include <cerrno>
#include <fstream>

namespace signet::element {
namespace {

using emulator::Emulator;

// An adapter whose wire ends at the emulator. Time passes with each message, as on a bus of 100 kHz.
class Adapter final : public I2cKernel {
 public:
  Adapter(Emulator& chip, ManualClock& clock) : chip_(chip), clock_(clock) {}
  int functions(int, unsigned long& out) override { return out = I2C_FUNC_I2C, 0; }
  int transfer(int, i2c_msg& message) override {
    clock_.advance(Micros{90} * (1 + message.len) + Millis{1});
    if (message.addr == 0) return chip_.wake_pulse(), ENXIO;
    const auto address = static_cast<std::uint8_t>(message.addr);
    if ((message.flags & I2C_M_RD) == 0) return chip_.write(address, Bytes{message.buf, message.len}) ? 0 : ENXIO;
    const auto answer = chip_.read(address, message.len);
    if (!answer) return EREMOTEIO;
    std::copy(answer->begin(), answer->end(), message.buf);
    return 0;
  }

 private:
  Emulator& chip_;
  ManualClock& clock_;
};

class ElementOnI2c : public testing::Test {
 protected:
  ElementOnI2c() { std::ofstream{path} << ""; }
  std::unique_ptr<Link> link(std::optional<std::uint8_t> address = {}) {
    return std::make_unique<BusLink>(I2cDev::open(path, adapter).value(), address);
  }

  ManualClock clock{Timestamp{Seconds{1'600'000'000}}};
  crypto::SystemRandom random;
  std::unique_ptr<Emulator> chip = Emulator::in_memory(clock, random);
  Adapter adapter{*chip, clock};
  Folder_for_test folder;
  const std::string path = folder.file("i2c-1");
};

TEST_F(ElementOnI2c, AChipThatTakesItsTimeIsConfiguredSignsAndCounts) {
  chip->set_timing(emulator::Timing::chip);
  const auto host = link();
  Atecc atecc{*host};
  const ConfigZone config = atecc.read_config().value();
  const Status locked = atecc.lock_config(config);
  ASSERT_TRUE(locked) << locked.error().what;
  const auto key = atecc.gen_key(0);
  ASSERT_TRUE(key) << key.error().what;
  const crypto::Digest digest = crypto::sha256(bytes_of("over i2c"));
  const auto signature = atecc.sign(digest);
  ASSERT_TRUE(signature) << signature.error().what;
  EXPECT_TRUE(crypto::verify(key.value(), digest, signature.value()));
  EXPECT_EQ(atecc.increment(1).value(), 1u);
}

TEST_F(ElementOnI2c, AHashLongerThanTheWatchdogIsWhole) {
  chip->set_timing(emulator::Timing::chip);
  const auto host = link();
  Atecc atecc{*host};
  const Buffer data(3'000, 0x61);
  const auto digest = atecc.sha256(data);
  ASSERT_TRUE(digest) << digest.error().what;
  EXPECT_EQ(digest.value(), crypto::sha256(data));
}

TEST_F(ElementOnI2c, SaysWhereItLookedAndHowToLookFurther) {
  const auto host = link(0x36);
  EXPECT_EQ(Atecc{*host}.revision().error().what,
            "secure element: gave up after 4 attempts: no chip answers on the bus at " + path +
                " (tried 0x36): 'signet element probe i2c:" + path + "' says what is there");
}

}  // namespace
}  // namespace signet::element
