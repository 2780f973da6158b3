#include "board/client/channel.h"
#include "board/client/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstring>
#include <filesystem>
#include <latch>
#include <thread>

namespace signet::board {
namespace {

TEST(Frame, ComesBackAsItWasSent) {
  FrameReader reader;
  const Frame sent{FrameKind::answer, 7, R"({"online":true})"};
  const Buffer bytes = encode(sent).value();
  for (const std::uint8_t byte : bytes) {
    EXPECT_EQ(reader.next().error().code, Errc::not_found);
    reader.feed(Bytes{&byte, 1});
  }
  EXPECT_EQ(reader.next().value(), sent);
  EXPECT_EQ(reader.next().error().code, Errc::not_found);
}

TEST(Frame, IsRefusedWhenAnyPartOfItsHeadIsWrong) {
  const Buffer good = encode({FrameKind::request, 1, "{}"}).value();
  const auto read = [](const Buffer& bytes) {
    FrameReader reader;
    reader.feed(bytes);
    return reader.next();
  };
  ASSERT_TRUE(read(good));
  Buffer harmed = good;
  harmed[4] = 2;
  EXPECT_NE(read(harmed).error().what.find("version 2"), std::string::npos);
  for (const int kind : {0, 5, 255}) {
    harmed = good;
    harmed[5] = static_cast<std::uint8_t>(kind);
    EXPECT_EQ(read(harmed).error().code, Errc::malformed);
  }
  harmed = good;
  harmed[3] = 5;
  EXPECT_EQ(read(harmed).error().code, Errc::malformed);
  harmed = good;
  harmed[10] = 0xff;
  EXPECT_EQ(read(harmed).error().code, Errc::malformed);
}

TEST(Frame, HasALimitOnBothSides) {
  const std::string largest(frame_bytes_max - 6, 'x');
  FrameReader reader;
  reader.feed(encode({FrameKind::request, 1, largest}).value());
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(encode({FrameKind::request, 1, largest + "x"}).error().code, Errc::too_large);
  Buffer head;
  Writer{head}.u32_be(frame_bytes_max + 1);
  FrameReader other;
  other.feed(head);
  EXPECT_EQ(other.next().error().code, Errc::too_large) << "refused before its body is waited for";
}

TEST(Refusal, KeepsCodeAndText) {
  const Error error = error_of_refusal(refusal_body(Error{Errc::exhausted, "the outbox is full"}));
  EXPECT_EQ(error.code, Errc::exhausted);
  EXPECT_EQ(error.what, "the outbox is full");
  EXPECT_EQ(error_of_refusal("[]").code, Errc::malformed);
  EXPECT_EQ(error_of_refusal(R"({"code":"nonsense","message":""})").code, Errc::malformed);
}

struct Pair {
  Fd near, far;
  Pair() {
    int fds[2];
    ENSURE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    near = Fd{fds[0]};
    far = Fd{fds[1]};
  }
};

Frame read_request(int fd, FrameReader& reader) {
  for (;;) {
    auto frame = reader.next();
    if (frame) return std::move(frame).value();
    std::uint8_t chunk[4096];
    const ssize_t got = ::read(fd, chunk, sizeof chunk);
    ENSURE(got > 0);
    reader.feed(Bytes{chunk, static_cast<std::size_t>(got)});
  }
}

void answer(int fd, const Frame& frame) {
  const Buffer bytes = encode(frame).value();
  ENSURE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

TEST(Channel, GivesEachThreadItsOwnAnswerWhateverTheOrder) {
  Pair pair;
  Channel channel{std::move(pair.near)};
  std::thread board{[&] {
    FrameReader reader;
    const Frame a = read_request(pair.far.get(), reader);
    const Frame b = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::answer, b.id, b.body});
    answer(pair.far.get(), {FrameKind::answer, a.id, a.body});
  }};
  const auto ask = [&](const std::string& text) { EXPECT_EQ(channel.call(text).value(), text); };
  std::thread one{ask, R"({"do":"one"})"};
  std::thread two{ask, R"({"do":"two"})"};
  one.join(), two.join(), board.join();
}

TEST(Channel, TurnsARefusalIntoAnError) {
  Pair pair;
  Channel channel{std::move(pair.near)};
  std::thread board{[&] {
    FrameReader reader;
    const Frame request = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::refusal, request.id, refusal_body(Error{Errc::forbidden, "no"})});
  }};
  EXPECT_EQ(channel.call("{}").error().code, Errc::forbidden);
  board.join();
}

TEST(Channel, SaysWhenTheBoardHasGone) {
  Pair pair;
  Channel channel{std::move(pair.near)};
  pair.far.close();
  EXPECT_EQ(channel.call("{}").error().what, "the board has gone");
  EXPECT_EQ(channel.call("{}").error().code, Errc::unavailable);
}

