#include "base/errc_names.h"
#include "base/exit_code.h"
#include "cli/board.h"
#include "cli/complete.h"
#include "cli/element_line.h"
#include "cli/examples.h"
#include "cli/export.h"
#include "cli/firmware_line.h"
#include "cli/fleet_line.h"
#include "cli/fota.h"
#include "cli/more_names.h"
#include "cli/outward_line.h"
#include "cli/people_line.h"
#include "cli/profile.h"

#include <algorithm>
#include <array>

namespace signet::cli {
namespace {

constexpr const char* about = "Signet's command line: from a genuine board to data you can see.";
constexpr const char* main_example =
    "Example:\n"
    "  signet setup 'https://localhost:8443/setup#token=...&ca=...'\n"
    "  signet registry import manifest.json --log-signer log-signer.pem --root root.pem\n"
    "  signet device create lamp\n"
    "  signet device claim lamp --board /dev/ttyUSB0\n"
    "  signet data tail --device lamp";

void add_global(const Noun& root) {
  Arguments& args = root.args;
  root.app->add_flag("-J,--json", args.as_json, "JSON for programs: one document, or one a line for tail");
  root.app->add_option("--server", args.server, "another manager than the one remembered")->type_name("URL");
  root.app->add_option("--ca", args.ca_file, "its CA certificate")->type_name("FILE");
  root.app->add_option("--config", args.config_file, "instead of config.json in $SIGNET_HOME")->type_name("FILE");
  root.app->add_option("--profile", args.profile, "which manager and sign-in, as 'signet profile ls' says")
      ->type_name("NAME");
  root.app->add_option("--workspace", args.workspace, "id or name; not needed when you have one")->type_name("WKS");
}

void add_entrance(const Noun& root) {
  Arguments& args = root.args;
  CLI::App* setup = root.verb("setup", "Make the first account of a new manager", run_setup);
  setup->add_option("link", args.link, "the link that signetd printed, in quotes")->type_name("LINK")->required();
  CLI::App* join = root.verb("join", "Take an invitation: with the account you use there, or a new one", run_join);
  join->add_option("link", args.link, "what the inviter handed over, in quotes")->type_name("LINK")->required();
  CLI::App* login = root.verb("login", "Sign in", run_login);
  for (CLI::App* command : {setup, login}) {
    command->add_option("--email", args.email, "asked for when absent")->type_name("EMAIL");
  }
  login->add_option("--code", args.code, "of the second factor; asked for when needed")->type_name("CODE");
  for (CLI::App* command : {setup, join, login}) {
    command->add_flag("--password-stdin", args.password_stdin, "read the password from standard input");
  }
  root.verb("logout", "Sign out", run_logout);
  root.verb("whoami", "Who you are here", run_account_show);
  root.verb("status", "The manager and its devices at a glance", run_status);
}

void add_registry(const Noun& root) {
  Arguments& args = root.args;
  const Noun registry = root.noun("registry", "The units that the manager knows");
  CLI::App* import =
      registry.verb("import", "Take a manufacturer's manifest, all of it or nothing", run_registry_import);
  import->add_option("file", args.file, "the manifest")->type_name("FILE")->required();
  import->add_option("--log-signer", args.log_signer, "certificate of who signed it")->type_name("FILE")->required();
  import->add_option("--root", args.roots, "certificate that issued the signers; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->required();
  registry.verb("ls", "List", run_registry_ls)
      ->add_option("--count", args.count, "at most this many (100)")
      ->type_name("N");
  registry.verb("show", "One unit and its certificates", run_registry_show)
      ->add_option("dcn", args.name, "common name of its certificate")
      ->type_name("DCN")
      ->required();
  CLI::App* quarantine = registry.verb("quarantine", "Keep a unit out until it is released", run_registry_quarantine);
  quarantine->add_option("--reason", args.reason, "for the audit")->type_name("TEXT")->required();
  CLI::App* release = registry.verb("release", "End a unit's quarantine", run_registry_release);
  for (CLI::App* command : {quarantine, release}) {
    command->add_option("dcn", args.name, "common name of its certificate")->type_name("DCN")->required();
  }
  CLI::App* enroll = registry.verb("enroll", "Bind a software key to a device: LOW assurance", run_registry_enroll);
  enroll->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  enroll->add_option("--csr", args.file, "request made with the key, PEM")->type_name("FILE")->required();
  enroll->add_option("-o,--out", args.out_file, "where to write the certificate")->type_name("CERT")->required();
}

void add_security(const Noun& root) {
  Arguments& args = root.args;
  const Noun security = root.noun("security", "Who knocks at the devices' port, and who is kept out");
  security.verb("top", "Addresses that connect and are not let in, why, and the bans", run_security_top)
      ->add_option("--count", args.count, "at most this many addresses (20)")
      ->type_name("N");
  CLI::App* ban = security.verb("ban", "Refuse new connections of an address or a net", run_security_ban);
  ban->add_option("--time", args.timeout, "how long (3600)")->type_name("SECONDS");
  ban->add_option("--reason", args.reason, "for the audit")->type_name("TEXT");
  CLI::App* unban = security.verb("unban", "Lift a ban", run_security_unban);
  CLI::App* nft = security.verb("nft", "Print the bans as a script for 'nft -f -' (docs/guard.md)", run_security_nft);
  nft->add_option("file", args.file, "the file 'bans' in signetd's data folder")->type_name("FILE")->required();
  nft->add_option("--port", args.port, "the devices' port (8883)")->type_name("PORT");
  for (CLI::App* command : {ban, unban}) {
    command->add_option("address", args.name, "203.0.113.7, 203.0.113.0/24, 2001:db8::/64")
        ->type_name("ADDRESS")
        ->required();
  }
}

void add_own_elements(const Noun& root) {  // beside what add_element has for chips
  Arguments& args = root.args;
  const Noun element = root.there("element");
  CLI::App* make = element.verb("new", "Make an identity in a TPM, a PKCS#11 token or a file", run_element_new);
  CLI::App* request = element.verb("request", "Write its certificate request", run_element_request);
  CLI::App* install = element.verb("install", "Let it keep the certificate that came back", run_element_install);
  for (CLI::App* command : {make, request, install}) {
    command->add_option("name", args.name, "tpm:TCTI, pkcs11:token=LABEL or software:FILE, as signet-board --help says")
        ->type_name("ELEMENT")
        ->required();
  }
  request->add_option("-o,--out", args.out_file, "where to write it, PEM")->type_name("CSR")->required();
  install->add_option("--certificate", args.file, "one to three, PEM, the device's first")
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

void add_data(const Noun& root) {
  Arguments& args = root.args;
  const Noun data = root.noun("data", "Readings");
  CLI::App* list = data.verb("ls", "The newest", run_data_ls);
  CLI::App* tail = data.verb("tail", "The newest, and what comes", run_data_tail);
  CLI::App* take_out = data.verb("export", "All of a time, the oldest first, into a file", run_data_export);
  CLI::App* sums = data.verb("aggregate", "Averages and the like of a field, by interval", run_data_aggregate);
  sums->add_option("field", args.name, "of the payload, as env.t; without one, readings are counted")
      ->type_name("FIELD");
  sums->add_option("--every", args.interval, "interval, as 60s, 15m, 1d (1h)")->type_name("TIME");
  sums->add_flag("--by-device", args.all, "each device for itself");
  sums->footer("Example:\n  signet data aggregate env.t --since 7d --every 1d --by-device");
  CLI::App* keep = data.verb("retention", "How long readings are kept, or from now on shall be", run_data_retention);
  keep->add_option("days", args.days, "older ones are removed; 0: never")->type_name("DAYS");
  keep->add_flag("--yes", args.yes, "do not ask");
  for (CLI::App* command : {list, tail, take_out, sums}) {
    command->add_option("--device", args.devices, "only this, id or name; may be repeated")
        ->type_name("DEVICE")
        ->allow_extra_args(false);
    command->add_option("--fleet", args.fleets, "only its devices, id or name; may be repeated")
        ->type_name("FLEET")
        ->allow_extra_args(false);
    command->add_option("--tag", args.tags, "only this; may be repeated")->type_name("TAG")->allow_extra_args(false);
  }
  list->add_option("--count", args.count, "at most this many (100)")->type_name("N");
  for (CLI::App* command : {list, take_out, sums}) {
    command->add_option("--start,--since", args.start, "from then on: RFC 3339, or so long ago, as 24h")
        ->type_name("TIME");
    command->add_option("--end,--until", args.end, "before then")->type_name("TIME");
  }
  take_out->add_option("--format", args.format, "csv or jsonl (csv)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->default_str("csv");
  take_out->add_option("-o,--out", args.out_file, "where to; the same line goes on when it was cut off")
      ->type_name("FILE");
  take_out->footer("Example:\n  signet data export --since 7d --device lamp --format csv -o lamp.csv");
  const Noun audit = root.noun("audit", "Who did what");
  audit.verb("ls", "The newest", run_audit_ls)
      ->add_option("--count", args.count, "at most this many (50)")
      ->type_name("N");
  CLI::App* verify = audit.verb("verify", "Whether it is whole: nothing changed, removed or moved", run_audit_verify);
  verify->add_option("--file", args.file, "what 'audit export' wrote, instead of asking the manager")
      ->type_name("FILE");
  CLI::App* away = audit.verb("export", "All of it, as JSON lines", run_audit_export);
  away->add_option("-o,--out", args.out_file, "where to")->type_name("FILE")->required();
  CLI::App* follow = audit.verb("tail", "The newest, and what comes", run_audit_tail);
  for (CLI::App* command : {tail, follow}) {
    command->add_option("--count", args.count, "end after this many")->type_name("N");
    command->add_option("--timeout", args.timeout, "seconds; end by then")->type_name("SECONDS");
  }
}

// In the order of --help.
constexpr std::array parts{add_global,   add_entrance,     add_workspaces, add_people,     add_devices,
                           add_registry, add_security,     add_data,       add_outward,    add_exports,
                           add_element,  add_own_elements, add_board,      add_new,        add_run,
                           add_firmware, add_fota,         add_profiles,   add_completion, add_more_names};

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
  app.footer(main_example);
  app.set_version_flag("--version", "signet " + env.version);
  app.fallthrough()->require_subcommand(1);
  Command chosen = nullptr;
  for (const auto add : parts) add({&app, args, chosen});
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
    env.err << main_example << std::endl;
    return exit_code_usage;
  }
  const Status done = run_chosen(env, args, chosen);
  if (done) return 0;
  tell_error(env, args, done.error());
  return exit_code_of(done.error().code);
}

}  // namespace signet::cli
