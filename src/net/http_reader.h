// http_reader.h -- within net: bytes in, HTTP/1.1 requests out, one at a time (RFC 9112). Boost.Beast parses; the rules
// against requests that two readers could cut differently (request smuggling, RFC 9112 11.2) are added here.
#pragma once

#include "net/http_server.h"

#include <variant>

namespace signet::net {

struct HttpLimits {
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
};

class HttpReader {
 public:
  struct NeedMore {
    bool wants_continue = false;  // true once, when the client waits for "100 Continue" before it sends the body
  };
  struct Request {
    HttpRequest request;  // peer_address is the caller's to fill
    bool keep_alive;
  };
  struct Refused {
    int status;  // 400, 413, 415, 431 or 501; nothing after it can be understood, so the connection ends
  };
  using Next = std::variant<NeedMore, Request, Refused>;

  explicit HttpReader(const HttpLimits& limits);
  ~HttpReader();

  void add(Bytes bytes);
  Next next();
  bool begun() const;  // some bytes of a request are here

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::net
