// firmware.h -- the program, Python's interpreter or a native executable, as a confined child: no descriptor but 0, 1,
// 2 and the socketpair, no new privileges, limits on memory, files and descriptors, an empty environment, a folder of
// its own; it dies with the board.
#pragma once

#include "agent/backoff.h"
#include "base/port/file.h"
#include "board/client/frame.h"
#include "board/console_line.h"
#include "board/refusals.h"
#include "net/loop.h"

#include <deque>

namespace signet::board {

struct FirmwareConfig {
  std::vector<std::string> command;  // absolute path first: {"/usr/bin/python3", "-I", ..., "main.py"}; none: no Python
  std::string folder;                // its working folder, made when missing
  Fd executable{};                   // sealed (native.h): runs instead of the command
};

inline constexpr std::size_t firmware_memory_bytes_max = 1u << 30;
inline constexpr std::size_t firmware_file_bytes_max = 64u << 20;
inline constexpr std::size_t firmware_descriptors_max = 64;
inline constexpr std::size_t firmware_unread_bytes_max = 1u << 20;  // answers that it does not read; then it is ended
inline constexpr std::size_t firmware_line_bytes_max = 1024;        // a longer line of its text is cut
inline constexpr Seconds firmware_stable_after{30};                 // then a crash starts the backoff over
inline constexpr int trial_crashes_max = 2;                         // of a version on trial; with the third it goes

struct FirmwareEvents {
  virtual ~FirmwareEvents() = default;
  virtual void on_firmware_text(std::string_view line) = 0;  // without LF
  virtual void on_firmware_request(const Frame& frame) = 0;
  virtual void on_firmware_refused(const char* call) = 0;    // it tried to open a door; each call once a start
  virtual void on_firmware_end(const std::string& how) = 0;  // "ended", "crashed: ..., next start in 400 ms"
};

class Firmware {
 public:
  // `loop`, `random` and `events` outlive it.
  Firmware(net::Loop& loop, crypto::Random& random, FirmwareConfig config, FirmwareEvents& events)
      : loop_(loop), backoff_(random), config_(std::move(config)), events_(events) {}
  ~Firmware() { stop(); }

  // Of the next start; none: the command. REQUIRES: it does not run.
  void set_executable(Fd executable) { config_.executable = std::move(executable); }
  bool has_python() const { return !config_.command.empty(); }
  Status start();
  void stop();                          // at once, as when power is lost
  void fail(const std::string& fault);  // ends it as a crash; `fault` says why
  bool running() const { return pid_ > 0; }
  bool has_crashed() const { return restart_.has_value(); }  // and will be started again
  void send(const Frame& frame, Fd handed = {});             // with an open descriptor: frame is a handover

 private:
  Status watch();
  void read_text();
  void take_text(bool last);
  void on_socket(net::Ready ready);
  void read_requests();
  void write_answers();
  ssize_t write_some();
  void on_exit();
  void clean_up();
  void again(const std::string& how);

  net::Loop& loop_;
  agent::Backoff backoff_;
  FirmwareConfig config_;
  FirmwareEvents& events_;
  int pid_ = 0;
  Instant started_{};
  Fd process_, text_, socket_;
  std::unique_ptr<Refusals> refusals_;
  LineReader lines_{firmware_line_bytes_max};
  FrameReader reader_;
  Buffer unsent_;
  struct Handed {
    std::size_t before;  // so many bytes of unsent_ go first
    Fd fd;
  };
  std::deque<Handed> handed_;
  std::optional<net::Loop::TimerId> restart_;
};

}  // namespace signet::board
