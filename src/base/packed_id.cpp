#include "base/packed_id.h"

namespace signet {

std::uint64_t pack_id_suffix(std::string_view suffix) {
  ENSURE(suffix.size() == id_suffix_chars);
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
  return base36(number - 1, id_suffix_chars);
}

}  // namespace signet
