// people_line.h -- private to cli/: the part of the command line about people: the own account, members, API keys.
#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace signet::cli {

// Adds `account`, `member` and `key`; `choose` is called for the command that the person named.
void add_people(CLI::App& app, Arguments& args, const std::function<void(Command)>& choose);

}  // namespace signet::cli
