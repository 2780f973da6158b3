// played_board_for_test.h -- a board that a test plays: it notes what it is asked, and answers as it is told to.
#pragma once

#include "firmware/link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace signet::firmware {

class PlayedBoard_for_test {
 public:
  PlayedBoard_for_test() {
    int pair[2];
    ENSURE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    talk_over_for_test(Fd{pair[0]});
    socket_ = Fd{pair[1]};
    thread_ = std::thread{[this] { serve(); }};
  }
  ~PlayedBoard_for_test() { go(); }
  // Hangs up: what is asked from now on is refused as unavailable.
  void go() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }

  void answer(const std::string& what, json::object body) {
    const std::lock_guard hold{mutex_};
    answers_[what] = std::move(body);
  }
  void refuse(const std::string& what, Errc code, std::string why = "why") {
    const std::lock_guard hold{mutex_};
    refusals_.insert_or_assign(what, Error{code, std::move(why)});
  }
  // The answer to the next agent.next, or to the one that waits.
  void give(json::object event) {
    const std::lock_guard hold{mutex_};
    events_.push_back(std::move(event));
    give_what_waits();
  }
  // The `nth` request of this kind, from 0, once it was made; {"never": true} when it was not within 20 s.
  json::object asked(const std::string& what, std::size_t nth = 0) {
    std::unique_lock hold{mutex_};
    const auto made = [&] { return asked_[what].size() > nth; };
    return changed_.wait_for(hold, std::chrono::seconds{20}, made) ? asked_[what][nth] : json::object{{"never", true}};
  }
  std::size_t count(const std::string& what) {
    const std::lock_guard hold{mutex_};
    return asked_[what].size();
  }

 private:
  void serve() {
    board::FrameReader reader;
    std::uint8_t chunk[16384];
    for (;;) {
      const ssize_t got = ::recv(socket_.get(), chunk, sizeof chunk, 0);
      if (got <= 0) return;
      reader.feed(Bytes{chunk, static_cast<std::size_t>(got)});
      for (auto frame = reader.next(); frame; frame = reader.next()) on_request(frame.value());
    }
  }
  void on_request(const board::Frame& frame) {
    const json::object request = parse_json_object(frame.body).value();
    const std::string what = string_member(request, "do").value();
    const std::lock_guard hold{mutex_};
    asked_[what].push_back(request);
    changed_.notify_all();
    if (const auto refused = refusals_.find(what); refused != refusals_.end()) {
      const Error error = refused->second;
      refusals_.erase(refused);
      return send({board::FrameKind::refusal, frame.id, board::refusal_body(error)});
    }
    if (what == "agent.next") return waits_.push_back(frame.id), give_what_waits();
    send({board::FrameKind::answer, frame.id, json::serialize(answers_[what])});
  }
  void give_what_waits() {
    while (!waits_.empty() && !events_.empty()) {
      send({board::FrameKind::answer, waits_.front(), json::serialize(events_.front())});
      waits_.pop_front();
      events_.pop_front();
    }
  }
  void send(const board::Frame& frame) {
    const Buffer bytes = encode(frame).value();
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }

  Fd socket_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::string, json::object> answers_;
  std::map<std::string, Error> refusals_;  // each for one request
  std::map<std::string, std::vector<json::object>> asked_;
  std::deque<json::object> events_;
  std::deque<std::uint32_t> waits_;
  std::thread thread_;
};

}  // namespace signet::firmware
