#include "cli/noun.h"

namespace signet::cli {
namespace {

CLI::App* add_to(CLI::App* parent, const char* name, const char* meaning, const char* footer) {
  CLI::App* out = parent->add_subcommand(name, meaning);
  out->fallthrough();
  if (footer) out->footer(footer);
  return out;
}

}  // namespace

Noun Noun::noun(const char* name, const char* meaning, const char* footer) const {
  CLI::App* out = add_to(app, name, meaning, footer);
  out->require_subcommand(1);
  return {out, args, chosen};
}

CLI::App* Noun::verb(const char* name, const char* meaning, Command command, const char* footer) const {
  CLI::App* out = add_to(app, name, meaning, footer);
  out->callback([&to = chosen, command] { to = command; });
  return out;
}

void add_renaming(CLI::App* command, Arguments& args) {
  command->add_option("--name", args.new_name, "from now on")->type_name("NAME");
  command->add_option("--description", args.new_description, "from now on")->type_name("TEXT");
}

void add_console(CLI::App* command, Arguments& args) {
  command->add_option("--board", args.board, "the board's serial console")->type_name("PTY")->required();
  command->add_option("--baud", args.baud, "speed of the console (115200)")->type_name("BAUD");
}

}  // namespace signet::cli
