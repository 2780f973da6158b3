#include "base/errc_names.h"

namespace signet {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::malformed: return "malformed";
    case Errc::too_large: return "too_large";
    case Errc::unauthenticated: return "unauthenticated";
    case Errc::forbidden: return "forbidden";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::exhausted: return "exhausted";
    case Errc::unavailable: return "unavailable";
    case Errc::corrupt: return "corrupt";
  }
  broken("an Errc is one of its names", __FILE__, __LINE__);
}

std::optional<Errc> find_errc(std::string_view its_name) {
  for (unsigned number = 0; number <= static_cast<unsigned>(Errc::corrupt); ++number) {
    const auto code = static_cast<Errc>(number);
    if (name_of(code) == its_name) return code;
  }
  return std::nullopt;
}

}  // namespace signet
