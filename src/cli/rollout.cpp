// signet fota rollout: a version brought to many devices, wave by wave.
#include "cli/fota.h"

#include "base/ids.h"

#include <charconv>

namespace signet::cli {
namespace {

constexpr Millis rollout_look_interval{2000};

Result<std::string> rollouts_path(Session& session) { return TRY(workspace_path(session)) + "/rollouts"; }
Result<std::string> rollout_path(Session& session) {
  if (!is_id(session.args.name, "rol-")) {
    return Error{Errc::malformed, "a rollout is named by its id, as 'signet fota rollout ls' shows it"};
  }
  return TRY(rollouts_path(session)) + "/" + session.args.name;
}

// "10,50,100"
Result<json::array> waves_of(std::string_view text) {
  json::array out;
  while (!text.empty()) {
    unsigned percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    const auto size = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || (size < text.size() && text[size] != ',')) {
      return Error{Errc::malformed, "--waves are percentages, as 10,50,100"};
    }
    out.emplace_back(percent);
    text.remove_prefix(std::min(text.size(), size + 1));
  }
  return out;
}

std::string counts_text(const json::object& counts) {
  std::string out;
  for (const char* name : {"done", "failed", "pending", "waiting", "cancelled"}) {
    const std::string count = cell(counts, name);
    if (count != "0") out += (out.empty() ? "" : ", ") + count + " " + name;
  }
  return out;
}

// Canaries are a wave of their own, before the first.
std::string wave_name(const json::object& rollout, std::size_t at) {
  const bool has_canaries = cell(rollout, "canaries") != "0";
  return has_canaries && at == 0 ? "canaries" : "wave " + std::to_string(has_canaries ? at : at + 1);
}

// One line for each wave; the present one is marked.
Status show_rollout(Session& session, const json::object& answer) {
  if (session.args.as_json) return print_json(session.env.out, answer), Status{};
  const json::object one = TRY(object_member(answer, "rollout"));
  print_table(session.env.out, {"Rollout", "Status", "FirmwareId", "FirmwareVersion", "Why"},
              {{cell(one, "id"), cell(one, "status"), cell(one, "firmware_id"), cell(one, "firmware_version"),
                cell(one, "detail")}});
  std::vector<Row> rows;
  const std::vector<json::object> waves = TRY(objects(one, "counts"));
  for (std::size_t i = 0; i < waves.size(); ++i) {
    const bool present = cell(one, "wave") == std::to_string(i);
    rows.push_back({wave_name(one, i) + (present ? " <" : ""), cell(waves[i], "devices"), counts_text(waves[i])});
  }
  print_table(session.env.out, {"Wave", "Devices", "Of them"}, rows);
  return {};
}

std::string line_of_rollout(const json::object& one) {
  std::string out = cell(one, "status");
  const json::value* waves = one.if_contains("counts");
  if (!waves || !waves->is_array()) return out;
  std::size_t at = 0;
  for (const json::value& wave : waves->as_array()) {
    if (wave.is_object()) out += "  " + wave_name(one, at) + ": " + counts_text(wave.as_object());
    ++at;
  }
  return out;
}

Status wait_for_rollout(Session& session, const std::string& path) {
  std::string told;
  while (true) {
    const json::object answer = TRY(ask(session, "GET", path));
    const json::object one = TRY(object_member(answer, "rollout"));
    const std::string line = line_of_rollout(one), status = cell(one, "status");
    if (!session.args.as_json && line != told) session.env.out << line << std::endl;
    told = line;
    if (status != "running") {
      if (session.args.as_json) print_json(session.env.out, answer);
      if (status == "done") return {};
      return Error{Errc::conflict, "the rollout is " + status + ": " + cell(one, "detail")};
    }
    session.env.wait(rollout_look_interval);
  }
}

Status run_rollout_create(Session& session) {
  const Arguments& args = session.args;
  json::object order{{"firmware_version", args.version}};
  order["firmware_id"] = TRY(firmware_id(session, args.name));
  json::array fleets;
  for (const std::string& fleet : args.fleets) fleets.emplace_back(TRY(fleet_id(session, fleet)));
  if (!fleets.empty()) order["fleets"] = std::move(fleets);
  if (!args.value.empty()) order["waves"] = TRY(waves_of(args.value));
  if (args.count) order["canaries"] = *args.count;
  if (args.retry_after) order["soak"] = *args.retry_after;
  if (args.retries) order["failures_percent"] = *args.retries;
  if (args.timeout) order["return_within"] = *args.timeout;
  if (!args.interval.empty()) order["window"] = args.interval;
  const std::string path = TRY(rollouts_path(session));
  const json::object answer = TRY(ask(session, "POST", path, order));
  const json::object made = TRY(object_member(answer, "rollout"));
  return args.wait ? wait_for_rollout(session, path + "/" + cell(made, "id")) : show_rollout(session, answer);
}

Status run_rollout_ls(Session& session) {
  const std::string path = TRY(rollouts_path(session));
  return show_list(session, TRY(ask_all(session, path, "rollouts")), "rollouts",
                   {"Rollout", "Status", "FirmwareId", "FirmwareVersion", "Created", "Why"},
                   {"id", "status", "firmware_id", "firmware_version", "created_at", "detail"});
}

Status run_rollout_show(Session& session) {
  const std::string path = TRY(rollout_path(session));
  if (session.args.wait) return wait_for_rollout(session, path);
  return show_rollout(session, TRY(ask(session, "GET", path)));
}

Status run_rollout_pause(Session& session) {
  const std::string path = TRY(rollout_path(session)) + "/pause";
  return show_rollout(session, TRY(ask(session, "POST", path)));
}

Status run_rollout_resume(Session& session) {
  const std::string path = TRY(rollout_path(session)) + "/resume";
  json::object order;
  if (session.args.retries) order["failures_percent"] = *session.args.retries;
  return show_rollout(session, TRY(ask(session, "POST", path, order)));
}

Status run_rollout_abort(Session& session) {
  const std::string path = TRY(rollout_path(session)) + "/abort";
  TRY(confirm_first(session, "Abort the rollout? Who has not begun will not be updated."));
  return show_rollout(session, TRY(ask(session, "POST", path)));
}

}  // namespace

