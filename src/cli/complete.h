// complete.h -- private to cli/: what may come next on a command line, for shells and for those who mistyped.
//
//   signet completion bash                     # a script, to be sourced: it asks
//   signet __complete device g                 # WORD or WORD TAB MEANING, one a line; the last word is being typed
//
// Nothing here asks the manager: names of devices are not completed.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

inline constexpr std::string_view complete_word = "__complete";

struct Candidate {
  std::string word;
  std::string meaning;
};
// `words` as typed after "signet", the last one unfinished.
std::vector<Candidate> complete(const CLI::App& root, const std::vector<std::string>& words);
// The first word that no command or flag is called by, and what may have been meant: "\"jbo\" is not known here: did
// you mean \"job\"?"
std::optional<std::string> meant(const CLI::App& root, const std::vector<std::string>& words);

// Adds `completion`.
void add_completion(const Noun& root);

}  // namespace signet::cli
