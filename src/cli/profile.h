// profile.h -- private to cli/: several managers, or several people at one: each profile is a config of its own.
//
//   $SIGNET_HOME/config.json            the profile "default"
//   $SIGNET_HOME/profiles/NAME.json     any other
//   $SIGNET_HOME/profile                the name of the one in use; absent: default
//
// Which one: --profile, else SIGNET_PROFILE, else the one in use. --config names a file, and no profile.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

inline constexpr std::size_t profile_name_bytes_max = 64;
inline constexpr std::size_t profiles_max = 1000;  // that are listed

// The file of what `args` and the environment say.
Result<std::string> config_path_of(const Environment& env, const Arguments& args);

// Adds `profile` and its commands.
void add_profiles(const Noun& root);

}  // namespace signet::cli
