#include "base/exit_code.h"

namespace signet {

int exit_code_of(Errc code) {
  switch (code) {
    case Errc::malformed:
    case Errc::too_large: return 65;
    case Errc::unauthenticated:
    case Errc::forbidden: return 77;
    case Errc::not_found: return 66;
    case Errc::conflict: return 73;
    case Errc::exhausted: return 75;
    case Errc::unavailable: return 69;
    case Errc::corrupt: return 70;
  }
  return 70;
}

int exit_code(std::string_view program, const Status& status) {
  if (status) return 0;
  std::fprintf(stderr, "%.*s: error: %s\n", static_cast<int>(program.size()), program.data(),
               status.error().what.c_str());
  return exit_code_of(status.error().code);
}

}  // namespace signet
