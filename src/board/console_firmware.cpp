// An update, or the first version after a disaster, over the console (docs/formats/console.md). The images are signed:
// whoever sits at the console can bring none but their owner's.
#include "board/board.h"

namespace signet::board {
namespace {

Result<signet::boot::Part> parse_part(std::string_view name) {
  if (name == "os") return signet::boot::Part::os;
  if (name == "application") return signet::boot::Part::application;
  return Error{Errc::malformed, "a part is \"os\" or \"application\""};
}

}  // namespace

Status Board::require_flash() const {
  if (parts_.bootloader) return {};
  return Error{Errc::conflict, "this board runs a program of its command line: start it with --flash"};
}

Result<json::object> Board::begin_firmware(const json::object& arguments) {
  TRY(require_flash());
  const auto part = TRY(parse_part(TRY(string_member(arguments, "part"))));
  TRY(parts_.bootloader->prepare(part));
  return json::object{{"room", Bootloader::room(part)}};
}

Result<json::object> Board::write_firmware(const json::object& arguments) {
  TRY(require_flash());
  const auto part = TRY(parse_part(TRY(string_member(arguments, "part"))));
  const std::int64_t at = TRY(integer_member(arguments, "at"));
  if (at < 0 || at > Bootloader::room(part)) return Error{Errc::too_large, "the image is larger than its place"};
  const Buffer data = TRY(decode_base64url(TRY(string_member(arguments, "data"))));
  TRY(parts_.bootloader->write(part, static_cast<std::uint32_t>(at), data));
  return json::object{};
}

Result<json::object> Board::request_firmware(const json::object& arguments) {
  TRY(require_flash());
  signet::boot::Parts parts = 0;
  for (const json::value& name : TRY(array_member(arguments, "parts"))) {
    if (!name.is_string()) return Error{Errc::malformed, "\"parts\" are names"};
    parts |= signet::boot::parts_of(TRY(parse_part(name.as_string())));
  }
  if (parts == 0) return Error{Errc::malformed, "\"parts\" names none"};
  TRY(parts_.bootloader->request(parts));
  say("a new version goes in at the next start");
  return json::object{};
}

Result<json::object> Board::confirm_firmware(const json::object&) {
  TRY(require_flash());
  TRY(confirm_firmware());
  return json::object{};
}

}  // namespace signet::board
