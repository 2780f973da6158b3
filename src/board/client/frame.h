// frame.h -- what a firmware and its board say to each other over the inherited socketpair.
//
//   frame := size:u32be version:u8 kind:u8 id:u32be body       size counts version to body; body is JSON, UTF-8
//
// A request is an object with the member "do"; docs/formats/board-client.md lists them. Every request gets exactly one
// answer or refusal with its id; answers may come in another order. Pure: no descriptor.
#pragma once

#include "base/bytes.h"

#include <string>

namespace signet::board {

inline constexpr std::uint8_t frame_version = 1;
inline constexpr std::size_t frame_bytes_max = 256 * 1024;  // version to body
inline constexpr int firmware_fd = 3;                       // where a firmware finds its end of the socketpair

// handover: an answer that an open descriptor comes with (SCM_RIGHTS, on its first byte).
enum class FrameKind : std::uint8_t { request = 1, answer = 2, refusal = 3, handover = 4 };

struct Frame {
  FrameKind kind = FrameKind::request;
  std::uint32_t id = 0;
  std::string body;
  bool operator==(const Frame&) const = default;
};

// too_large past frame_bytes_max.
Result<Buffer> encode(const Frame& frame);

// Cuts a stream into frames. After an error the stream has lost its place: close it.
class FrameReader {
 public:
  void feed(Bytes bytes) { pending_.insert(pending_.end(), bytes.begin(), bytes.end()); }
  // The next whole frame. not_found: feed more.
  Result<Frame> next();

 private:
  Buffer pending_;
};

// {"code": "...", "message": "..."}
std::string refusal_body(const Error& error);
// The same read back; a body that is no such object is itself malformed.
Error error_of_refusal(std::string_view body);

}  // namespace signet::board
