// fleet_line.h -- private to cli/: the part of the command line about workspaces, fleets and devices.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds `workspace` and `fleet`.
void add_workspaces(const Noun& root);
// Adds `device`, `job`, `variable`, `condition` and `secret`.
void add_devices(const Noun& root);

}  // namespace signet::cli
