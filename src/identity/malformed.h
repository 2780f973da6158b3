// malformed.h -- the one refusal of this module: what was read is not what it should be.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace signet::identity {

inline Error malformed(std::string_view what) { return Error{Errc::malformed, std::string{what}}; }

}  // namespace signet::identity
