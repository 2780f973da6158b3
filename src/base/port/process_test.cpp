#include "base/port/process.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>

namespace signet {
namespace {

bool is_hardened() {
  rlimit core{1, 1};
  ::getrlimit(RLIMIT_CORE, &core);
  return core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 && ::umask(077) == 077 &&
         std::signal(SIGPIPE, SIG_IGN) == SIG_IGN;
}

TEST(Process, UsesTheCoresItIsGiven) {
  cpu_set_t all, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(usable_cores(), static_cast<unsigned>(CPU_COUNT(&all)));
  CPU_ZERO(&one);
  CPU_SET(::sched_getcpu(), &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1u);
  ASSERT_EQ(::sched_setaffinity(0, sizeof all, &all), 0);
}

TEST(ProcessDeathTest, HardenedKeepsItsMemoryAndFilesToItself) {
  const auto probe = [] {
    const bool before = is_hardened();
    harden_process();
    std::_Exit(!before && is_hardened() ? 0 : 1);
  };
  EXPECT_EXIT(probe(), testing::ExitedWithCode(0), "");
}

TEST(Process, OpenFilesAreRaisedAsFarAsTheyMay) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Process, AStopSignalIsAByteToReadAndNoDeath) {
  sigset_t before;
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
  const auto stop = open_stop_signals();
  ASSERT_TRUE(stop);
  signalfd_siginfo info{};
  EXPECT_EQ(::read(stop.value().get(), &info, sizeof info), -1);
  ASSERT_EQ(std::raise(SIGTERM), 0);
  EXPECT_EQ(::read(stop.value().get(), &info, sizeof info), static_cast<ssize_t>(sizeof info));
  EXPECT_EQ(info.ssi_signo, static_cast<unsigned>(SIGTERM));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Process, AReloadSignalIsTakenOnce) {
  sigset_t before;
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
  const auto reload = open_reload_signal();
  ASSERT_TRUE(reload);
  EXPECT_FALSE(take_reload_signal(reload.value()));
  ASSERT_EQ(std::raise(SIGHUP), 0);
  EXPECT_TRUE(take_reload_signal(reload.value()));
  EXPECT_FALSE(take_reload_signal(reload.value()));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace signet
