// signet export: readings into files, by a schedule.
#include "cli/export.h"

#include "base/ids.h"
#include "base/port/file.h"

namespace signet::cli {
namespace {

Result<std::string> export_path(Session& session) {
  const std::string all = TRY(workspace_path(session)) + "/exports";
  const std::string& wanted = session.args.name;
  if (is_id(wanted, "pex-")) return all + "/" + wanted;
  const json::object answer = TRY(ask_all(session, all, "exports"));
  const std::vector<json::object> known = TRY(objects(answer, "exports"));
  return all + "/" + TRY(pick(known, wanted, "export"));
}

Status show_export(Session& session, const json::object& answer) {
  const json::object one = TRY(object_member(answer, "export"));
  return show_members(session, answer, one);
}

Result<json::object> export_order(Session& session) {
  const Arguments& args = session.args;
  json::object out;
  if (!args.interval.empty()) out["schedule"] = args.interval;
  if (!args.fleets.empty() || args.all) {
    json::array fleets;
    for (const std::string& fleet : args.fleets) fleets.emplace_back(TRY(fleet_id(session, fleet)));
    out["fleets"] = std::move(fleets);
  }
  if (!args.tags.empty() || args.all) out["tags"] = json::array(args.tags.begin(), args.tags.end());
  if (args.on) out["enabled"] = true;
  if (args.off) out["enabled"] = false;
  return out;
}

Status run_export_create(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/exports";
  json::object order = TRY(export_order(session));
  order["name"] = session.args.name;
  if (!session.args.format.empty()) order["format"] = session.args.format;
  return show_export(session, TRY(ask(session, "POST", path, order)));
}

Status run_export_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/exports";
  return show_list(session, TRY(ask_all(session, path, "exports")), "exports",
                   {"Export", "Name", "Format", "Schedule", "On", "Last", "Next", "Error"},
                   {"id", "name", "format", "schedule", "enabled", "made_at", "due_at", "error"});
}

Status run_export_show(Session& session) {
  const std::string path = TRY(export_path(session));
  return show_export(session, TRY(ask(session, "GET", path)));
}

Status run_export_update(Session& session) {
  const std::string path = TRY(export_path(session));
  json::object order = TRY(export_order(session));
  if (!session.args.description.empty()) order["name"] = session.args.description;
  if (order.empty()) return Error{Errc::malformed, "nothing to change: see 'signet export update --help'"};
  return show_export(session, TRY(ask(session, "PUT", path, order)));
}

Status run_export_rm(Session& session) {
  const std::string path = TRY(export_path(session));
  TRY(confirm_first(session, "Remove the export and all its files?"));
  TRY(ask(session, "DELETE", path));
  session.env.out << (session.args.as_json ? "{}\n" : "Removed\n");
  return {};
}

Status run_export_run(Session& session) {
  const std::string path = TRY(export_path(session));
  const json::object answer = TRY(ask(session, "POST", path + "/run", json::object{}));
  if (session.args.as_json) return show_export(session, answer);
  session.env.out << "It is being made; 'signet export files' shows it when it is there\n";
  return {};
}

Status run_export_files(Session& session) {
  const std::string path = TRY(export_path(session));
  const json::object answer = TRY(ask(session, "GET", path + "/files"));
  return show_list(session, answer, "files", {"File", "Bytes"}, {"name", "size"});
}

Status run_export_get(Session& session) {
  const std::string path = TRY(export_path(session));
  const std::string& file = session.args.file;
  const net::HttpAnswer answer = TRY(fetch(session, "GET", path + "/files/" + percent_encode(file)));
  const std::string to = session.args.out_file.empty() ? file : session.args.out_file;
  if (to == "-") {
    session.env.out << answer.body << std::flush;
    return {};
  }
  if (to.find('/') != to.npos && session.args.out_file.empty()) return Error{Errc::malformed, "that is no file's name"};
  TRY(write_file_atomic(to, bytes_of(answer.body), 0600));
  if (!session.args.as_json) session.env.out << "Written to " << to << "\n";
  return {};
}

}  // namespace

void add_exports(const Noun& root) {
  Arguments& args = root.args;
  const Noun noun =
      root.noun("export", "Readings into files, by a schedule",
                "The files lie below the manager's data folder: the newest 100 of each export, 16 MiB each at most.\n"
                "Example:\n  signet export create nightly --at '6 *' --format csv --fleet north\n"
                "  signet export files nightly\n  signet export get nightly 20261121T060000Z-20261122T060000Z-001.csv");
  CLI::App* create = noun.verb("create", "Make one: each file goes on where the last ended", run_export_create);
  noun.verb("ls", "List, and how they go", run_export_ls);
  CLI::App* show = noun.verb("show", "One, and how it goes", run_export_show);
  CLI::App* update = noun.verb("update", "Change one, turn it on or off", run_export_update);
  CLI::App* remove = noun.verb("rm", "Remove one, and its files", run_export_rm);
  CLI::App* run = noun.verb("run", "Make a file now, of what came since the last", run_export_run);
  CLI::App* files = noun.verb("files", "The files of one, the oldest first", run_export_files);
  CLI::App* get = noun.verb("get", "Fetch a file", run_export_get);
  create->add_option("name", args.name)->type_name("NAME")->required();
  for (CLI::App* command : {show, update, remove, run, files, get}) {
    command->add_option("export", args.name, "id or name")->type_name("EXPORT")->required();
  }
  get->add_option("file", args.file, "as 'export files' shows it")->type_name("FILE")->required();
  get->add_option("-o,--out", args.out_file, "where to; - is standard output; its own name when absent")
      ->type_name("PATH");
  for (CLI::App* command : {create, update}) {
    command->add_option("--at", args.interval, "hour (UTC) and weekday (0 is Sunday) or *, in quotes: '6 *'")
        ->type_name("SCHEDULE");
    command->add_option("--fleet", args.fleets, "only of this, id or name; repeatable")
        ->type_name("FLEET")
        ->allow_extra_args(false);
    command->add_option("--tag", args.tags, "only this; repeatable")->type_name("TAG")->allow_extra_args(false);
  }
  create->get_option("--at")->required();
  create->add_option("--format", args.format, "csv or jsonl (csv)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"csv", "jsonl"}));
  create->add_flag("--off", args.off, "none is made until it is turned on");
  update->add_option("--name", args.description, "another")->type_name("NAME");
  update->add_flag("--all", args.all, "of all fleets and tags, but for those named here");
  CLI::Option* on = update->add_flag("--on", args.on, "go on");
  update->add_flag("--off", args.off, "make none")->excludes(on);
  remove->add_flag("--yes", args.yes, "do not ask");
}

}  // namespace signet::cli
