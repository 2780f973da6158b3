// request_id.h -- within net: what a request is called, in its answer (X-Request-Id), in our log and in the audit.
//
//   id := [A-Za-z0-9._:-]{1,64}     what the client called it, so that its log and ours meet; otherwise one of ours
#pragma once

#include "base/ids.h"

#include <map>

namespace signet::net {

inline constexpr const char* request_id_header = "x-request-id";
inline constexpr std::size_t request_id_bytes_max = 64;

// Nothing that could end a line, a JSON string or a header.
bool is_request_id(std::string_view text);

class RequestIds {
 public:
  RequestIds(Clock& clock, std::uint32_t seed) : ids_(clock, seed) {}
  std::string make();
  std::string name(const std::map<std::string, std::string>& headers);  // names in lower case

 private:
  IdSource ids_;
};

}  // namespace signet::net
