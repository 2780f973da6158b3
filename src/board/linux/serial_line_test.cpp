#include "board/linux/serial_line.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "net/turn_for_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

namespace signet::board {
namespace {

TEST(SerialName, IsADeviceAndPerhapsASpeed) {
  EXPECT_EQ(parse_serial_name("/dev/ttyAMA0").value(), (SerialName{"/dev/ttyAMA0", 115'200}));
  EXPECT_EQ(parse_serial_name("/dev/ttyS1:9600").value(), (SerialName{"/dev/ttyS1", 9'600}));
  EXPECT_EQ(parse_serial_name("/dev/serial/by-path/usb-0:1.2:1.0-port0").value().device,
            "/dev/serial/by-path/usb-0:1.2:1.0-port0");
  for (const char* name : {"", "ttyAMA0", ":115200", "/dev/ttyS1:9601", "/dev/ttyS1:99999999999"}) {
    EXPECT_EQ(parse_serial_name(name).error().code, Errc::malformed) << name;
  }
}

// A wire: our end is what a person holds, the other a name in the folder that the board opens.
class SerialLineTest : public testing::Test {
 protected:
  void SetUp() override {
    plug_in();
    line = SerialLine::create(*loop, {device}).value();
    line->on_input([this](Bytes bytes) { typed += text_of(bytes); });
  }
  void plug_in() {
    person = Fd{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
    ASSERT_TRUE(person && ::grantpt(person.get()) == 0 && ::unlockpt(person.get()) == 0);
    char name[128];
    ASSERT_EQ(::ptsname_r(person.get(), name, sizeof name), 0);
    ::unlink(device.c_str());
    ASSERT_EQ(::symlink(name, device.c_str()), 0);
  }
  void type(std::string_view text) {
    ASSERT_EQ(::write(person.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string shown() {
    char chunk[4096];
    const ssize_t got = ::read(person.get(), chunk, sizeof chunk);
    return got > 0 ? std::string(chunk, static_cast<std::size_t>(got)) : "";
  }
  void expect_shown(const std::string& wanted) {
    std::string text;
    net::turn_until(*loop, [&] { return (text += shown()).size() >= wanted.size(); });
    EXPECT_EQ(text, wanted);
  }
  void expect_typed(const std::string& wanted) {
    net::turn_until(*loop, [&] { return typed.size() >= wanted.size(); });
    EXPECT_EQ(std::exchange(typed, ""), wanted);
  }

  Folder_for_test place;
  const std::string device = place.file("tty");
  SystemClock clock;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  Fd person;
  std::string typed;
  std::unique_ptr<SerialLine> line;
};

TEST_F(SerialLineTest, CarriesBytesAsTheyAreBothWays) {
  const std::string request = "!{\"id\":1,\"do\":\"identify\"}\r\n\x03\x04";
  type(request);
  expect_typed(request);
  EXPECT_EQ(shown(), "") << "no echo";
  line->write("answer\n");
  expect_shown("answer\n");
}

TEST_F(SerialLineTest, IsRawAtItsSpeedAndItsOwn) {
  line.reset();
  line = SerialLine::create(*loop, {device, 57'600}).value();
  termios mode{};
  ASSERT_EQ(::tcgetattr(person.get(), &mode), 0);
  EXPECT_EQ(::cfgetospeed(&mode), static_cast<speed_t>(B57600));
  EXPECT_EQ(mode.c_cflag & (CSIZE | PARENB | CSTOPB), static_cast<tcflag_t>(CS8));
  EXPECT_EQ(mode.c_lflag & (ECHO | ICANON | ISIG), 0u);
  const auto another = SerialLine::create(*loop, {device});
  EXPECT_EQ(another.error().code, Errc::conflict);
  EXPECT_NE(another.error().what.find("serial-getty@tty"), std::string::npos);
}

TEST_F(SerialLineTest, WhatNobodyReadsMakesRoomInWholeLines) {
  for (int i = 0; i < 20'000; ++i) line->write("line " + std::to_string(i) + "\n");
  EXPECT_LE(line->unread_bytes(), unread_bytes_max);
  std::string text;
  net::turn_until(*loop, [&] { return (text += shown()).ends_with("line 19999\n"); });
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    ASSERT_EQ(text.compare(at, 5, "line "), 0) << at;
}

TEST_F(SerialLineTest, ALineThatWasPulledIsOpenedAgain) {
  line->write("before\n");
  expect_shown("before\n");
  person.close();
  ::unlink(device.c_str());
  net::turn_until(*loop, [&] {
    line->write("nobody hears it\n");
    return line->unread_bytes() > 0;
  });
  plug_in();
  std::string text;
  net::turn_until(*loop, [&] { return (text += shown()).find("nobody hears it\n") != text.npos; });
  line->write("after\n");
  net::turn_until(*loop, [&] { return (text += shown()).ends_with("after\n"); });
  type("still here\n");
  expect_typed("still here\n");
}

TEST_F(SerialLineTest, SaysWhatIsWrongWithAName) {
  const auto none = SerialLine::create(*loop, {place.file("none")});
  EXPECT_EQ(none.error().code, Errc::not_found);
  EXPECT_NE(none.error().what.find("/dev/serial/by-id"), std::string::npos);
  ASSERT_TRUE(write_file_atomic(place.file("plain"), bytes_of("x"), 0600));
  const auto plain = SerialLine::create(*loop, {place.file("plain")});
  EXPECT_EQ(plain.error().code, Errc::malformed);
  EXPECT_NE(plain.error().what.find("no serial line"), std::string::npos);
}

}  // namespace
}  // namespace signet::board
