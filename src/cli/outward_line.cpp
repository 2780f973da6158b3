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

void add_watch(const Noun& root) {
  Arguments& args = root.args;
  CLI::App* watch = root.verb("watch", "What happens, while it happens", run_watch);
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

void add_dead(const Noun& integration) {
  Arguments& args = integration.args;
  const Noun noun =
      integration.noun("dead", "What one gave up on: its dead letters",
                       "Example:\n  signet integration dead ls sink\n  signet integration dead replay sink --all\n"
                       "  signet integration dead rm sink 17");
  CLI::App* list = noun.verb("ls", "List", run_dead_ls);
  CLI::App* show = noun.verb("show", "One, with what was to be delivered, as JSON", run_dead_show);
  CLI::App* replay = noun.verb("replay", "Send one, or all, once more", run_dead_replay);
  CLI::App* remove = noun.verb("rm", "Throw one, or all, away", run_dead_rm);
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

void add_outward(const Noun& root) {
  Arguments& args = root.args;
  add_watch(root);
  const Noun noun =
      root.noun("integration", "Programs elsewhere that are told of what happens: webhooks", integration_footer);
  CLI::App* create = noun.verb("create", "Tell a program, from what happens next on", run_integration_create);
  noun.verb("ls", "List, and how they go", run_integration_ls);
  CLI::App* show = noun.verb("show", "One, and how it goes", run_integration_show);
  CLI::App* update = noun.verb("update", "Change one, turn it on or off", run_integration_update);
  CLI::App* remove = noun.verb("rm", "Remove one", run_integration_rm);
  CLI::App* test = noun.verb("test", "Send it a test now, and tell what it answers", run_integration_test);
  add_dead(noun);
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
