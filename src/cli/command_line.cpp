#include "cli/session.h"

#include "base/errc_names.h"
#include "base/exit_code.h"
#include "cli/complete.h"
#include "cli/element_line.h"
#include "cli/examples.h"
#include "cli/export.h"
#include "cli/firmware_line.h"
#include "cli/fota.h"
#include "cli/more_names.h"
#include "cli/outward_line.h"
#include "cli/people_line.h"
#include "cli/profile.h"

#include <algorithm>
#include <CLI/CLI.hpp>

namespace signet::cli {
namespace {

constexpr const char* about = "Signet's command line: from a genuine board to data you can see.";
constexpr const char* example =
    "Example:\n"
    "  signet setup 'https://localhost:8443/setup#token=...&ca=...'\n"
    "  signet registry import manifest.json --log-signer log-signer.pem --root root.pem\n"
    "  signet device create lamp\n"
    "  signet device claim lamp --board /dev/ttyUSB0\n"
    "  signet data tail --device lamp";

// Builds the tree of commands; the one that the person named is left in `chosen`.
class Tree {
 public:
  Tree(CLI::App& app, Arguments& args) : app_(app), args_(args) { app_.fallthrough(); }
  Command chosen = nullptr;

  void build() {
    app_.require_subcommand(1);
    add_global();
    add_account();
    add_workspaces();
    add_people(app_, args_, [this](Command command) { chosen = command; });
    add_devices();
    add_jobs();
    add_variables();
    add_secrets();
    add_registry();
    add_security();
    add_data();
    const auto choose = [this](Command command) { chosen = command; };
    add_outward(app_, args_, choose);
    add_exports(app_, args_, choose);
    add_element(app_, args_, choose);
    add_own_elements();
    add_new(app_, args_, choose);
    add_run(app_, args_, choose);
    add_firmware(app_, args_, choose);
    add_fota(app_, args_, choose);
    add_profiles(app_, args_, choose);
    add_completion(app_, args_, choose);
    add_more_names(app_, args_, choose);
  }

 private:
  CLI::App* noun(const char* name, const char* meaning) {
    CLI::App* out = app_.add_subcommand(name, meaning);
    out->require_subcommand(1)->fallthrough();
    return out;
  }
  CLI::App* verb(CLI::App* parent, const char* name, const char* meaning, Command command) {
    CLI::App* out = parent->add_subcommand(name, meaning);
    out->fallthrough();
    out->callback([this, command] { chosen = command; });
    return out;
  }

  void add_global() {
    app_.add_flag("-J,--json", args_.as_json, "JSON for programs: one document, or one a line for tail");
    app_.add_option("--server", args_.server, "another manager than the one remembered")->type_name("URL");
    app_.add_option("--ca", args_.ca_file, "its CA certificate")->type_name("FILE");
    app_.add_option("--config", args_.config_file, "instead of config.json in $SIGNET_HOME")->type_name("FILE");
    app_.add_option("--profile", args_.profile, "which manager and sign-in, as 'signet profile ls' says")
        ->type_name("NAME");
    app_.add_option("--workspace", args_.workspace, "id or name; not needed when you have one")->type_name("WKS");
  }

  void add_account() {
    CLI::App* setup = verb(&app_, "setup", "Make the first account of a new manager", run_setup);
    setup->add_option("link", args_.link, "the link that signetd printed, in quotes")->type_name("LINK")->required();
    CLI::App* join = verb(&app_, "join", "Take an invitation: with the account you use there, or a new one", run_join);
    join->add_option("link", args_.link, "what the inviter handed over, in quotes")->type_name("LINK")->required();
    CLI::App* login = verb(&app_, "login", "Sign in", run_login);
    for (CLI::App* command : {setup, login}) {
      command->add_option("--email", args_.email, "asked for when absent")->type_name("EMAIL");
    }
    login->add_option("--code", args_.code, "of the second factor; asked for when needed")->type_name("CODE");
    for (CLI::App* command : {setup, join, login}) {
      command->add_flag("--password-stdin", args_.password_stdin, "read the password from standard input");
    }
    verb(&app_, "logout", "Sign out", run_logout);
    verb(&app_, "status", "The manager and its devices at a glance", run_status);
  }

