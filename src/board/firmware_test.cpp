#include "board/firmware_scene_for_test.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

namespace signet::board {
namespace {

// Runs shell scripts as firmware, on a real loop, until the script has ended or `until` says so.
class FirmwareTest : public FirmwareScene {
 protected:
  void run(const std::string& script) { FirmwareScene::run({{"/bin/bash", "-c", script}, ""}); }
  void on_firmware_request(const Frame& frame) override {
    requests.push_back(frame);
    firmware->send({FrameKind::answer, frame.id, R"({"hello":"firmware"})"});
  }

  std::vector<Frame> requests;
};

TEST_F(FirmwareTest, ShowsItsTextAndReportsItsEnd) {
  run("echo one; echo two >&2; printf three");
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(ends, (std::vector<std::string>{"the program has ended"}));
  EXPECT_FALSE(firmware->running());
}

TEST_F(FirmwareTest, HasNothingButItsFourDescriptorsAnEmptyEnvironmentAndItsFolder) {
  ::setenv("SIGNET_SECRET", "x", 1);
  run("printf fds:; for n in {0..63}; do [ -e /proc/$$/fd/$n ] && printf ' %s' $n; done; echo; env | sort | grep -v -E "
      "'^(_|SHLVL|OLDPWD)='; pwd; ulimit -n; ulimit -c; "
      "grep NoNewPrivs /proc/$$/status");
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0], "fds: 0 1 2 3");
  EXPECT_EQ(lines[1], "LANG=C.UTF-8");
  EXPECT_EQ(lines[2], "PATH=/usr/bin:/bin");
  EXPECT_EQ(lines[3], "PWD=" + own);
  EXPECT_EQ(lines[4], own);
  EXPECT_EQ(lines[5], std::to_string(firmware_descriptors_max));
  EXPECT_EQ(lines[6], "0");
  EXPECT_EQ(lines[7], "NoNewPrivs:\t1");
}

// Whether the kernel asks, which a child finds out: what it gave up, it would have given up for all tests.
bool is_asked() {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return false;
  const Fd ours{pair[0]}, theirs{pair[1]};
  const int child = ::fork();
  if (child == 0) std::_Exit(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ask_about_sockets(theirs.get()) ? 0 : 1);
  int status = 1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(FirmwareTest, OpensNoDoorAndItsBoardHearsOfEachWayItTriedOnce) {
  if (!is_asked()) GTEST_SKIP() << "this kernel does not ask";
  run("for i in 1 2 3; do echo > /dev/tcp/127.0.0.1/9; done 2>&1 | grep -o 'Operation not permitted' | uniq");
  EXPECT_EQ(lines, std::vector<std::string>{"Operation not permitted"});
  EXPECT_EQ(refused, std::vector<std::string>{"socket"});
  EXPECT_EQ(ends, std::vector<std::string>{"the program has ended"});
}

TEST(Board, ListensNeverOnceItHasGivenThatUp) {
  const auto try_to_listen = [] {
    if (!give_up_listening()) std::_Exit(2);
    const Fd own{::socket(AF_INET, SOCK_STREAM, 0)};
    const bool refused =
        ::listen(own.get(), 1) != 0 && errno == EPERM && ::accept(own.get(), nullptr, nullptr) != 0 && errno == EPERM;
    std::_Exit(own && refused ? 0 : 1);
  };
  EXPECT_EXIT(try_to_listen(), testing::ExitedWithCode(0), "");
}

TEST_F(FirmwareTest, IsRefusedWithoutASayOfTheBoardWhenItTriesWithoutEnd) {
  if (!is_asked()) GTEST_SKIP() << "this kernel does not ask";
  run("for ((i = 0; i < " + std::to_string(refusals_told_max) +
      "; ++i)); do echo > /dev/tcp/127.0.0.1/9; done 2>/dev/null; "
      "echo more; echo > /dev/tcp/127.0.0.1/9");
  ASSERT_GE(lines.size(), 2u);
  EXPECT_EQ(lines[0], "more");
  EXPECT_THAT(lines[1], testing::HasSubstr("Function not implemented"));
  EXPECT_EQ(refused.size(), 1u);
}

TEST_F(FirmwareTest, HasSoMuchMemoryAndFilesOfSuchASize) {
  const std::string largest = std::to_string(firmware_file_bytes_max);
  const std::string larger = std::to_string(firmware_file_bytes_max + 1);
  run("trap '' XFSZ; ulimit -v; truncate -s " + largest + " f && stat -c %s f; truncate -s " + larger + " f");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], std::to_string(firmware_memory_bytes_max / 1024));
  EXPECT_EQ(lines[1], largest);
  EXPECT_NE(lines[2].find("File too large"), std::string::npos) << lines[2];
}

