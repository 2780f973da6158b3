// outward_line.h -- private to cli/: the part of the command line about what goes out of the manager.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds `integration` and its commands, and `watch`.
void add_outward(const Noun& root);

}  // namespace signet::cli
