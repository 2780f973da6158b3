#include "board/client/frame.h"

#include "base/errc_names.h"
#include "base/json.h"

namespace signet::board {
namespace {

constexpr std::size_t size_bytes = 4;
constexpr std::size_t head_bytes = 1 + 1 + 4;  // version, kind, id

}  // namespace

Result<Buffer> encode(const Frame& frame) {
  const std::size_t size = head_bytes + frame.body.size();
  if (size > frame_bytes_max) return Error{Errc::too_large, "the message is larger than 256 KiB"};
  Buffer out;
  Writer to{out};
  to.u32_be(static_cast<std::uint32_t>(size)).u8(frame_version).u8(static_cast<std::uint8_t>(frame.kind));
  to.u32_be(frame.id).text(frame.body);
  return out;
}

Result<Frame> FrameReader::next() {
  Reader in{pending_};
  if (pending_.size() < size_bytes) return Error{Errc::not_found, "no whole frame yet"};
  const std::size_t size = TRY(in.u32_be());
  if (size > frame_bytes_max) return Error{Errc::too_large, "a frame is larger than 256 KiB"};
  if (size < head_bytes) return Error{Errc::malformed, "a frame is shorter than its head"};
  if (in.size() < size) return Error{Errc::not_found, "no whole frame yet"};
  const std::uint8_t version = TRY(in.u8());
  if (version != frame_version) {
    return Error{Errc::malformed, "the other side speaks version " + std::to_string(version) + ", this one 1"};
  }
  const std::uint8_t kind = TRY(in.u8());
  if (kind < 1 || kind > 4) return Error{Errc::malformed, "no such kind of frame"};
  const std::uint32_t id = TRY(in.u32_be());
  const std::string_view body = text_of(TRY(in.take(size - head_bytes)));
  if (!is_utf8(body)) return Error{Errc::malformed, "a body is not UTF-8"};
  Frame frame{static_cast<FrameKind>(kind), id, std::string{body}};
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(size_bytes + size));
  return frame;
}

std::string refusal_body(const Error& error) {
  return json::serialize(json::object{{"code", name_of(error.code)}, {"message", error.what}});
}

Error error_of_refusal(std::string_view body) {
  const auto object = parse_json_object(body);
  if (!object) return object.error();
  const auto code = string_member(object.value(), "code");
  if (!code) return code.error();
  const auto message = string_member(object.value(), "message");
  if (!message) return message.error();
  const auto known = find_errc(code.value());
  if (!known) return Error{Errc::malformed, "a refusal with an unknown code"};
  return Error{*known, message.value()};
}

}  // namespace signet::board
