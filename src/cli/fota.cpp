// signet fota: devices are updated over the air.
#include "cli/fota.h"

namespace signet::cli {
namespace {

constexpr Millis look_interval{1000};

const Row fota_columns{"DeviceID", "Status", "FirmwareId", "FirmwareVersion", "ScheduledAt", "Progress", "Why"};

Result<json::object> fota_in(const json::object& answer) { return object_member(answer, "fota"); }

// "downloading 100 % 42 %": the OS, the application.
std::string progress_of(const json::object& fota) {
  std::string out = cell(fota, "progress");
  const json::value* percent = fota.if_contains("percent");
  if (out != "downloading" || !percent || !percent->is_array()) return out;
  for (const json::value& one : percent->as_array()) {
    if (one.is_int64()) out += " " + std::to_string(one.as_int64()) + " %";
  }
  return out;
}

Row row_of_update(const json::object& fota) {
  const json::value* value = fota.if_contains("value");
  const json::object what = value && value->is_object() ? value->as_object() : json::object{};
  return {cell(fota, "device_id"),    cell(fota, "status"), cell(what, "firmware_id"), cell(what, "firmware_version"),
          cell(fota, "scheduled_at"), progress_of(fota),    cell(fota, "detail")};
}

Status show_update(Session& session, const json::object& answer) {
  if (session.args.as_json) return print_json(session.env.out, answer), Status{};
  print_table(session.env.out, fota_columns, {row_of_update(TRY(fota_in(answer)))});
  return {};
}

Result<std::string> fota_path(Session& session, const std::string& device) {
  return "/v3/devices/" + TRY(device_id(session, device)) + "/fota";
}

// A line for each thing that the device says, until it has ended.
Status wait_for_end(Session& session, const std::string& path, json::object answer) {
  const Instant begun = session.env.clock.monotonic();
  std::string told;
  while (true) {
    const json::object fota = TRY(fota_in(answer));
    const std::string status = cell(fota, "status");
    const std::string line = status == "pending" ? "pending  " + progress_of(fota) : status;
    if (!session.args.as_json && line != told) session.env.out << line << std::endl;
    told = line;
    if (status != "pending" && status != "waiting") {
      if (session.args.as_json) print_json(session.env.out, answer);
      if (status == "done") return {};
      return Error{Errc::conflict, "the update " + status + ": " + cell(fota, "detail")};
    }
    const Seconds limit{session.args.timeout.value_or(0)};
    if (limit > Seconds{0} && session.env.clock.monotonic() - begun >= limit) {
      return Error{Errc::unavailable, "the update is still pending; 'signet fota check' shows how it goes"};
    }
    session.env.wait(look_interval);
    answer = TRY(ask(session, "GET", path));
  }
}

Status schedule_update_on_fleets(Session& session, const std::string& firmware, const std::string& version) {
  std::string path = TRY(workspace_path(session)) + "/fota/" + TRY(firmware_id(session, firmware));
  path += "/versions/" + percent_encode(version);
  char sign = '?';
  for (const std::string& fleet : session.args.fleets) {
    path += sign + ("fleet=" + TRY(fleet_id(session, fleet)));
    sign = '&';
  }
  const json::object answer = TRY(ask(session, "POST", path));
  const json::object fota = TRY(fota_in(answer));
  const std::size_t count = TRY(array_member(fota, "devices")).size();
  return say(session, answer, "Scheduled on " + std::to_string(count) + " devices; each when it is there");
}

}  // namespace

Status run_fota_schedule(Session& session) {
  const std::vector<std::string>& words = session.args.words;
  const bool on_fleets = session.args.all || !session.args.fleets.empty();
  if (words.size() != (on_fleets ? 2u : 3u)) {
    return Error{Errc::malformed, "name DEVICE FIRMWARE VERSION; or FIRMWARE VERSION with --fleet or --all"};
  }
  if (on_fleets) return schedule_update_on_fleets(session, words[0], words[1]);
  const std::string path = TRY(fota_path(session, words[0]));
  const std::string firmware = TRY(firmware_id(session, words[1]));
  const std::string to = path + "/" + firmware + "/versions/" + percent_encode(words[2]);
  const json::object answer = TRY(ask(session, "POST", to));
  return session.args.wait ? wait_for_end(session, path, answer) : show_update(session, answer);
}

Status run_fota_check(Session& session) {
  const std::string path = TRY(fota_path(session, session.args.device));
  const json::object answer = TRY(ask(session, "GET", path));
  return session.args.wait ? wait_for_end(session, path, answer) : show_update(session, answer);
}

Status run_fota_ls(Session& session) {
  const std::string path = TRY(fota_path(session, session.args.device)) + "/history";
  const json::object answer = TRY(ask(session, "GET", path));
  if (session.args.as_json) return print_json(session.env.out, answer), Status{};
  std::vector<Row> rows;
  for (const json::object& one : TRY(objects(answer, "updates"))) rows.push_back(row_of_update(one));
  print_table(session.env.out, fota_columns, rows);
  return {};
}

Status run_fota_cancel(Session& session) {
  const std::string path = TRY(fota_path(session, session.args.device));
  return show_update(session, TRY(ask(session, "DELETE", path)));
}

void add_fota(const Noun& root) {
  Arguments& args = root.args;
  const Noun noun = root.noun(
      "fota", "Devices updated over the air",
      "A device is told when it is there, downloads the images from the manager's port for devices, and answers when\n"
      "it runs them, or why it does not. It takes what its release keys have signed, whatever the manager says.\n"
      "Example:\n"
      "  signet firmware upload lamp 1.2.0 lamp.signed.img\n"
      "  signet fota schedule hall-1 lamp 1.2.0 --wait\n"
      "  signet fota schedule lamp 1.2.0 --fleet north\n"
      "  signet fota rollout create lamp 1.2.0 --canaries 2 --waves 10,50,100 --wait");
  CLI::App* schedule = noun.verb("schedule", "Update a device, or fleets at once", run_fota_schedule);
  schedule->add_option("what", args.words, "of an update of fleets FIRMWARE and VERSION alone")
      ->type_name("DEVICE FIRMWARE VERSION")
      ->required()
      ->expected(2, 3);
  auto* const fleets = schedule->add_option("--fleet", args.fleets, "id or name; repeatable")
                           ->type_name("FLEET")
                           ->allow_extra_args(false);
  auto* const all = schedule->add_flag("--all", args.all, "every device of the workspace")->excludes(fleets);
  CLI::App* check = noun.verb("check", "The last update of a device, and how it goes", run_fota_check);
  CLI::App* list = noun.verb("ls", "Its updates, the last first", run_fota_ls);
  CLI::App* cancel = noun.verb("cancel", "Cancel the one that is pending: it is given nothing more", run_fota_cancel);
  for (CLI::App* command : {check, list, cancel}) {
    command->add_option("device", args.device, "id or name")->type_name("DEVICE")->required();
  }
  for (CLI::App* command : {schedule, check}) {
    command->add_flag("--wait", args.wait, "say how it goes until it has ended; fails when it does");
    command->add_option("--timeout", args.timeout, "wait at most so long")->type_name("SECONDS");
  }
  schedule->get_option("--wait")->excludes(fleets)->excludes(all);
  add_rollouts(noun);
}

}  // namespace signet::cli
