// firmware_line.h -- private to cli/: the part of the command line about firmware images.
#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace signet::cli {

// Adds `firmware` and its commands; `choose` is called for the one that the person named.
void add_firmware(CLI::App& app, Arguments& args, const std::function<void(Command)>& choose);

}  // namespace signet::cli