  void add_workspaces() {
    CLI::App* workspace = noun("workspace", "Workspaces");
    verb(workspace, "ls", "List", run_workspace_ls);
    CLI::App* create = verb(workspace, "create", "Make one", run_workspace_create);
    CLI::App* fleet = noun("fleet", "Fleets of a workspace");
    verb(fleet, "ls", "List", run_fleet_ls);
    CLI::App* create_fleet = verb(fleet, "create", "Make one", run_fleet_create);
    for (CLI::App* command : {create, create_fleet}) {
      command->add_option("name", args_.name)->type_name("NAME")->required();
      command->add_option("--description", args_.description)->type_name("TEXT");
    }
    CLI::App* update = verb(workspace, "update", "Rename or describe one", run_workspace_update);
    CLI::App* remove = verb(workspace, "rm", "Remove one that has no devices and no integrations", run_workspace_rm);
    for (CLI::App* command : {update, remove}) {
      command->add_option("workspace", args_.workspace, "id or name")->type_name("WORKSPACE")->required();
    }
    CLI::App* update_fleet = verb(fleet, "update", "Rename or describe one", run_fleet_update);
    CLI::App* remove_fleet = verb(fleet, "rm", "Remove one that has no devices", run_fleet_rm);
    for (CLI::App* command : {remove, remove_fleet}) command->add_flag("--yes", args_.yes, "do not ask");
    for (CLI::App* command : {update_fleet, remove_fleet}) {
      command->add_option("fleet", args_.fleet, "id or name")->type_name("FLEET")->required();
    }
    for (CLI::App* command : {update, update_fleet}) add_renaming(command);
  }

  void add_renaming(CLI::App* command) {
    command->add_option("--name", args_.new_name, "from now on")->type_name("NAME");
    command->add_option("--description", args_.new_description, "from now on")->type_name("TEXT");
  }

  void add_devices() {
    CLI::App* device = noun("device", "Devices of a workspace");
    CLI::App* create = verb(device, "create", "Make one", run_device_create);
    create->add_option("name", args_.name)->type_name("NAME")->required();
    create->add_option("--fleet", args_.fleet, "id or name; the default fleet when absent")->type_name("FLEET");
    verb(device, "ls", "List", run_device_ls);
    CLI::App* get = verb(device, "get", "Show one", run_device_get);
    CLI::App* claim = verb(device, "claim", "Make the unit on a board yours, as this device", run_device_claim);
    CLI::App* unclaim = verb(device, "unclaim", "Give its unit back; it may be claimed again", run_device_unclaim);
    CLI::App* revoke = verb(device, "revoke", "Refuse its identity for ever", run_device_revoke);
    CLI::App* update = verb(device, "update", "Rename or describe one", run_device_update);
    add_renaming(update);
    CLI::App* move = verb(device, "move", "Move one to another fleet", run_device_move);
    CLI::App* remove =
        verb(device, "rm", "Remove one, with all that is known of it; its unit may be claimed again", run_device_rm);
    remove->add_flag("--yes", args_.yes, "do not ask");
    CLI::App* identities = verb(device, "identities", "The identities it has and had", run_device_identities);
    for (CLI::App* command : {get, claim, unclaim, revoke, update, move, remove, identities}) {
      command->add_option("device", args_.device, "id or name")->type_name("DEVICE")->required();
    }
    move->add_option("fleet", args_.fleet, "id or name")->type_name("FLEET")->required();
    claim->add_option("--board", args_.board, "the board's serial console")->type_name("PTY")->required();
    unclaim->add_option("--board", args_.board, "also tell the board to forget it")->type_name("PTY");
    for (CLI::App* command : {claim, unclaim}) {
      command->add_option("--baud", args_.baud, "speed of the console (115200)")->type_name("BAUD");
    }
    revoke->add_option("--reason", args_.reason, "for the audit")->type_name("TEXT")->required();
    revoke->add_flag("--yes", args_.yes, "do not ask");
  }

