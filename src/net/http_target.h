// http_target.h -- within net: the request target of HTTP (RFC 9112 3.2.1, RFC 3986 2.1), taken apart strictly.
//
//   target := path [ "?" name [ "=" value ] *( "&" name [ "=" value ] ) ]       path begins with "/"
//
// Refused, because two readers could understand them differently: "%" without two hex digits, an encoded "/", "." and
// ".." as segments, control characters, and anything that is not UTF-8 once decoded.
#pragma once

#include "base/bytes.h"

#include <map>

namespace signet::net {

inline constexpr std::size_t target_bytes_max = 8 * 1024;
inline constexpr std::size_t query_fields_max = 64;

struct Target {
  std::string path;
  std::multimap<std::string, std::string> query;
};
Result<Target> parse_target(std::string_view target);

}  // namespace signet::net
