// The driver on a real socket: one server in this process, then the program signet-element itself.
#include "base/port/process.h"
#include "element/atecc/atecc.h"
#include "element/emulator/emulator.h"
#include "element/link/bus_server.h"
#include "element/link/open_link.h"
#include "element/link/recorder.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <thread>

namespace signet::element {
namespace {

using emulator::Emulator;

class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "signet-bus-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string{name}; }

 private:
  std::string path_;
};

// A bus server on a thread of its own, stopped and joined at its end.
class Served {
 public:
  Served(const std::string& path, BusDevice& device)
      : server_(BusServer::create(path, device, clock_).value()),
        thread_([this] { EXPECT_TRUE(server_.run(stop_.get())); }) {}
  ~Served() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
  }

 private:
  SystemClock clock_;
  Fd stop_{::eventfd(0, EFD_CLOEXEC)};
  BusServer server_;
  std::thread thread_;
};

class ElementBus : public testing::Test {
 protected:
  // Locks the configuration as it is: slot 0 of a factory part signs.
  void lock_config(Atecc& atecc) {
    const ConfigZone config = atecc.read_config().value();
    ASSERT_TRUE(atecc.lock_config(config));
  }

  SystemClock clock;
  crypto::SystemRandom random;
  Folder folder;
  const std::string socket = folder / "s";
  std::unique_ptr<Emulator> chip = Emulator::in_memory(clock, random);
};

TEST_F(ElementBus, CarriesAPersonalisation) {
  Served served{socket, *chip};
  const auto link = open_link("unix:" + socket);
  ASSERT_TRUE(link) << link.error().what;
  Atecc atecc{*link.value()};
  ASSERT_NO_FATAL_FAILURE(lock_config(atecc));
  const auto key = atecc.gen_key(0);
  ASSERT_TRUE(key) << key.error().what;
  const crypto::Digest digest = crypto::sha256(bytes_of("over the bus"));
  EXPECT_TRUE(crypto::verify(key.value(), digest, atecc.sign(digest).value()));
  EXPECT_EQ(atecc.uid().value(), serial_of(chip->config()));
}

TEST_F(ElementBus, CarriesAPersonalisationInTheTimeAChipTakes) {
  chip->set_timing(emulator::Timing::chip);
  Served served{socket, *chip};
  const auto link = open_link("unix:" + socket);
  Atecc atecc{*link.value()};
  ASSERT_NO_FATAL_FAILURE(lock_config(atecc));
  const Instant start = clock.monotonic();
  const auto key = atecc.gen_key(0);
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_GE(clock.monotonic() - start, emulator::execution_time_typical(0x40, 0));
  const crypto::Digest digest = crypto::sha256(bytes_of("no sooner than a chip"));
  EXPECT_TRUE(crypto::verify(key.value(), digest, atecc.sign(digest).value()));
}

TEST_F(ElementBus, GivesEveryHostItsOwnSignatures) {
  Served served{socket, *chip};
  const auto first = open_link("unix:" + socket);
  Atecc host{*first.value()};
  ASSERT_NO_FATAL_FAILURE(lock_config(host));
  const crypto::PublicKey key = host.gen_key(0).value();

  constexpr int hosts = 4, signatures = 25;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int h = 0; h < hosts; ++h) {
    threads.emplace_back([&, h] {
      const auto link = open_link("unix:" + socket);
      Atecc atecc{*link.value()};
      for (int i = 0; i < signatures; ++i) {
        const crypto::Digest digest = crypto::sha256(bytes_of(std::to_string(h * 1000 + i)));
        const auto signature = atecc.sign(digest);
        if (signature && crypto::verify(key, digest, signature.value())) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, hosts * signatures);
}

TEST_F(ElementBus, FindsAChipThatMovedToAnotherAddress) {
  Served served{socket, *chip};
  const auto link = open_link("unix:" + socket);
  Atecc atecc{*link.value()};
  ConfigZone wanted = atecc.read_config().value();
  wanted[at::i2c_address] = 0x6a;  // Trust&GO
  ASSERT_TRUE(atecc.write_config(wanted));
  EXPECT_EQ(atecc.read_config().value()[at::i2c_address], 0x6a);
  wanted[at::i2c_address] = 0x24;
  ASSERT_TRUE(atecc.write_config(wanted));
  EXPECT_EQ(atecc.revision().error().what, "secure element: gave up after 4 attempts: no chip answers on the bus at " +
                                               socket + " (tried 0x60, 0x35, 0x36)");
}

TEST_F(ElementBus, ComesBackWhenTheServerDoes) {
  auto served = std::make_unique<Served>(socket, *chip);
  const auto link = open_link("unix:" + socket);
  Atecc atecc{*link.value()};
  ASSERT_TRUE(atecc.revision());
  served.reset();
  EXPECT_FALSE(file_exists(socket)) << "the server takes its socket with it";
  const auto gone = atecc.revision();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::unavailable);
  EXPECT_NE(gone.error().what.find("is signet-element running?"), std::string::npos) << gone.error().what;
  served = std::make_unique<Served>(socket, *chip);
  EXPECT_TRUE(atecc.revision());
}

TEST_F(ElementBus, WakesAChipThatAHostLeftHalfAwake) {
  Served served{socket, *chip};
  const auto careless = open_link("unix:" + socket);
  ASSERT_TRUE(careless.value()->wake());
  ASSERT_TRUE(careless.value()->exchange(encode({.opcode = 0x30}), Millis{5}));
  EXPECT_TRUE(careless.value()->wake()) << "its old answer is no greeting";
}

TEST_F(ElementBus, RefusesALivePathAndReplacesADeadOne) {
  {
    Served served{socket, *chip};
    const auto second = BusServer::create(socket, *chip, clock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, socket + ": another program serves here already");
  }
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);  // bound, closed and left behind, as after kill -9
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(socket.begin(), socket.end(), address.sun_path);
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  EXPECT_TRUE(BusServer::create(socket, *chip, clock));
  const std::string file = folder / "file";
  ASSERT_TRUE(write_file_atomic(file, {}, 0600));
  EXPECT_EQ(BusServer::create(file, *chip, clock).error().code, Errc::conflict);
  EXPECT_TRUE(file_exists(file));
}

