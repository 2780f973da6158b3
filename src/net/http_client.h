// http_client.h -- one HTTPS request and its answer; libcurl does the work.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <functional>
#include <map>
#include <optional>

namespace signet::net {

struct HttpCall {
  std::string method = "GET";
  std::string url{};
  std::map<std::string, std::string> headers{};
  std::string body{};
  std::string ca_pem{};  // the only CA believed for https
  bool accept_any_certificate_to_learn_its_ca =
      false;            // only for the first contact, where the CA is then pinned by hash
  Seconds timeout{30};  // 0: as long as something comes
  // Of an answer 200: its body as it comes, instead of HttpAnswer::body; false ends it, well.
  std::function<bool(std::string_view)> on_body{};
  std::size_t response_bytes_max = 256u << 20;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};

// unavailable when nobody answers or the certificate is not of `ca_pem`; the error says which, and what to try.
Result<HttpAnswer> http_call(const HttpCall& call);

}  // namespace signet::net
