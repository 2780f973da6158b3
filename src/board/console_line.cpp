#include "board/console_line.h"

#include "base/errc_names.h"

namespace signet::board {
namespace {

json::value id_value(std::optional<std::int64_t> id) { return id ? json::value(*id) : json::value(nullptr); }

constexpr std::string_view board_mark = "board:";

// In UTF-8 the controls of 0x80 to 0x9f are two bytes: c2 and that.
std::string without_controls(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool high_control = byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (utf8 && high_control)
      ++at;
    else if (byte >= 0x80 ? utf8 : (byte >= 0x20 && byte != 0x7f) || byte == '\t')
      out.push_back(text[at]);
  }
  return out;
}

}  // namespace

void LineReader::feed(Bytes bytes) {
  for (const std::uint8_t byte : bytes) {
    if (byte != '\n') {
      if (pending_.size() + 1 >= bytes_max_) skipping_ = true, pending_.clear();
      if (!skipping_) pending_.push_back(static_cast<char>(byte));
      continue;
    }
    if (!pending_.empty() && pending_.back() == '\r') pending_.pop_back();
    lines_.push_back({std::exchange(pending_, {}), std::exchange(skipping_, false)});
  }
}

std::optional<LineReader::Line> LineReader::next() {
  if (given_ == lines_.size()) {
    lines_.clear();
    given_ = 0;
    return std::nullopt;
  }
  return std::move(lines_[given_++]);
}

std::optional<LineReader::Line> LineReader::rest() {
  if (pending_.empty() && !skipping_) return std::nullopt;
  return Line{std::exchange(pending_, {}), std::exchange(skipping_, false)};
}

Result<ConsoleRequest> parse_request(std::string_view line) {
  if (!is_request(line)) return Error{Errc::malformed, "a request begins with '!'"};
  ConsoleRequest request;
  request.arguments = TRY(parse_json_object(line.substr(1)));
  request.id = TRY(integer_member(request.arguments, "id"));
  request.what = TRY(string_member(request.arguments, "do"));
  return request;
}

std::string answer_line(std::optional<std::int64_t> id, const json::value& ok) {
  return "!" + json::serialize(json::object{{"id", id_value(id)}, {"ok", ok}}) + "\n";
}

std::string refusal_line(std::optional<std::int64_t> id, const Error& error) {
  const json::object body{{"code", name_of(error.code)}, {"message", error.what}};
  return "!" + json::serialize(json::object{{"id", id_value(id)}, {"error", body}}) + "\n";
}

std::string board_line(std::string_view text) { return std::string{board_mark} + " " + without_controls(text) + "\n"; }

std::string firmware_line(std::string_view text) {
  std::string line = without_controls(text);
  if (line.starts_with('!') || line.starts_with(board_mark)) line.insert(0, " ");
  return line + "\n";
}

}  // namespace signet::board