  void add_jobs() {
    CLI::App* job = noun("job", "What devices are asked to do, and what came of it");
    CLI::App* schedule =
        verb(job, "schedule", "Ask a device, or fleets; it is told when it is there", run_job_schedule);
    CLI::App* check = verb(job, "check", "The last of a name, and the device's answer", run_job_check);
    CLI::App* list = verb(job, "ls", "Those of a device, the last first", run_job_ls);
    CLI::App* cancel = verb(job, "cancel", "Cancel one that is pending", run_job_cancel);
    for (CLI::App* command : {schedule, check, cancel}) {
      command->add_option("name", args_.name, "as the device's program has it")->type_name("NAME")->required();
    }
    schedule->add_option("device", args_.device, "id or name")->type_name("DEVICE");
    for (CLI::App* command : {check, list, cancel}) {
      command->add_option("device", args_.device, "id or name")->type_name("DEVICE")->required();
    }
    list->add_option("--status", args_.status, "pending, done, failed, expired or cancelled")->type_name("STATUS");
    auto* const fleets = schedule->add_option("--fleet", args_.fleets, "id or name; repeatable")->type_name("FLEET");
    schedule->add_flag("--all", args_.all, "every device of the workspace")->excludes(fleets);
    auto* const pairs = schedule->add_option("--arg", args_.pairs, "an argument of the device's function; repeatable")
                            ->type_name("NAME VALUE");
    schedule->add_option("--value", args_.value, "all it is called with, instead of --arg")
        ->type_name("JSON")
        ->excludes(pairs);
    schedule->add_option("--at", args_.start, "not before")->type_name("TIME");
    schedule->add_option("--expires", args_.timeout, "when it is not done so long after")->type_name("SECONDS");
    schedule->add_option("--retries", args_.retries, "how often again when it fails")->type_name("COUNT");
    schedule->add_option("--retry-after", args_.retry_after, "between (60)")->type_name("SECONDS");
  }

  void add_variables() {
    CLI::App* variable = noun("variable", "What a device says, and what is expected of it");
    CLI::App* list = verb(variable, "ls", "Those of a device", run_variable_ls);
    CLI::App* get = verb(variable, "get", "One", run_variable_get);
    CLI::App* set = verb(variable, "set", "Expect a value; the device is told when it is there", run_variable_set);
    CLI::App* unset = verb(variable, "unset", "Expect nothing any more", run_variable_unset);
    for (CLI::App* command : {list, get, set, unset}) {
      command->add_option("device", args_.device, "id or name")->type_name("DEVICE")->required();
    }
    for (CLI::App* command : {get, set, unset}) {
      command->add_option("name", args_.name, "as the device's program has it")->type_name("NAME")->required();
    }
    set->add_option("value", args_.value, "JSON, or a text")->type_name("VALUE");
    set->add_option("--val,--arg", args_.pairs, "a member of an object, instead; repeatable")->type_name("NAME VALUE");
    variable->footer("Example:\n  signet variable set pump speed 1200\n  signet variable ls pump");
    CLI::App* condition = noun("condition", "What devices say has begun, and has ended");
    CLI::App* conditions = verb(condition, "ls", "The last opened first", run_condition_ls);
    conditions->add_option("device", args_.device, "id or name; all when absent")->type_name("DEVICE");
    conditions->add_option("--status", args_.status, "open or closed")->type_name("STATUS");
    conditions->add_option("--tag", args_.tags, "only this")->type_name("TAG")->expected(1);
    conditions->add_option("--threshold", args_.timeout, "that lasted so long at least")->type_name("SECONDS");
    conditions->add_option("--count", args_.count, "at most this many (100)")->type_name("N");
  }

  void add_secrets() {
    CLI::App* secret = noun("secret", "Wi-Fi passwords and keys that a board's element keeps sealed");
    CLI::App* set = verb(secret, "set", "Store one; asks for its value without echo", run_secret_set);
    CLI::App* list = verb(secret, "ls", "Their names; no value ever comes back", run_secret_ls);
    CLI::App* remove = verb(secret, "rm", "Remove one, or all", run_secret_rm);
    set->add_option("name", args_.name, "wifi.ssid and wifi.password are the network's")->type_name("NAME")->required();
    set->add_option("--file", args_.file, "the value is in this file; - is one line of standard input")
        ->type_name("FILE");
    remove->add_option("name", args_.name)->type_name("NAME");
    remove->add_flag("--all", args_.yes, "every one, and every copy of them");
    for (CLI::App* command : {set, list, remove}) {
      command->add_option("--board", args_.board, "the board's serial console")->type_name("PTY")->required();
      command->add_option("--baud", args_.baud, "speed of the console (115200)")->type_name("BAUD");
    }
    secret->footer(
        "Example:\n  signet secret set wifi.ssid --board /dev/ttyUSB0\n"
        "  signet secret set wifi.password --board /dev/ttyUSB0\n"
        "A program then says wifi.configure(), without a password in it.");
  }

