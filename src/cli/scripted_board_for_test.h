// scripted_board_for_test.h -- a board on a pseudo-terminal: for each request line it gives the next answer of its
// script. An answer may hold "ID", which becomes the request's id.
#pragma once

#include "base/port/file.h"
#include "cli/console_line.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>
#include <thread>

namespace signet::cli {

class ScriptedBoard_for_test {
 public:
  using Answer = std::function<std::string(std::string_view request)>;

  static Answer says(std::string text) {
    return [text = std::move(text)](std::string_view) { return text; };
  }
  explicit ScriptedBoard_for_test(std::vector<Answer> answers) : answers_(std::move(answers)) { start(); }
  ~ScriptedBoard_for_test() {
    tool_.close();  // a tool that asked less than the script: the board hears the hang-up
    join();
  }
  const std::string& path() const { return path_; }
  const std::vector<std::string>& heard() {
    join();
    return heard_;
  }

 private:
  void start() {
    int board = -1;
    int tool = -1;
    char name[128];
    ENSURE(::openpty(&board, &tool, name, nullptr, nullptr) == 0);
    board_ = Fd{board};
    tool_ = Fd{tool};  // kept open, so that the board does not hear a hang-up before the tool comes
    path_ = name;
    thread_ = std::thread{[this] { play(); }};
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void play() {
    LineReader reader;
    std::size_t next = 0;
    while (next < answers_.size()) {
      std::uint8_t bytes[256];
      const ssize_t got = ::read(board_.get(), bytes, sizeof bytes);
      if (got <= 0) return;
      reader.feed({bytes, static_cast<std::size_t>(got)}, [&](std::string_view line) {
        if (!line.starts_with('!') || next >= answers_.size()) return;
        heard_.emplace_back(line);
        std::string answer = answers_[next++](line);
        const std::string id = std::to_string(parse_json_object(line.substr(1)).value().at("id").as_int64());
        if (const auto at = answer.find("ID"); at != answer.npos) answer.replace(at, 2, id);
        EXPECT_EQ(::write(board_.get(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
      });
    }
  }

  std::vector<Answer> answers_;
  std::vector<std::string> heard_;
  Fd board_;
  Fd tool_;
  std::string path_;
  std::thread thread_;
};

}  // namespace signet::cli
