// http_session.h -- within net: one HTTP connection: one request at a time, each against the clock.
//
//   reading -> handling -> sending -> reading ...
//                       -> streaming                  (until it ends)
#pragma once

#include "net/connection.h"
#include "net/http_reader.h"
#include "net/http_server.h"
#include "net/request_id.h"

#include <mutex>

namespace signet::net {

inline constexpr std::size_t send_piece_bytes = 256 * 1024;  // of a long answer, queued at once

// The way into the server's loop for replies of any thread; closed when the server is gone.
struct HttpMailbox {
  std::mutex mutex;
  Loop* loop = nullptr;
};

// What all connections of one server share, on its thread.
struct HttpShared {
  HttpConfig config;
  HttpHandler handler;
  std::shared_ptr<HttpMailbox> mailbox;
  RequestIds* ids = nullptr;
  bool over_tls = false;
  std::size_t reading_bytes = 0;
};

class HttpSession final : public ConnectionEvents, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(Loop& loop, HttpShared& shared);

  void on_open(Connection& connection) override;
  void on_bytes(Connection& connection, Bytes bytes) override;
  void on_drained(Connection& connection) override;
  void on_close(Connection& connection, const std::optional<Error>& why) override;

 private:
  enum class Phase : std::uint8_t { reading, handling, sending, streaming };

  void advance();
  void handle(HttpReader::Request next);
  void reply(std::uint64_t number, const HttpResponse& response);
  void answer(const HttpResponse& response);
  void refuse(int status);
  void send_piece();
  void begin_stream(const HttpResponse& response);
  void stream_on();
  void start_timer();
  void on_late();
  void account(std::size_t bytes);

  Loop& loop_;
  HttpShared& shared_;
  Connection* connection_ = nullptr;
  HttpReader reader_;
  Phase phase_ = Phase::reading;
  bool begun_ = false;  // the timer counts for a request, not for an idle connection
  bool head_only_ = false;
  bool close_after_ = false;
  std::string id_;            // of the request that is being handled; empty: not read yet
  std::uint64_t number_ = 0;  // of the request; a reply to an earlier one is dropped
  std::size_t accounted_ = 0;
  std::string out_;
  std::size_t sent_ = 0;
  std::shared_ptr<HttpStream> stream_;
  bool stream_sends_ = false;  // a piece is on its way
  Loop::TimerId timer_ = 0;
};

}  // namespace signet::net
