// fota.h -- private to cli/: the part of the command line about updates of devices.
#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace signet::cli {

void add_rollouts(CLI::App* fota, Arguments& args, const std::function<void(Command)>& choose);  // rollout.cpp
void add_fota(CLI::App& app, Arguments& args, const std::function<void(Command)>& choose);

}  // namespace signet::cli
