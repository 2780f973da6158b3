#include "cli/console_line.h"

#include "cli/output.h"

namespace signet::cli {
Result<std::string> encode_request(std::int64_t id, std::string_view verb, const json::object& arguments) {
  json::object request{{"id", id}, {"do", verb}};
  for (const auto& [name, value] : arguments) request[name] = value;
  std::string out = "!" + json::serialize(request) + "\n";
  if (out.size() > console_line_bytes_max) {
    return Error{Errc::too_large,
                 "the request is longer than a console line of " + std::to_string(console_line_bytes_max) + " bytes"};
  }
  return out;
}

Result<Answer> decode_answer(std::string_view line) {
  if (!line.starts_with('!')) return Error{Errc::malformed, "the line is text of the firmware"};
  const json::object object = TRY(parse_json_object(line.substr(1)));
  const std::int64_t id = TRY(integer_member(object, "id"));
  const bool is_ok = object.contains("ok");
  if (is_ok == object.contains("error"))
    return Error{Errc::malformed, "the answer has not one of \"ok\" and \"error\""};
  if (is_ok) return Answer{id, TRY(object_member(object, "ok"))};
  const json::object error = TRY(object_member(object, "error"));
  const std::string code = TRY(string_member(error, "code"));
  const std::string message = TRY(optional_string(error, "message", code));
  return Answer{id, Error{code_of(code), printable(message)}};
}

void LineReader::feed(Bytes bytes, const std::function<void(std::string_view line)>& on_line) {
  for (const std::uint8_t byte : bytes) {
    if (byte != '\n') {
      if (line_.size() + 1 >= console_line_bytes_max) too_long_ = true;  // its LF would pass the limit
      if (!too_long_) line_ += static_cast<char>(byte);
      continue;
    }
    std::string line = std::exchange(line_, {});
    if (std::exchange(too_long_, false)) continue;
    if (line.ends_with('\r')) line.pop_back();
    on_line(line);
  }
}

}  // namespace signet::cli
