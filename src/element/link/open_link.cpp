#include "element/link/open_link.h"

#include "element/link/unix_link.h"

namespace signet::element {
namespace {

constexpr std::string_view unix_scheme = "unix:";

}  // namespace

bool is_emulated_link(std::string_view name) { return name.starts_with(unix_scheme); }

Result<std::unique_ptr<Link>> open_link(std::string_view name) {
  if (!name.starts_with(unix_scheme)) {
    return Error{Errc::malformed,
                 "element link \"" + std::string{name} +
                     "\": no such scheme; there is unix:PATH, for example unix:/run/signet/element.sock"};
  }
  return std::unique_ptr<Link>{TRY(UnixLink::open(std::string{name.substr(unix_scheme.size())}))};
}

}  // namespace signet::element
