#include "net/request_id.h"

#include <algorithm>

namespace signet::net {
namespace {

struct RequestKind {
  static constexpr const char* prefix = "req-";
};

}  // namespace

bool is_request_id(std::string_view text) {
  constexpr std::string_view marks = "._:-";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || marks.find(c) != marks.npos;
  };
  return !text.empty() && text.size() <= request_id_bytes_max && std::all_of(text.begin(), text.end(), fits);
}

std::string RequestIds::make() { return ids_.next<RequestKind>().str(); }

std::string RequestIds::name(const std::map<std::string, std::string>& headers) {
  const auto given = headers.find(request_id_header);
  return given != headers.end() && is_request_id(given->second) ? given->second : make();
}

}  // namespace signet::net