TEST_F(ElementBus, ARecordedConversationCanBeReplayed) {
  RecorderLink recorder{*chip};
  const Uid uid = Atecc{recorder}.uid().value();
  ReplayLink replay{recorder.lines()};
  EXPECT_EQ(Atecc{replay}.uid().value(), uid);
  EXPECT_TRUE(replay.at_end());
}

// The program itself, its standard error in a pipe.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end_ = Fd{ends[0]};
    const Fd write_end{ends[1]};
    arguments.insert(arguments.begin(), SIGNET_BIN_DIR "/signet-element");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(write_end.get(), STDERR_FILENO);
      ::dup2(write_end.get(), STDOUT_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
  }
  ~Program() {
    if (pid_ > 0) stop(SIGKILL);
  }
  // Text up to the first line that contains `what`, or to the end.
  std::string read_until(std::string_view what) {
    char c;
    while (said_.find(what) == said_.npos || said_.back() != '\n') {
      if (::read(read_end_.get(), &c, 1) != 1) break;
      said_ += c;
    }
    return said_;
  }
  // Its exit code; 128 and the signal's number when it was killed.
  int stop(int signal) {
    ::kill(pid_, signal);
    return wait();
  }
  int wait() {
    int how = 0;
    ::waitpid(std::exchange(pid_, -1), &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
  }

 private:
  pid_t pid_ = -1;
  Fd read_end_;
  std::string said_;
};

TEST(SignetElement, KeepsItsChipThroughKillAndStopsWhenAsked) {
  Folder folder;
  const std::vector<std::string> arguments = {"--socket", folder / "s", "--state", folder / "chip"};
  std::uint32_t count = 0;
  Uid uid{};
  for (int round = 0; round < 3; ++round) {
    Program program{arguments};
    ASSERT_NE(program.read_until("element.ready").find("\"event\":\"element.ready\""), std::string::npos);
    const auto link = open_link("unix:" + folder / "s");
    ASSERT_TRUE(link) << link.error().what;
    Atecc atecc{*link.value()};
    if (round == 0) uid = atecc.uid().value();
    EXPECT_EQ(atecc.uid().value(), uid);
    EXPECT_EQ(atecc.counter(0).value(), count);
    count = atecc.increment(0).value();
    if (round < 2) {
      EXPECT_EQ(program.stop(SIGKILL), 128 + SIGKILL);
    } else {
      EXPECT_EQ(program.stop(SIGTERM), 0);
      EXPECT_FALSE(file_exists(folder / "s"));
    }
  }
  struct stat found;
  ASSERT_EQ(::stat((folder / "chip").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(SignetElement, ExplainsItselfAndItsMistakes) {
  Program help{{"--help"}};
  const std::string text = help.read_until("\f");
  EXPECT_EQ(help.wait(), 0);
  EXPECT_NE(text.find("THIS IS NOT A SECURE ELEMENT"), std::string::npos);
  EXPECT_NE(text.find("Example:"), std::string::npos);

  Program nothing{{}};
  EXPECT_NE(nothing.read_until("\f").find("signet-element --socket"), std::string::npos);
  EXPECT_EQ(nothing.wait(), 64);

  Folder folder;
  ASSERT_TRUE(write_file_atomic(folder / "chip", Buffer{1, 2, 3}, 0600));
  Program damaged{{"--socket", folder / "s", "--state", folder / "chip"}};
  EXPECT_NE(damaged.read_until("\f").find(folder / "chip" + ": this is no chip file"), std::string::npos);
  EXPECT_EQ(damaged.wait(), 70);
}

}  // namespace
}  // namespace signet::element
