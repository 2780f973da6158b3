// people_line.h -- private to cli/: the part of the command line about people: the own account, members, API keys.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds `account`, `member` and `key`.
void add_people(const Noun& root);

}  // namespace signet::cli
