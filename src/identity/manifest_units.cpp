#include "identity/manifest_units.h"

#include "identity/malformed.h"

namespace signet::identity {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;

}  // namespace

// Afterwards at least `size` bytes lie ahead, or all that there are.
Status ManifestUnits::want(std::size_t size) {
  while (rest_.size() < size && !at_end_) {
    const std::size_t left = rest_.size();
    window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(left));
    window_.resize(left + chunk_bytes);
    const std::size_t got = TRY(read_more_(std::span{window_}.subspan(left)));
    ENSURE(got <= chunk_bytes);
    window_.resize(left + got);
    at_end_ = got == 0;
    rest_ = text_of(window_);
  }
  return {};
}

Status ManifestUnits::skip_space() {
  do {
    TRY(want(1));
    const std::size_t size = rest_.find_first_not_of(" \t\r\n");  // RFC 8259 section 2
    rest_.remove_prefix(std::min(size, rest_.size()));
  } while (rest_.empty() && !at_end_);
  return {};
}

Status ManifestUnits::expect(char c, std::string_view what) {
  TRY(skip_space());
  if (rest_.empty()) return malformed("the file is cut off: " + std::string{what} + " is missing");
  if (rest_[0] != c) return malformed(std::string{what} + " is missing");
  rest_.remove_prefix(1);
  return {};
}

Status ManifestUnits::begin() {
  begun_ = true;
  return expect('[', "the \"[\" of a list of units");
}

Result<std::string_view> ManifestUnits::object() {
  TRY(skip_space());
  if (rest_.empty()) return malformed("the file is cut off: a unit is missing");
  if (rest_[0] != '{') return malformed("not a JSON object");
  TRY(want(manifest_unit_bytes_max + 1));
  unsigned depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < rest_.size(); ++at) {
    if (at >= manifest_unit_bytes_max) return Error{Errc::too_large, "more than 64 KiB"};
    const char c = rest_[at];
    if (in_text) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) {
      const std::string_view out = rest_.substr(0, at + 1);
      rest_.remove_prefix(at + 1);
      return out;
    }
  }
  return malformed("the file is cut off within this unit");
}

Result<std::optional<std::string_view>> ManifestUnits::next() {
  if (!begun_) TRY(begin());
  TRY(skip_space());
  if (any_ && !rest_.empty() && rest_[0] == ']') {
    rest_.remove_prefix(1);
    TRY(skip_space());
    if (!rest_.empty()) return malformed("something follows the \"]\" of the list");
    return std::optional<std::string_view>{};
  }
  if (any_) TRY(expect(',', "\",\" or \"]\""));
  any_ = true;
  return std::optional{TRY(object())};
}

}  // namespace signet::identity