  void add_registry() {
    CLI::App* registry = noun("registry", "The units that the manager knows");
    CLI::App* import =
        verb(registry, "import", "Take a manufacturer's manifest, all of it or nothing", run_registry_import);
    import->add_option("file", args_.file, "the manifest")->type_name("FILE")->required();
    import->add_option("--log-signer", args_.log_signer, "certificate of who signed it")->type_name("FILE")->required();
    import->add_option("--root", args_.roots, "certificate that issued the signers; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->required();
    verb(registry, "ls", "List", run_registry_ls)
        ->add_option("--count", args_.count, "at most this many (100)")
        ->type_name("N");
    verb(registry, "show", "One unit and its certificates", run_registry_show)
        ->add_option("dcn", args_.name, "common name of its certificate")
        ->type_name("DCN")
        ->required();
    CLI::App* quarantine =
        verb(registry, "quarantine", "Keep a unit out until it is released", run_registry_quarantine);
    quarantine->add_option("--reason", args_.reason, "for the audit")->type_name("TEXT")->required();
    CLI::App* release = verb(registry, "release", "End a unit's quarantine", run_registry_release);
    for (CLI::App* command : {quarantine, release}) {
      command->add_option("dcn", args_.name, "common name of its certificate")->type_name("DCN")->required();
    }
    CLI::App* enroll = verb(registry, "enroll", "Bind a software key to a device: LOW assurance", run_registry_enroll);
    enroll->add_option("device", args_.device, "id or name")->type_name("DEVICE")->required();
    enroll->add_option("--csr", args_.file, "request made with the key, PEM")->type_name("FILE")->required();
    enroll->add_option("-o,--out", args_.out_file, "where to write the certificate")->type_name("CERT")->required();
  }

  void add_security() {
    CLI::App* security = noun("security", "Who knocks at the devices' port, and who is kept out");
    verb(security, "top", "Addresses that connect and are not let in, why, and the bans", run_security_top)
        ->add_option("--count", args_.count, "at most this many addresses (20)")
        ->type_name("N");
    CLI::App* ban = verb(security, "ban", "Refuse new connections of an address or a net", run_security_ban);
    ban->add_option("--time", args_.timeout, "how long (3600)")->type_name("SECONDS");
    ban->add_option("--reason", args_.reason, "for the audit")->type_name("TEXT");
    CLI::App* unban = verb(security, "unban", "Lift a ban", run_security_unban);
    CLI::App* nft =
        verb(security, "nft", "Print the bans as a script for 'nft -f -' (docs/guard.md)", run_security_nft);
    nft->add_option("file", args_.file, "the file 'bans' in signetd's data folder")->type_name("FILE")->required();
    nft->add_option("--port", args_.port, "the devices' port (8883)")->type_name("PORT");
    for (CLI::App* command : {ban, unban}) {
      command->add_option("address", args_.name, "203.0.113.7, 203.0.113.0/24, 2001:db8::/64")
          ->type_name("ADDRESS")
          ->required();
    }
  }

  void add_own_elements() {  // beside what add_element has for chips
    CLI::App* element = app_.get_subcommand("element");
    CLI::App* make = verb(element, "new", "Make an identity in a TPM, a PKCS#11 token or a file", run_element_new);
    CLI::App* request = verb(element, "request", "Write its certificate request", run_element_request);
    CLI::App* install = verb(element, "install", "Let it keep the certificate that came back", run_element_install);
    for (CLI::App* command : {make, request, install}) {
      command
          ->add_option("name", args_.name, "tpm:TCTI, pkcs11:token=LABEL or software:FILE, as signet-board --help says")
          ->type_name("ELEMENT")
          ->required();
    }
    request->add_option("-o,--out", args_.out_file, "where to write it, PEM")->type_name("CSR")->required();
    install->add_option("--certificate", args_.file, "one to three, PEM, the device's first")
        ->type_name("FILE")
        ->required();
    make->footer(
        "Example:\n  signet element new software:pump.id\n"
        "  signet element request software:pump.id -o pump.csr\n"
        "  signet registry enroll pump --csr pump.csr -o pump.pem\n"
        "  signet element install software:pump.id --certificate pump.pem\n"
        "  signet-board --dir board --element software:pump.id --program main.py\n"
        "  signet device claim pump --board board/console");
  }

  void add_data() {
    CLI::App* data = noun("data", "Readings");
    CLI::App* list = verb(data, "ls", "The newest", run_data_ls);
    CLI::App* tail = verb(data, "tail", "The newest, and what comes", run_data_tail);
    CLI::App* take_out = verb(data, "export", "All of a time, the oldest first, into a file", run_data_export);
    CLI::App* sums = verb(data, "aggregate", "Averages and the like of a field, by interval", run_data_aggregate);
    sums->add_option("field", args_.name, "of the payload, as env.t; without one, readings are counted")
        ->type_name("FIELD");
    sums->add_option("--every", args_.interval, "interval, as 60s, 15m, 1d (1h)")->type_name("TIME");
    sums->add_flag("--by-device", args_.all, "each device for itself");
    sums->footer("Example:\n  signet data aggregate env.t --since 7d --every 1d --by-device");
    CLI::App* keep = verb(data, "retention", "How long readings are kept, or from now on shall be", run_data_retention);
    keep->add_option("days", args_.days, "older ones are removed; 0: never")->type_name("DAYS");
    keep->add_flag("--yes", args_.yes, "do not ask");
    for (CLI::App* command : {list, tail, take_out, sums}) {
      command->add_option("--device", args_.devices, "only this, id or name; may be repeated")
          ->type_name("DEVICE")
          ->allow_extra_args(false);
      command->add_option("--fleet", args_.fleets, "only its devices, id or name; may be repeated")
          ->type_name("FLEET")
          ->allow_extra_args(false);
      command->add_option("--tag", args_.tags, "only this; may be repeated")->type_name("TAG")->allow_extra_args(false);
    }
    list->add_option("--count", args_.count, "at most this many (100)")->type_name("N");
    for (CLI::App* command : {list, take_out, sums}) {
      command->add_option("--start,--since", args_.start, "from then on: RFC 3339, or so long ago, as 24h")
          ->type_name("TIME");
      command->add_option("--end,--until", args_.end, "before then")->type_name("TIME");
    }
    take_out->add_option("--format", args_.format, "csv or jsonl (csv)")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"csv", "jsonl"}))
        ->default_str("csv");
    take_out->add_option("-o,--out", args_.out_file, "where to; the same line goes on when it was cut off")
        ->type_name("FILE");
    take_out->footer("Example:\n  signet data export --since 7d --device lamp --format csv -o lamp.csv");
    CLI::App* audit = noun("audit", "Who did what");
    verb(audit, "ls", "The newest", run_audit_ls)
        ->add_option("--count", args_.count, "at most this many (50)")
        ->type_name("N");
    CLI::App* verify =
        verb(audit, "verify", "Whether it is whole: nothing changed, removed or moved", run_audit_verify);
    verify->add_option("--file", args_.file, "what 'audit export' wrote, instead of asking the manager")
        ->type_name("FILE");
    CLI::App* away = verb(audit, "export", "All of it, as JSON lines", run_audit_export);
    away->add_option("-o,--out", args_.out_file, "where to")->type_name("FILE")->required();
    CLI::App* follow = verb(audit, "tail", "The newest, and what comes", run_audit_tail);
    for (CLI::App* command : {tail, follow}) {
      command->add_option("--count", args_.count, "end after this many")->type_name("N");
      command->add_option("--timeout", args_.timeout, "seconds; end by then")->type_name("SECONDS");
    }
  }

