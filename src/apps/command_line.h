// command_line.h -- how every program of ours answers a wrong command line: what was wrong, an example, exit code 64.
#pragma once

#include "base/exit_code.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace signet {

// For the ParseError of app.parse; the footer holds the example. Returns the exit code: 0 after --help and --version.
inline int answer_command_line(const CLI::App& app, const CLI::ParseError& error) {
  if (app.exit(error) == 0) return 0;
  std::cerr << "\n" << app.get_footer() << "\n";
  return exit_code_usage;
}

}  // namespace signet
