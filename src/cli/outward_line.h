// outward_line.h -- private to cli/: the part of the command line about what goes out of the manager.
#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace signet::cli {

// Adds `integration` and its commands, and `watch`; `choose` is called for the one that the person named.
void add_outward(CLI::App& app, Arguments& args, const std::function<void(Command)>& choose);

}  // namespace signet::cli