  CLI::App& app_;
  Arguments& args_;
};

void tell_error(Environment& env, const Arguments& args, const Error& error) {
  if (args.as_json) {
    print_json(env.err, json::object{{"error", json::object{{"code", name_of(error.code)}, {"message", error.what}}}});
    return;
  }
  env.err << "signet: error: " << error.what << std::endl;
}

Status run_chosen(Environment& env, const Arguments& args, Command command) {
  Session session = TRY(open_session(env, args));
  return command(session);
}

}  // namespace

int run(std::vector<std::string> arguments, Environment& env) {
  Arguments args;
  CLI::App app{about, "signet"};
  app.footer(example);
  app.set_version_flag("--version", "signet " + env.version);
  Tree tree{app, args};
  tree.build();
  if (!arguments.empty() && arguments.front() == complete_word) {
    for (const Candidate& one : complete(app, {arguments.begin() + 1, arguments.end()})) {
      env.out << one.word << '\t' << one.meaning << '\n';
    }
    return 0;
  }
  arguments = from_zerynth(std::move(arguments));
  const std::vector<std::string> said = arguments;
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (app.exit(error, env.out, env.err) == 0) return 0;
    if (const auto hint = meant(app, said)) env.err << "signet: " << *hint << '\n';
    env.err << example << std::endl;
    return exit_code_usage;
  }
  const Status done = run_chosen(env, args, tree.chosen);
  if (done) return 0;
  tell_error(env, args, done.error());
  return exit_code_of(done.error().code);
}

}  // namespace signet::cli
