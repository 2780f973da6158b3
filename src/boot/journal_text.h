// journal_text.h -- an entry as a line on a console.
//   03. counter = 00000008 | status = PENDING | step = WORK => SCRATCH | park = 00000002 | work = 00000001 | OS
#pragma once

#include "boot/journal.h"

namespace signet::boot {

using Line = std::array<char, 160>;
// `entry` null: there is none in that slot. What it answers is `line`.
const char* text_of(std::uint32_t slot, const Entry* entry, Line& line);

}  // namespace signet::boot
