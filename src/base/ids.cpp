#include "base/ids.h"

namespace signet {
namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::int64_t millis_2020 = 1'577'836'800'000;
constexpr std::size_t serial_chars = 4;

}  // namespace

std::string base36(std::uint64_t value, std::size_t width) {
  std::string out(width, '0');
  for (std::size_t at = width; at-- > 0; value /= 36) out[at] = digits[value % 36];
  return out;
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (text.size() != prefix.size() + id_suffix_chars || !text.starts_with(prefix)) return false;
  return text.substr(prefix.size()).find_first_not_of(digits) == text.npos;
}

std::string id_suffix(Timestamp at, std::uint32_t serial) {
  const std::int64_t millis = std::max<std::int64_t>(epoch_millis(at) - millis_2020, 0);
  return base36(static_cast<std::uint64_t>(millis), id_suffix_chars - serial_chars) + base36(serial, serial_chars);
}

std::string IdSource::next_suffix() {
  constexpr std::uint32_t serials = 36 * 36 * 36 * 36;
  last_ = std::max(last_, clock_.now());
  serial_ = (serial_ + 1) % serials;
  if (serial_ == 0) last_ += Millis{1};  // keeps the order when the serial wraps within one millisecond
  return id_suffix(last_, serial_);
}

}  // namespace signet
