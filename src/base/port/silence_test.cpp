#include "base/port/silence.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/port/file.h"

namespace signet {
namespace {

struct Terminal {
  Fd person{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  Fd program;

  Terminal() {
    char name[64];
    EXPECT_EQ(::grantpt(person.get()) + ::unlockpt(person.get()), 0);
    EXPECT_EQ(::ptsname_r(person.get(), name, sizeof name), 0);
    program = Fd{::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  }
  bool echoes() const {
    termios mode{};
    EXPECT_EQ(::tcgetattr(program.get(), &mode), 0);
    return (mode.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
  }
};

TEST(SilenceTest, ATerminalIsSilentForAsLongAsItLivesAndThenAsItWas) {
  const Terminal terminal;
  EXPECT_TRUE(terminal.echoes());
  {
    auto first = Silence::on(terminal.program.get());
    ASSERT_TRUE(first);
    EXPECT_FALSE(terminal.echoes());
    const Silence moved = std::move(first).value();
    EXPECT_FALSE(terminal.echoes());
  }
  EXPECT_TRUE(terminal.echoes());
}

TEST(SilenceTest, WhatIsTypedOnceItIsSilentIsReadAndNotShown) {
  const Terminal terminal;
  const auto silence = Silence::on(terminal.program.get());
  ASSERT_TRUE(silence);
  ASSERT_EQ(::write(terminal.person.get(), "secret\n", 7), 7);
  char line[16];
  ASSERT_EQ(::read(terminal.program.get(), line, sizeof line), 7);
  EXPECT_EQ(std::string_view(line, 7), "secret\n");
  ASSERT_EQ(::write(terminal.program.get(), "done", 4), 4);
  const ssize_t shown = ::read(terminal.person.get(), line, sizeof line);
  EXPECT_EQ(std::string_view(line, static_cast<std::size_t>(shown)).find("secret"), std::string_view::npos);
}

TEST(SilenceTest, AFileIsNoTerminal) {
  const Fd file{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  EXPECT_EQ(Silence::on(file.get()).error().code, Errc::unavailable);
  EXPECT_EQ(Silence::on(-1).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace signet
