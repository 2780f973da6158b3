// http_server.h -- HTTP/1.1 for people and programs (RFC 9112). Boost.Beast lives behind this header, on a thread of
// its own.
#pragma once

#include "base/clock.h"
#include "net/tls.h"

#include <map>
#include <mutex>

namespace signet::net {

inline constexpr std::size_t stream_bytes_max = 256 * 1024;  // that wait for one reader of a stream

struct HttpRequest {
  std::string method;                             // "GET"
  std::string path;                               // decoded, without the query: "/v3/workspaces"
  std::multimap<std::string, std::string> query;  // decoded
  std::map<std::string, std::string> headers;     // names in lower case
  std::string body;
  std::string peer_address;
  std::string id{};  // request_id.h: what it is called; X-Request-Id of its answer
};

// The body of an answer that goes on: what is pushed, until it is ended. From any thread. What its reader does not take
// waits here, and no more than stream_bytes_max of it.
class HttpStream {
 public:
  enum class Pushed : std::uint8_t { taken, full, gone };
  Pushed push(std::string_view text);  // all of it or nothing; full: the reader does not keep up
  // The last word, and the end. What the reader was too slow for is dropped for it.
  void end(std::string_view last);
  bool was_taken() const;  // by a connection, at some time
  bool is_gone() const;

  // --- for the connection
  void attach(std::function<bool()> wake);  // false: it cannot be woken now
  void detach();
  struct Piece {
    std::string text;
    bool is_last = false;
  };
  Piece take();

 private:
  void wake(std::unique_lock<std::mutex> lock);
  mutable std::mutex mutex_;
  std::string waiting_;
  std::function<bool()> wake_;
  bool woken_ = false;
  bool attached_ = false;
  bool ended_ = false;
  bool gone_ = false;
};

struct HttpResponse {
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers{};
  std::shared_ptr<HttpStream> stream{};  // then this is the body, and the connection ends with it
  // Makes the answer, on any thread that may take its time: this one is only its promise, and is not to be sent.
  std::function<HttpResponse()> later{};
  // Of what `later` made: makes the answer after all, on the thread that promised it.
  std::function<HttpResponse()> then{};
};

using HttpReply = std::function<void(HttpResponse)>;              // call once, from any thread
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;  // called on the server's thread
// What was refused before it was a request: whose, and why. Called on the server's thread.
using HttpRefused = std::function<void(const std::string& peer_address, std::string_view why)>;

struct HttpConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<ServerIdentity> identity{};  // none: plain HTTP, refused for any host but loopback
  std::size_t body_bytes_max = 32u << 20;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t connections_max = 512;
  std::size_t requests_bytes_max = 256u << 20;  // all that is being read, over all connections
  Millis request_timeout{30'000};
  HttpRefused on_refused{};
};

class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> create(const HttpConfig& config, HttpHandler handler);
  ~HttpServer();  // stops; replies that come later are dropped
  std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::net