// As a board hands an open descriptor over.
void hand(int fd, const Frame& frame, int handed) {
  Buffer bytes = encode(frame).value();
  iovec piece{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &piece, message.msg_iovlen = 1;
  message.msg_control = control, message.msg_controllen = sizeof control;
  cmsghdr* const with = CMSG_FIRSTHDR(&message);
  with->cmsg_level = SOL_SOCKET, with->cmsg_type = SCM_RIGHTS, with->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(with), &handed, sizeof handed);
  ENSURE(::sendmsg(fd, &message, 0) == static_cast<ssize_t>(bytes.size()));
}

TEST(Channel, TakesAnOpenDescriptorWithTheAnswerThatItBelongsTo) {
  Pair pair, other;
  Channel channel{std::move(pair.near)};
  std::thread board{[&] {
    FrameReader reader;
    const Frame first = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::answer, 999, "{}"});  // nobody's; it may arrive in one piece with the next
    hand(pair.far.get(), {FrameKind::handover, first.id, "{}"}, other.near.get());
    const Frame second = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::refusal, second.id, refusal_body(Error{Errc::forbidden, "no"})});
    const Frame third = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::answer, third.id, "{}"});
    const Frame fourth = read_request(pair.far.get(), reader);
    answer(pair.far.get(), {FrameKind::handover, fourth.id, "{}"});
  }};
  const Fd handed = channel.call_for_descriptor("{}").value();
  ASSERT_EQ(::write(handed.get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(other.far.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  EXPECT_EQ(channel.call_for_descriptor("{}").error().code, Errc::forbidden);
  EXPECT_EQ(channel.call_for_descriptor("{}").error().code, Errc::malformed) << "a plain answer";
  EXPECT_EQ(channel.call_for_descriptor("{}").error().code, Errc::malformed) << "a handover of nothing";
  board.join();
}

TEST(Channel, SaysWhenItHasNoRoomForADescriptorAndTakesTheNextOne) {
  Pair pair, other;
  Channel channel{std::move(pair.near)};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::latch begun{1};  // sanitizers open descriptors when a thread begins
  std::thread board{[&] {
    begun.count_down();
    FrameReader reader;
    for (int i = 0; i < 2; ++i) {
      const Frame request = read_request(pair.far.get(), reader);
      hand(pair.far.get(), {FrameKind::handover, request.id, "{}"}, other.near.get());
    }
  }};
  begun.wait();
  const rlimit none{3, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_EQ(channel.call_for_descriptor("{}").error().code, Errc::exhausted);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(channel.call_for_descriptor("{}"));
  board.join();
}

// The exit code of `attempt` in a child that may change `own` and read `shown`; 77 when this kernel has no Landlock.
template <class Attempt>
int confined(const std::string& folder, Attempt attempt) {
  const int pid = ::fork();
  if (pid == 0) {
    const Status done = confine_files({{folder + "/shown", "/nowhere"}, {folder + "/own"}});
    ::_exit(!done && done.error().code == Errc::unavailable ? 77 : !done ? 78 : attempt());
  }
  int status = 0;
  ENSURE(::waitpid(pid, &status, 0) == pid);
  return WEXITSTATUS(status);
}

TEST(Landlock, LeavesWhatIsGrantedAndNothingElse) {
  char name[] = "/tmp/signet-landlock-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::string folder = name;
  for (const char* part : {"/own", "/shown", "/other"}) {
    ASSERT_TRUE(make_folder(folder + part, 0700));
    ASSERT_TRUE(write_file_atomic(folder + part + "/file", bytes_of("x"), 0600));
  }
  const auto open_in = [&](const std::string& path, int flags) {
    return confined(folder, [&] { return ::open((folder + path).c_str(), flags, 0600) >= 0 ? 0 : errno; });
  };
  if (open_in("/own/file", O_RDONLY) == 77) GTEST_SKIP() << "no Landlock in this kernel";
  EXPECT_EQ(open_in("/own/file", O_RDWR | O_TRUNC), 0);
  EXPECT_EQ(open_in("/own/new", O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(open_in("/shown/file", O_RDONLY), 0);
  EXPECT_EQ(open_in("/shown/file", O_RDWR), EACCES);
  EXPECT_EQ(open_in("/shown/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(open_in("/other/file", O_RDONLY), EACCES);
  EXPECT_EQ(open_in("/other/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(open_in("/other", O_RDONLY | O_DIRECTORY), EACCES);
  EXPECT_EQ(confined(folder, [&] { return ::unlink((folder + "/other/file").c_str()) == 0 ? 0 : errno; }), EACCES);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace signet::board
