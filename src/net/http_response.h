// http_response.h -- within net: an answer as bytes, with the headers that every answer has.
#pragma once

#include "net/http_server.h"

namespace signet::net {

struct HttpFraming {
  bool head_only = false;    // the request was HEAD: same headers, no body
  bool close_after = false;  // the connection ends after this answer
  bool over_tls = false;     // then browsers are told to never come without (RFC 6797)
  bool is_endless = false;   // the body follows, and ends with the connection (RFC 9112 6.3)
  std::string request_id{};  // X-Request-Id
};

// An answer whose headers could not be sent as they are becomes a 500: a line break in a value would start another
// header. `now` becomes Date (RFC 9110 6.6.1).
std::string encode_response(const HttpResponse& response, const HttpFraming& framing, Timestamp now);

// A fixed sentence for the peer, {"error":{"code","message","detail","request_id"}}; the reason stays in our log.
HttpResponse fixed_error(int status, const std::string& request_id);
std::string_view detail_of(int status);  // what it says

}  // namespace signet::net
