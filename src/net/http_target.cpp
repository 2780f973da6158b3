#include "net/http_target.h"

namespace signet::net {
namespace {

Error refuse(const char* why) { return {Errc::malformed, why}; }

Result<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return refuse("'%' without two hex digits");
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return refuse("'%' without two hex digits");
      out += static_cast<char>(TRY(hex_digit(text[i + 1])) << 4 | TRY(hex_digit(text[i + 2])));
      i += 2;
    }
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(out.begin(), out.end(), is_control)) return refuse("a control character");
  if (!is_utf8(out)) return refuse("not UTF-8");
  return out;
}

Result<std::string> decode_path(std::string_view text) {
  if (!text.starts_with('/')) return refuse("the path does not begin with '/'");
  std::string path;
  while (!text.empty()) {
    text.remove_prefix(1);  // the slash
    const std::string_view raw = text.substr(0, text.find('/'));
    text.remove_prefix(raw.size());
    const std::string segment = TRY(decode(raw, false));
    if (segment == "." || segment == "..") return refuse("a '.' or '..' segment");
    if (segment.find('/') != segment.npos) return refuse("an encoded '/'");
    path += '/' + segment;
  }
  return path;
}

Status add_field(std::string_view field, std::multimap<std::string, std::string>& query) {
  if (field.empty()) return {};
  if (query.size() == query_fields_max) return Error{Errc::too_large, "too many query fields"};
  const auto equals = field.find('=');
  const std::string_view value = equals == field.npos ? "" : field.substr(equals + 1);
  query.emplace(TRY(decode(field.substr(0, equals), true)), TRY(decode(value, true)));
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (target.size() > target_bytes_max) return Error{Errc::too_large, "the request target is too long"};
  if (target.find('#') != target.npos) return refuse("a fragment");
  const auto question = target.find('?');
  Target out{TRY(decode_path(target.substr(0, question))), {}};
  std::string_view rest = question == target.npos ? "" : target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    TRY(add_field(field, out.query));
  }
  return out;
}

}  // namespace signet::net
