// fetched.h -- an answer of the manager to a GET, read as it comes (RFC 9112): HTTP/1.1 with a Content-Length, no
// other.
//   answer := "HTTP/1.1 " status " " text CRLF (header CRLF)* CRLF body
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <optional>
#include <string>

namespace signet::board {

inline constexpr std::size_t fetched_header_bytes_max = 4096;
inline constexpr std::size_t fetched_refusal_bytes_max = 4096;  // of a body that is no image

struct Fetched {
  int status = 0;
  std::optional<Seconds> retry_after{};
  Buffer body{};
};

class FetchedReader {
 public:
  // `size`: of the body of a 200 or 206, no more and no less.
  explicit FetchedReader(std::size_t size) : size_(size) {}
  // Nothing yet; or all of it; or what is wrong: malformed, too_large. Bytes after its end are wrong too.
  Result<std::optional<Fetched>> feed(Bytes bytes);

 private:
  Status read_head();
  Status read_header(std::string_view line);

  std::size_t size_;
  std::string head_;
  std::optional<std::size_t> length_;
  bool in_body_ = false;
  Fetched out_;
};

}  // namespace signet::board
