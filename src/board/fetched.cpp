#include "board/fetched.h"

#include "base/bytes.h"

#include <charconv>

namespace signet::board {
namespace {

Error wrong(const char* what) { return {Errc::malformed, std::string{"the manager's answer "} + what}; }

Result<std::size_t> number_of(std::string_view text) {
  std::size_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return wrong("has a number that is none");
  return out;
}

}  // namespace

Status FetchedReader::read_header(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos) return wrong("has a header without a colon");
  const std::string name = lower(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  if (name == "transfer-encoding" || name == "content-encoding") return wrong("is encoded");
  if (name == "retry-after") {
    const auto seconds = number_of(value);  // a date is as if it were not there
    if (seconds) out_.retry_after = Seconds{static_cast<std::int64_t>(std::min<std::size_t>(seconds.value(), 86'400))};
  }
  if (name != "content-length") return {};
  if (length_) return wrong("has two lengths");
  length_ = TRY(number_of(value));
  return {};
}

Status FetchedReader::read_head() {
  std::string_view rest = head_;
  const std::string_view first = rest.substr(0, rest.find("\r\n"));
  if (!first.starts_with("HTTP/1.1 ") || first.size() < 12) return wrong("is no HTTP/1.1");
  out_.status = static_cast<int>(TRY(number_of(first.substr(9, 3))));
  for (rest.remove_prefix(first.size() + 2); rest != "\r\n";) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    TRY(read_header(line));
    rest.remove_prefix(line.size() + 2);
  }
  if (!length_) return wrong("does not say how long it is");
  const bool is_image = out_.status == 200 || out_.status == 206;
  if (is_image && *length_ != size_) return Error{Errc::too_large, "the manager sends another size than it announced"};
  if (!is_image && *length_ > fetched_refusal_bytes_max) return wrong("refuses at too great length");
  return {};
}

Result<std::optional<Fetched>> FetchedReader::feed(Bytes bytes) {
  while (!in_body_ && !bytes.empty()) {
    head_.push_back(static_cast<char>(bytes[0]));
    bytes = bytes.subspan(1);
    if (head_.size() > fetched_header_bytes_max) return wrong("has too many headers");
    if (!head_.ends_with("\r\n\r\n")) continue;
    TRY(read_head());
    in_body_ = true;
  }
  if (!in_body_) return std::optional<Fetched>{};
  if (bytes.size() > *length_ - out_.body.size()) return Error{Errc::too_large, "the manager sends more than it said"};
  out_.body.insert(out_.body.end(), bytes.begin(), bytes.end());
  if (out_.body.size() < *length_) return std::optional<Fetched>{};
  return std::optional{std::exchange(out_, {})};
}

}  // namespace signet::board
