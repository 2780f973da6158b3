// errc_names.h -- how an Errc is written for other programs: REST, the board's console and its firmware's frames.
#pragma once

#include "base/result.h"

#include <optional>

namespace signet {

std::string_view name_of(Errc code);                       // "not_found"
std::optional<Errc> find_errc(std::string_view its_name);  // empty: not one of ours, or of a later release

}  // namespace signet
