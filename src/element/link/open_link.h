// open_link.h -- a Link by its name.
//
//   unix:PATH    a bus served on a unix socket, as signet-element does
#pragma once

#include "element/wire/link.h"

#include <memory>

namespace signet::element {

// malformed, naming the schemes there are, for a name of no known scheme; otherwise what the link says.
Result<std::unique_ptr<Link>> open_link(std::string_view name);

// True for links that only an emulator can be behind: unix sockets are our own bus.
bool is_emulated_link(std::string_view name);

}  // namespace signet::element
