// exit_code.h -- how a program ends, after sysexits(3) where it has a word for it.
#pragma once

#include "base/result.h"

namespace signet {

// 0 done · 64 wrong command line · 65 bad data · 66 not found · 69 unavailable · 70 our own damage · 73 conflict
// 75 try later · 77 not allowed
inline constexpr int exit_code_usage = 64;
int exit_code_of(Errc code);
// Prints "program: error: what" on standard error when there is an error.
int exit_code(std::string_view program, const Status& status);

}  // namespace signet
