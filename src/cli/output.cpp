#include "cli/output.h"

#include "base/errc_names.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace signet::cli {
namespace {

// Characters, not bytes: names may hold any UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

Errc code_of(std::string_view name) { return find_errc(name).value_or(Errc::unavailable); }

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  for (std::size_t i = 1; i < text.size(); ++i) {  // U+0080 to U+009F are control characters, too
    if (text[i - 1] == '\xc2' && static_cast<unsigned char>(text[i]) < 0xa0) text[i - 1] = text[i] = ' ';
  }
  return text;
}

void print_table(std::ostream& out, const Row& header, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& title : header) widths.push_back(width_of(title));
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  const auto print = [&](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += printable(row[i]) + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  };
  print(header);
  for (const Row& row : rows) print(row);
}

void print_json(std::ostream& out, const json::value& value) { out << json::serialize(value) << std::endl; }

std::string cell(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found || found->is_null()) return "-";
  if (found->is_string()) return found->as_string().empty() ? "-" : std::string{found->as_string()};
  if (found->is_bool()) return found->as_bool() ? "yes" : "no";
  if (found->is_double()) {  // as people write it, not as 2.15E1
    std::array<char, 32> text;
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), found->as_double()).ptr};
  }
  return json::serialize(*found);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

}  // namespace signet::cli
