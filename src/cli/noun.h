// noun.h -- private to cli/: what the command line is made of: nouns, and verbs below them.
#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>

namespace signet::cli {

// The whole line is one too: it has verbs of its own, as `signet login`.
struct Noun {
  CLI::App* app;
  Arguments& args;  // what the options of all verbs are written into
  Command& chosen;  // the verb that the person named

  // Without a footer of its own each has the one above it.
  Noun noun(const char* name, const char* meaning, const char* footer = nullptr) const;
  CLI::App* verb(const char* name, const char* meaning, Command command, const char* footer = nullptr) const;
  Noun there(const char* name) const { return {app->get_subcommand(name), args, chosen}; }
};

// --name and --description, for renaming_of (session.h).
void add_renaming(CLI::App* command, Arguments& args);

// --board and --baud: the board at hand.
void add_console(CLI::App* command, Arguments& args);

}  // namespace signet::cli
