// firmware_line.h -- private to cli/: the part of the command line about firmware images.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds `firmware` and its commands.
void add_firmware(const Noun& root);

}  // namespace signet::cli
