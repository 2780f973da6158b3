#include "cli/outward_line.h"

namespace signet::cli {
namespace {

constexpr const char* integration_footer =
    "Each delivery is signed: docs/integrations.md says how to check it, and what happens when the sink is down.\n"
    "Example:\n"
    "  signet integration create sink https://sink.example.org/zdm/data --tag temperature\n"
    "  signet integration test sink\n"
    "  signet integration ls\n"
    "  signet integration update sink --off";

using Choose = std::function<void(Command)>;

CLI::App* verb(CLI::App* parent, const char* name, const char* meaning, Command command, const Choose& choose) {
  CLI::App* out = parent->add_subcommand(name, meaning);
  out->fallthrough();
  out->callback([choose, command] { choose(command); });
  return out;
}

void add_choices(CLI::App* command, Arguments& args) {
  command->add_option("--fleet", args.fleets, "only of this, id or name; repeatable")
      ->type_name("FLEET")
      ->allow_extra_args(false);
  command->add_option("--tag", args.tags, "only this; of events: only this type; repeatable")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command->add_option("--token-file", args.file, "what to send as X-Auth-Token; - is one line of standard input")
      ->type_name("FILE");
}

void add_watch(CLI::App& app, Arguments& args, const Choose& choose) {
  CLI::App* watch = verb(&app, "watch", "What happens, while it happens", run_watch, choose);
  const auto option = [&](const char* name, std::vector<std::string>& into, const char* meaning, const char* type) {
    watch->add_option(name, into, meaning)->type_name(type)->allow_extra_args(false);
  };
  option("--stream", args.streams, "data, status, job, condition, security; all but the last; repeatable", "STREAM");
  option("--device", args.devices, "only this, id or name; repeatable", "DEVICE");
  option("--fleet", args.fleets, "only of this, id or name; repeatable", "FLEET");
  option("--tag", args.tags, "only this, of data and conditions; repeatable", "TAG");
  watch->add_option("--count", args.count, "end after this many")->type_name("N");
  watch->add_option("--timeout", args.timeout, "end by then")->type_name("SECONDS");
  watch->footer("Example:\n  signet watch --stream data --tag temperature\n  signet watch --stream security --json");
}

void add_dead(CLI::App* integration, Arguments& args, const Choose& choose) {
  CLI::App* noun = integration->add_subcommand("dead", "What one gave up on: its dead letters");
  noun->require_subcommand(1)->fallthrough();
  noun->footer(
      "Example:\n  signet integration dead ls sink\n  signet integration dead replay sink --all\n"
      "  signet integration dead rm sink 17");
  CLI::App* list = verb(noun, "ls", "List", run_dead_ls, choose);
  CLI::App* show = verb(noun, "show", "One, with what was to be delivered, as JSON", run_dead_show, choose);
  CLI::App* replay = verb(noun, "replay", "Send one, or all, once more", run_dead_replay, choose);
  CLI::App* remove = verb(noun, "rm", "Throw one, or all, away", run_dead_rm, choose);
  for (CLI::App* command : {list, show, replay, remove}) {
    command->add_option("integration", args.name, "id or name")->type_name("INTEGRATION")->required();
  }
  for (CLI::App* command : {show, replay, remove}) {
    CLI::Option* number = command->add_option("number", args.count, "as ls shows it")->type_name("N");
    if (command == show) number->required();
    if (command != show) command->add_flag("--all", args.all, "all of them");
  }
  remove->add_flag("--yes", args.yes, "do not ask");
}

}  // namespace

void add_outward(CLI::App& app, Arguments& args, const Choose& choose) {
  add_watch(app, args, choose);
  CLI::App* noun = app.add_subcommand("integration", "Programs elsewhere that are told of what happens: webhooks");
  noun->require_subcommand(1)->fallthrough();
  noun->footer(integration_footer);
  CLI::App* create = verb(noun, "create", "Tell a program, from what happens next on", run_integration_create, choose);
  verb(noun, "ls", "List, and how they go", run_integration_ls, choose);
  CLI::App* show = verb(noun, "show", "One, and how it goes", run_integration_show, choose);
  CLI::App* update = verb(noun, "update", "Change one, turn it on or off", run_integration_update, choose);
  CLI::App* remove = verb(noun, "rm", "Remove one", run_integration_rm, choose);
  CLI::App* test = verb(noun, "test", "Send it a test now, and tell what it answers", run_integration_test, choose);
  add_dead(noun, args, choose);
  create->add_option("name", args.name)->type_name("NAME")->required();
  create->add_option("url", args.link, "https://...")->type_name("URL")->required();
  create->add_option("--stream", args.stream, "data, event or condition (data)")->type_name("STREAM");
  for (CLI::App* command : {show, update, remove, test}) {
    command->add_option("integration", args.name, "id or name")->type_name("INTEGRATION")->required();
  }
  for (CLI::App* command : {create, update}) add_choices(command, args);
  create->add_flag("--off", args.off, "it sends nothing until it is turned on");
  update->add_option("--url", args.link, "another")->type_name("URL");
  update->add_option("--name", args.description, "another")->type_name("NAME");
  update->add_flag("--all", args.all, "of all fleets and tags, but for those named here");
  CLI::Option* on = update->add_flag("--on", args.on, "go on, with what happens next");
  update->add_flag("--off", args.off, "send nothing, and keep nothing for later")->excludes(on);
}

}  // namespace signet::cli
