#include "element/link/i2c_dev.h"

#include "base/port/folder_for_test.h"
#include "element/link/device_lock.h"

#include <gtest/gtest.h>
#include <linux/i2c.h>
#include <cerrno>
#include <fstream>
#include <thread>

namespace signet::element {
namespace {

// The kernel with an adapter that keeps what it was asked for.
struct Kernel final : I2cKernel {
  int functions(int, unsigned long& out) override { return out = functionality, no_bus; }
  int transfer(int, i2c_msg& message) override {
    char text[64];
    std::snprintf(text, sizeof text, "%02x flags %04x", unsigned{message.addr}, unsigned{message.flags});
    said.push_back(std::string{text} + " " + hex(Bytes{message.buf, message.len}));
    if ((message.flags & I2C_M_RD) != 0) std::fill_n(message.buf, message.len, std::uint8_t{0xab});
    return result;
  }
  unsigned long functionality = I2C_FUNC_I2C;
  int no_bus = 0;
  int result = 0;
  std::vector<std::string> said;
};

class I2cDevice : public testing::Test {
 protected:
  I2cDevice() { std::ofstream{path} << ""; }
  Folder_for_test folder;
  const std::string path = folder.file("i2c-1");
  Kernel kernel;
};

TEST_F(I2cDevice, AsksTheKernelForOneTransactionEach) {
  const auto bus = I2cDev::open(path, kernel);
  ASSERT_TRUE(bus) << bus.error().what;
  EXPECT_TRUE(bus.value()->write(0x60, Buffer{0x03, 0x07}).value());
  EXPECT_EQ(*bus.value()->read(0x60, 2).value(), (Buffer{0xab, 0xab}));
  EXPECT_EQ(kernel.said, (std::vector<std::string>{"60 flags 0000 0307", "60 flags 0001 0000"}));
}

TEST_F(I2cDevice, PulsesWithOneZeroOrWithAsManyAsAFastBusNeeds) {
  kernel.result = ENXIO;  // nobody acknowledges address 0
  EXPECT_TRUE(I2cDev::open(path, kernel).value()->wake_pulse());
  EXPECT_EQ(kernel.said.back(), "00 flags 0000 00");
  kernel.functionality |= I2C_FUNC_PROTOCOL_MANGLING;
  EXPECT_TRUE(I2cDev::open(path, kernel).value()->wake_pulse());
  EXPECT_EQ(kernel.said.back(), "00 flags 1000 0000000000000000");
}

TEST_F(I2cDevice, TellsARefusalFromABrokenBus) {
  const auto bus = I2cDev::open(path, kernel);
  for (const int error : {ENXIO, EREMOTEIO, EIO}) {
    kernel.result = error;
    EXPECT_FALSE(bus.value()->write(0x60, Buffer{0}).value()) << error;
    EXPECT_FALSE(bus.value()->read(0x60, 1).value()) << error;
  }
  kernel.result = ETIMEDOUT;
  EXPECT_EQ(bus.value()->write(0x60, Buffer{0}).error().what,
            path + " is stuck: a line is held low. Are the pull-ups there, and the power?");
  kernel.result = ENODEV;
  EXPECT_EQ(bus.value()->read(0x60, 1).error().code, Errc::unavailable);
}

TEST_F(I2cDevice, RefusesWhatIsNoI2cBus) {
  ASSERT_TRUE(I2cDev::open(path, kernel));
  EXPECT_EQ(I2cDev::open(path + "0", kernel).error().code, Errc::not_found);
  EXPECT_EQ(I2cDev::open(path).error().what, path + " is no I2C bus: name one, for example i2c:/dev/i2c-1");
  kernel.functionality = 0;
  EXPECT_EQ(I2cDev::open(path, kernel).error().what,
            path + " is an SMBus that cannot carry the chip's packets: use a full I2C adapter");
}

TEST_F(I2cDevice, IsHeldByOneProgramAtATime) {
  const auto first = I2cDev::open(path, kernel, Millis{4});
  const auto second = I2cDev::open(path, kernel, Millis{4});
  ASSERT_TRUE(first.value()->take());
  ASSERT_TRUE(first.value()->take()) << "taking twice is taking once";
  const auto refused = second.value()->take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_NE(refused.error().what.find("is held by another program"), std::string::npos);
  first.value()->release();
  EXPECT_TRUE(second.value()->take());
}

TEST_F(I2cDevice, WaitsForTheOther) {
  const auto first = I2cDev::open(path, kernel);
  const auto second = I2cDev::open(path, kernel);
  ASSERT_TRUE(first.value()->take());
  std::thread waits{[&] { EXPECT_TRUE(second.value()->take()); }};
  first.value()->release();
  waits.join();
}

TEST(I2cDevices, AreListedByNumber) {
  Folder_for_test folder;
  for (const char* name : {"i2c-10", "i2c-2", "i2c-x", "i2c-", "tty0"}) std::ofstream{folder.file(name)} << "";
  EXPECT_EQ(i2c_devices(folder.path()), (std::vector<std::string>{folder.file("i2c-2"), folder.file("i2c-10")}));
  EXPECT_TRUE(i2c_devices(folder.file("nowhere")).empty());
}

}  // namespace
}  // namespace signet::element
