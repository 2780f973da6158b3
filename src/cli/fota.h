// fota.h -- private to cli/: the part of the command line about updates of devices.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

void add_rollouts(const Noun& fota);  // rollout.cpp
void add_fota(const Noun& root);

}  // namespace signet::cli
