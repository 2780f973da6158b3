#include "gateway/download_request.h"

#include <algorithm>
#include <charconv>

namespace signet::gateway {
namespace {

constexpr std::string_view path_begin = "/fota/";
constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._+";

bool is_name(std::string_view text) { return !text.empty() && text.find_first_not_of(name_letters) == text.npos; }

std::string_view take_segment(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return out;
}

}  // namespace

Result<ImageName> read_image_path(std::string_view path) {
  const Error no_such_path{Errc::not_found, "no such path"};
  if (path.size() > download_path_bytes_max || !path.starts_with(path_begin)) return no_such_path;
  path.remove_prefix(path_begin.size());
  const std::string_view firmware = take_segment(path);
  const std::string_view version = take_segment(path);
  if (!is_name(firmware) || !is_name(version) || (path != "0" && path != "1")) return no_such_path;
  return ImageName{std::string{firmware}, std::string{version}, path == "1" ? 1u : 0u};
}

Result<std::optional<ByteRange>> read_range(std::string_view header, std::uint64_t whole) {
  using Found = std::optional<ByteRange>;
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return Found{};
  header.remove_prefix(unit.size());
  const std::size_t dash = header.find('-');
  if (dash == header.npos || header.find(',') != header.npos) return Found{};
  const std::string_view from = header.substr(0, dash);
  const std::string_view to = header.substr(dash + 1);
  const Error outside{Errc::exhausted, "the range lies outside of " + std::to_string(whole) + " bytes"};
  if (from.empty()) {  // the last so many
    const auto last = decimal(to);
    if (!last) return Found{};
    const std::uint64_t size = std::min(*last, whole);
    if (size == 0) return outside;
    return Found{ByteRange{whole - size, size}};
  }
  const auto first = decimal(from);
  const auto last = to.empty() ? std::optional{UINT64_MAX} : decimal(to);
  if (!first || !last || *last < *first) return Found{};
  if (*first >= whole) return outside;
  return Found{ByteRange{*first, std::min(*last, whole - 1) - *first + 1}};
}

}  // namespace signet::gateway
