#include "cli/fleet_line.h"

namespace signet::cli {
namespace {

void add_device(const Noun& root) {
  Arguments& args = root.args;
  const Noun device = root.noun("device", "Devices of a workspace");
  CLI::App* create = device.verb("create", "Make one", run_device_create);
  create->add_option("name", args.name)->type_name("NAME")->required();
  create->add_option("--fleet", args.fleet, "id or name; the default fleet when absent")->type_name("FLEET");
  device.verb("ls", "List", run_device_ls);
  CLI::App* get = device.verb("get", "Show one", run_device_get);
  CLI::App* claim = device.verb("claim", "Make the unit on a board yours, as this device", run_device_claim);
  CLI::App* unclaim = device.verb("unclaim", "Give its unit back; it may be claimed again", run_device_unclaim);
  CLI::App* revoke = device.verb("revoke", "Refuse its identity for ever", run_device_revoke);
  CLI::App* update = device.verb("update", "Rename or describe one", run_device_update);
  add_renaming(update, args);
  CLI::App* move = device.verb("move", "Move one to another fleet", run_device_move);
  CLI::App* remove =
      device.verb("rm", "Remove one, with all that is known of it; its unit may be claimed again", run_device_rm);
  remove->add_flag("--yes", args.yes, "do not ask");
  CLI::App* identities = device.verb("identities", "The identities it has and had", run_device_identities);
  for (CLI::App* command : {get, claim, unclaim, revoke, update, move, remove, identities}) {
    command->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  }
  move->add_option("fleet", args.fleet, "id or name")->type_name("FLEET")->required();
  claim->add_option("--board", args.board, "the board's serial console")->type_name("PTY")->required();
  unclaim->add_option("--board", args.board, "also tell the board to forget it")->type_name("PTY");
  for (CLI::App* command : {claim, unclaim}) {
    command->add_option("--baud", args.baud, "speed of the console (115200)")->type_name("BAUD");
  }
  revoke->add_option("--reason", args.reason, "for the audit")->type_name("TEXT")->required();
  revoke->add_flag("--yes", args.yes, "do not ask");
}

void add_jobs(const Noun& root) {
  Arguments& args = root.args;
  const Noun job = root.noun("job", "What devices are asked to do, and what came of it");
  CLI::App* schedule = job.verb("schedule", "Ask a device, or fleets; it is told when it is there", run_job_schedule);
  CLI::App* check = job.verb("check", "The last of a name, and the device's answer", run_job_check);
  CLI::App* list = job.verb("ls", "Those of a device, the last first", run_job_ls);
  CLI::App* cancel = job.verb("cancel", "Cancel one that is pending", run_job_cancel);
  for (CLI::App* command : {schedule, check, cancel}) {
    command->add_option("name", args.name, "as the device's program has it")->type_name("NAME")->required();
  }
  schedule->add_option("device", args.device, "id or name")->type_name("DEVICE");
  for (CLI::App* command : {check, list, cancel}) {
    command->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  }
  list->add_option("--status", args.status, "pending, done, failed, expired or cancelled")->type_name("STATUS");
  auto* const fleets = schedule->add_option("--fleet", args.fleets, "id or name; repeatable")->type_name("FLEET");
  schedule->add_flag("--all", args.all, "every device of the workspace")->excludes(fleets);
  auto* const pairs = schedule->add_option("--arg", args.pairs, "an argument of the device's function; repeatable")
                          ->type_name("NAME VALUE");
  schedule->add_option("--value", args.value, "all it is called with, instead of --arg")
      ->type_name("JSON")
      ->excludes(pairs);
  schedule->add_option("--at", args.start, "not before")->type_name("TIME");
  schedule->add_option("--expires", args.timeout, "when it is not done so long after")->type_name("SECONDS");
  schedule->add_option("--retries", args.retries, "how often again when it fails")->type_name("COUNT");
  schedule->add_option("--retry-after", args.retry_after, "between (60)")->type_name("SECONDS");
}

void add_twin(const Noun& root) {
  Arguments& args = root.args;
  const Noun variable = root.noun("variable", "What a device says, and what is expected of it");
  CLI::App* list = variable.verb("ls", "Those of a device", run_variable_ls);
  CLI::App* get = variable.verb("get", "One", run_variable_get);
  CLI::App* set = variable.verb("set", "Expect a value; the device is told when it is there", run_variable_set);
  CLI::App* unset = variable.verb("unset", "Expect nothing any more", run_variable_unset);
  for (CLI::App* command : {list, get, set, unset}) {
    command->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  }
  for (CLI::App* command : {get, set, unset}) {
    command->add_option("name", args.name, "as the device's program has it")->type_name("NAME")->required();
  }
  set->add_option("value", args.value, "JSON, or a text")->type_name("VALUE");
  set->add_option("--val,--arg", args.pairs, "a member of an object, instead; repeatable")->type_name("NAME VALUE");
  variable.app->footer("Example:\n  signet variable set pump speed 1200\n  signet variable ls pump");
  const Noun condition = root.noun("condition", "What devices say has begun, and has ended");
  CLI::App* conditions = condition.verb("ls", "The last opened first", run_condition_ls);
  conditions->add_option("device", args.device, "id or name; all when absent")->type_name("DEVICE");
  conditions->add_option("--status", args.status, "open or closed")->type_name("STATUS");
  conditions->add_option("--tag", args.tags, "only this")->type_name("TAG")->expected(1);
  conditions->add_option("--threshold", args.timeout, "that lasted so long at least")->type_name("SECONDS");
  conditions->add_option("--count", args.count, "at most this many (100)")->type_name("N");
}

void add_secrets(const Noun& root) {
  Arguments& args = root.args;
  const Noun secret = root.noun("secret", "Wi-Fi passwords and keys that a board's element keeps sealed");
  CLI::App* set = secret.verb("set", "Store one; asks for its value without echo", run_secret_set);
  CLI::App* list = secret.verb("ls", "Their names; no value ever comes back", run_secret_ls);
  CLI::App* remove = secret.verb("rm", "Remove one, or all", run_secret_rm);
  set->add_option("name", args.name, "wifi.ssid and wifi.password are the network's")->type_name("NAME")->required();
  set->add_option("--file", args.file, "the value is in this file; - is one line of standard input")->type_name("FILE");
  remove->add_option("name", args.name)->type_name("NAME");
  remove->add_flag("--all", args.yes, "every one, and every copy of them");
  for (CLI::App* command : {set, list, remove}) add_console(command, args);
  secret.app->footer(
      "Example:\n  signet secret set wifi.ssid --board /dev/ttyUSB0\n"
      "  signet secret set wifi.password --board /dev/ttyUSB0\n"
      "A program then says wifi.configure(), without a password in it.");
}

}  // namespace

void add_workspaces(const Noun& root) {
  Arguments& args = root.args;
  const Noun workspace = root.noun("workspace", "Workspaces");
  workspace.verb("ls", "List", run_workspace_ls);
  CLI::App* create = workspace.verb("create", "Make one", run_workspace_create);
  const Noun fleet = root.noun("fleet", "Fleets of a workspace");
  fleet.verb("ls", "List", run_fleet_ls);
  CLI::App* create_fleet = fleet.verb("create", "Make one", run_fleet_create);
  for (CLI::App* command : {create, create_fleet}) {
    command->add_option("name", args.name)->type_name("NAME")->required();
    command->add_option("--description", args.description)->type_name("TEXT");
  }
  CLI::App* update = workspace.verb("update", "Rename or describe one", run_workspace_update);
  CLI::App* remove = workspace.verb("rm", "Remove one that has no devices and no integrations", run_workspace_rm);
  for (CLI::App* command : {update, remove}) {
    command->add_option("workspace", args.workspace, "id or name")->type_name("WORKSPACE")->required();
  }
  CLI::App* update_fleet = fleet.verb("update", "Rename or describe one", run_fleet_update);
  CLI::App* remove_fleet = fleet.verb("rm", "Remove one that has no devices", run_fleet_rm);
  for (CLI::App* command : {remove, remove_fleet}) command->add_flag("--yes", args.yes, "do not ask");
  for (CLI::App* command : {update_fleet, remove_fleet}) {
    command->add_option("fleet", args.fleet, "id or name")->type_name("FLEET")->required();
  }
  for (CLI::App* command : {update, update_fleet}) add_renaming(command, args);
}

void add_devices(const Noun& root) {
  add_device(root);
  add_jobs(root);
  add_twin(root);
  add_secrets(root);
}

}  // namespace signet::cli
