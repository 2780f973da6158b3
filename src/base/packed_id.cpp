#include "base/packed_id.h"

namespace signet {
namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t suffix_chars = 12;

}  // namespace

std::uint64_t pack_id_suffix(std::string_view suffix) {
  ENSURE(suffix.size() == suffix_chars);
  std::uint64_t number = 0;
  for (const char digit : suffix) {
    const bool is_letter = digit >= 'a' && digit <= 'z';
    ENSURE(is_letter || (digit >= '0' && digit <= '9'));
    number = number * 36 + static_cast<std::uint64_t>(is_letter ? digit - 'a' + 10 : digit - '0');
  }
  return number + 1;
}

std::string unpack_id_suffix(std::uint64_t number) {
  ENSURE(number > 0 && number <= packed_id_max);
  --number;
  std::string out(suffix_chars, '0');
  for (std::size_t at = suffix_chars; at-- > 0; number /= 36) out[at] = digits[number % 36];
  return out;
}

}  // namespace signet
