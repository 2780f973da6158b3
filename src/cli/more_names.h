// more_names.h -- private to cli/: other names for what is there: the same verb on every noun, and Zerynth's way to say
// it, which names the workspace first: signet device create wks-… flt-… lamp.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

// Adds the aliases, and `watch` to nouns; after all commands are there.
void add_more_names(const Noun& root);
// A workspace's id, and a fleet's, where Zerynth's commands have them, as flags.
std::vector<std::string> from_zerynth(std::vector<std::string> arguments);

}  // namespace signet::cli