TEST_F(FirmwareTest, StartsACrashedProgramAgainLater) {
  ends_wanted = 3;
  run("echo up; kill -SEGV $$");
  EXPECT_EQ(lines, (std::vector<std::string>{"up", "up", "up"}));
  for (const auto& how : ends)
    EXPECT_EQ(how.rfind("the program ended by signal 11 (Segmentation fault); next start in ", 0), 0u) << how;
}

TEST_F(FirmwareTest, SaysWhenTheCommandIsNotThere) {
  FirmwareScene::run({{"/nowhere/python3"}, ""});
  EXPECT_EQ(ends[0].rfind("the program ended with code 127", 0), 0u) << ends[0];
}

TEST_F(FirmwareTest, ExchangesFrames) {
  // {"do":"x"} as request 5; then prints the body of the answer, which begins after 10 bytes.
  run(R"(printf '\x00\x00\x00\x10\x01\x01\x00\x00\x00\x05{"do":"x"}' >&3)"
      R"(; dd bs=30 count=1 <&3 2>/dev/null | tail -c 20; echo)");
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0], (Frame{FrameKind::request, 5, R"({"do":"x"})"}));
  EXPECT_EQ(lines, (std::vector<std::string>{R"({"hello":"firmware"})"}));
}

TEST_F(FirmwareTest, IsEndedWhenItBreaksTheProtocol) {
  run(R"(printf '\xff\xff\xff\xff' >&3; sleep 60)");
  EXPECT_EQ(ends[0].rfind("the program broke the protocol: a frame is larger", 0), 0u) << ends[0];
}

TEST_F(FirmwareTest, MayReadItsAnswersLate) {
  constexpr std::size_t answer_bytes = 30;
  constexpr std::size_t count = firmware_unread_bytes_max / answer_bytes;
  const std::string all = std::to_string(count * answer_bytes);
  run("for ((i = 0; i < " + std::to_string(count) + "; ++i)); do " +
      R"(printf '\x00\x00\x00\x10\x01\x01\x00\x00\x00\x05{"do":"x"}'; done >&3; head -c )" + all + " <&3 | wc -c");
  EXPECT_EQ(lines, std::vector{all});
}

TEST_F(FirmwareTest, IsEndedWhenItDoesNotReadItsAnswers) {
  run(R"(while :; do printf '\x00\x00\x00\x10\x01\x01\x00\x00\x00\x05{"do":"x"}'; done >&3)");
  EXPECT_EQ(ends[0].rfind("the program ended by signal 9", 0), 0u) << ends[0];
}

TEST_F(FirmwareTest, CutsLinesThatAreTooLong) {
  const std::string longest(firmware_line_bytes_max - 1, 'x');  // and its end
  run("echo " + longest + "; echo x" + longest + "; head -c 100000 /dev/zero | tr '\\0' x; echo; echo next");
  const std::string cut = "(a line longer than 1024 bytes)";
  EXPECT_EQ(lines, (std::vector<std::string>{longest, cut, cut, "next"}));
}

TEST_F(FirmwareTest, StopsAtOnce) {
  make({{"/bin/bash", "-c", "trap '' TERM; while :; do sleep 1; done"}, ""});
  ASSERT_TRUE(firmware->start());
  firmware->stop();
  EXPECT_FALSE(firmware->running());
  EXPECT_TRUE(ends.empty());
}

}  // namespace
}  // namespace signet::board
