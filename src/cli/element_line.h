// element_line.h -- private to cli/: the part of the command line that speaks to a secure element.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds `element` and its commands.
void add_element(const Noun& root);

}  // namespace signet::cli