void add_rollouts(const Noun& fota) {
  Arguments& args = fota.args;
  const Noun noun = fota.noun(
      "rollout", "Many devices, wave by wave, each when the one before went well",
      "A rollout halts by itself when more of a wave fail than --failures allows, or do not come back.\n"
      "Example:\n"
      "  signet fota rollout create lamp 1.2.0 --canaries 2 --waves 10,50,100 --soak 3600 --window 22:00-04:00\n"
      "  signet fota rollout show rol-2rwublsnczbh --wait");
  CLI::App* create = noun.verb("create", "Begin one", run_rollout_create);
  create->add_option("firmware", args.name, "id or name")->type_name("FIRMWARE")->required();
  create->add_option("version", args.version)->type_name("VERSION")->required();
  create->add_option("--fleet", args.fleets, "only of this, id or name; repeatable")
      ->type_name("FLEET")
      ->allow_extra_args(false);
  create->add_option("--canaries", args.count, "devices of a wave of their own, before all others (0)")->type_name("N");
  create->add_option("--waves", args.value, "percent of the devices by the end of each (100)")->type_name("10,50,100");
  create->add_option("--soak", args.retry_after, "from the end of a wave to the next (0)")->type_name("SECONDS");
  create->add_option("--return-within", args.timeout, "a device that is away longer after its restart failed (900)")
      ->type_name("SECONDS");
  create->add_option("--window", args.interval, "UTC: devices are told only then")->type_name("22:00-04:00");
  noun.verb("ls", "List, and how they go", run_rollout_ls);
  CLI::App* show = noun.verb("show", "One, wave by wave", run_rollout_show);
  CLI::App* pause = noun.verb("pause", "Tell nobody new; who was told goes on", run_rollout_pause);
  CLI::App* resume = noun.verb("resume", "Go on with one that was paused, or halted", run_rollout_resume);
  CLI::App* abort = noun.verb("abort", "End it: who has not begun is not updated", run_rollout_abort);
  for (CLI::App* command : {show, pause, resume, abort}) {
    command->add_option("rollout", args.name, "its id")->type_name("ROLLOUT")->required();
  }
  for (CLI::App* command : {create, resume}) {
    command->add_option("--failures", args.retries, "of a wave: when more fail it halts (0)")->type_name("PERCENT");
  }
  for (CLI::App* command : {create, show}) {
    command->add_flag("--wait", args.wait, "say how it goes until it stands; fails when it was not done");
  }
  abort->add_flag("--yes", args.yes, "do not ask");
}

}  // namespace signet::cli
