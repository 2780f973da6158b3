// examples.h -- private to cli/: the programs of examples/, built in, and `signet new`, which writes them.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

struct Example {
  std::string_view name;
  std::string_view program;     // its main.py, or main.cpp
  std::string_view build = {};  // its CMakeLists.txt, when it is C++
};
const std::vector<Example>& examples();

void add_new(const Noun& root);
// `signet run`: run_program.cpp
void add_run(const Noun& root);

}  // namespace signet::cli
