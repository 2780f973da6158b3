#include "element/link/open_link.h"

#include "element/link/unix_link.h"

namespace signet::element {

Result<std::unique_ptr<Link>> open_link(std::string_view name) {
  constexpr std::string_view unix_scheme = "unix:";
  if (!name.starts_with(unix_scheme)) {
    return Error{Errc::malformed,
                 "element link \"" + std::string{name} +
                     "\": no such scheme; there is unix:PATH, for example unix:/run/signet/element.sock"};
  }
  return std::unique_ptr<Link>{TRY(UnixLink::open(std::string{name.substr(unix_scheme.size())}))};
}

}  // namespace signet::element
