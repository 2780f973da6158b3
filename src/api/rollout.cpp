// Versions brought to many devices, step by step.
#include "fleet/rollout.h"
#include "api/page.h"
#include "api/rollout.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

json::array wave_counts(const fleet::RolloutState& state) {
  json::array out;
  for (unsigned wave = 0; wave < state.rollout.waves; ++wave) {
    json::object counts;
    std::size_t all = 0;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(fleet::last_update_status); ++i) {
      counts[name_of(static_cast<fleet::UpdateStatus>(i))] = 0;
    }
    for (const fleet::RolloutCount& one : state.counts) {
      if (one.wave != wave) continue;
      counts[name_of(one.status)] = one.count;
      all += one.count;
    }
    counts["devices"] = all;
    out.push_back(std::move(counts));
  }
  return out;
}

json::object rollout_shape(const fleet::RolloutState& state) {
  const fleet::Rollout& one = state.rollout;
  json::array waves;
  for (const unsigned percent : one.plan.waves) waves.emplace_back(percent);
  return {{"id", one.id.str()},
          {"workspace_id", one.workspace.str()},
          {"firmware_id", one.firmware.str()},
          {"firmware_version", one.version},
          {"status", name_of(one.status)},
          {"detail", one.detail},
          {"canaries", one.plan.canaries},
          {"waves", std::move(waves)},
          {"soak", one.plan.soak.count()},
          {"failures_percent", one.plan.failures_percent},
          {"return_within", one.plan.return_within.count()},
          {"window", window_text(one.plan)},
          {"wave", one.wave},
          {"counts", wave_counts(state)},
          {"created_at", rfc3339(one.created_at)},
          {"wave_ended_at", or_null(one.wave_ended_at)},
          {"finished_at", or_null(one.finished_at)}};
}

Result<net::HttpResponse> one_rollout(const fleet::RolloutState& state) {
  return reply({{"rollout", rollout_shape(state)}});
}

Result<fleet::RolloutId> rollout_of(const Call& call) { return fleet::RolloutId::parse(call.segment("rol")); }

Result<std::optional<unsigned>> small_number(const Call& call, std::string_view name) {
  const json::value* found = call.body.if_contains(name);
  if (!found || found->is_null()) return std::optional<unsigned>{};
  if (found->as_int64() < 0 || found->as_int64() > std::numeric_limits<std::int32_t>::max()) {
    return Error{Errc::malformed, "\"" + std::string{name} + "\" is negative or too large"};
  }
  return std::optional{static_cast<unsigned>(found->as_int64())};
}

Result<fleet::RolloutPlan> read_plan(const Call& call) {
  fleet::RolloutPlan out;
  out.canaries = TRY(small_number(call, "canaries")).value_or(out.canaries);
  out.failures_percent = TRY(small_number(call, "failures_percent")).value_or(out.failures_percent);
  if (const auto seconds = TRY(small_number(call, "soak"))) out.soak = Seconds{*seconds};
  if (const auto seconds = TRY(small_number(call, "return_within"))) out.return_within = Seconds{*seconds};
  TRY(fleet::read_window(call.text("window"), out));
  const json::value* waves = call.body.if_contains("waves");
  if (!waves || waves->is_null()) return out;
  out.waves.clear();
  for (const json::value& percent : waves->as_array()) {
    if (percent.as_int64() < 1 || percent.as_int64() > 100) {
      return Error{Errc::malformed, "\"waves\" are percentages that rise to 100, as [10, 50, 100]"};
    }
    out.waves.push_back(static_cast<unsigned>(percent.as_int64()));
  }
  return out;
}

Result<net::HttpResponse> create_rollout(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  // What is no id names no firmware: who may not ask is to hear that first.
  const Result<fleet::FirmwareId> named_firmware = fleet::FirmwareId::parse(call.text("firmware_id"));
  const fleet::FirmwareId firmware = named_firmware ? named_firmware.value() : fleet::FirmwareId{};
  std::vector<FleetId> fleets;
  const auto named = call.optional_texts("fleets").value_or(std::vector<std::string>{});
  fleets.reserve(named.size());
  for (const std::string& fleet : named) fleets.push_back(TRY(FleetId::parse(fleet)));
  const fleet::RolloutPlan plan = TRY(read_plan(call));
  return one_rollout(TRY(fleet::Rollouts{service.fleet}.create(call.actor, workspace, fleets, firmware,
                                                               call.text("firmware_version"), plan)));
}

Result<net::HttpResponse> list_rollouts(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::RolloutState& one : TRY(fleet::Rollouts{service.fleet}.list(call.actor, workspace))) {
    all.push_back({one.rollout.id.str(), rollout_shape(one)});
  }
  return reply_page(call, "rollouts", std::move(all));
}

Result<net::HttpResponse> get_rollout(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::RolloutId id = TRY(rollout_of(call));
  return one_rollout(TRY(fleet::Rollouts{service.fleet}.get(call.actor, workspace, id)));
}

Result<std::optional<fleet::UpdateStatus>> status_asked(const Call& call) {
  const auto text = call.query("status");
  if (!text) return std::optional<fleet::UpdateStatus>{};
  for (std::size_t i = 0; i <= static_cast<std::size_t>(fleet::last_update_status); ++i) {
    const auto status = static_cast<fleet::UpdateStatus>(i);
    if (name_of(status) == *text) return std::optional{status};
  }
  return Error{Errc::malformed, "query \"status\" is none of waiting, pending, done, failed, cancelled"};
}

Result<net::HttpResponse> list_rollout_updates(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::RolloutId id = TRY(rollout_of(call));
  const auto status = TRY(status_asked(call));
  const PageAsked page = TRY(page_asked(call));
  std::optional<fleet::UpdateId> before;
  if (!page.after.empty()) before = TRY(fleet::UpdateId::parse(page.after));
  const auto found =
      TRY(fleet::Rollouts{service.fleet}.updates(call.actor, workspace, id, status, page.size + 1, before));
  json::array out;
  for (const fleet::Update& one : found) {
    if (out.size() < page.size) out.push_back(shape(one));
  }
  json::value next = nullptr;
  if (found.size() > page.size) next = cursor_of(found[page.size - 1].id.str());
  return reply({{"updates", std::move(out)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> pause_rollout(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::RolloutId id = TRY(rollout_of(call));
  return one_rollout(TRY(fleet::Rollouts{service.fleet}.pause(call.actor, workspace, id)));
}

Result<net::HttpResponse> resume_rollout(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::RolloutId id = TRY(rollout_of(call));
  const auto allowed = TRY(small_number(call, "failures_percent"));
  return one_rollout(TRY(fleet::Rollouts{service.fleet}.resume(call.actor, workspace, id, allowed)));
}

Result<net::HttpResponse> abort_rollout(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::RolloutId id = TRY(rollout_of(call));
  return one_rollout(TRY(fleet::Rollouts{service.fleet}.abort(call.actor, workspace, id)));
}

std::vector<Value> plan_values() {
  return {{"firmware_id", "string"},
          {"firmware_version", "string"},
          {"fleets", "string[]?", "only these; none: all"},
          {"canaries", "integer?", "devices of a wave of their own, before all others; 0"},
          {"waves", "integer[]?", "percent of the devices by the end of each wave, rising to 100; [100]"},
          {"soak", "integer?", "seconds from the end of a wave to the next; 0"},
          {"failures_percent", "integer?", "of a wave's devices: when more fail it halts; 0"},
          {"return_within", "integer?", "seconds that a device may be away after its restart; 900"},
          {"window", "string?", "times of the day, UTC, within which devices are told: 22:00-04:00"}};
}

}  // namespace

std::vector<Schema> with_rollouts(std::vector<Schema> all) {
  all.insert(all.end(), {{"Rollout",
                          {{"id", "string"},
                           {"workspace_id", "string"},
                           {"firmware_id", "string"},
                           {"firmware_version", "string"},
                           {"status", "string", "running, paused, halted (too many failed), aborted or done"},
                           {"detail", "string", "why it stands"},
                           {"canaries", "integer"},
                           {"waves", "integer[]"},
                           {"soak", "integer", "seconds"},
                           {"failures_percent", "integer"},
                           {"return_within", "integer", "seconds"},
                           {"window", "string"},
                           {"wave", "integer", "the present one, from 0"},
                           {"counts", "WaveCounts[]", "of each wave, at this moment"},
                           {"created_at", "time"},
                           {"wave_ended_at", "time?", "of the present one"},
                           {"finished_at", "time?"}}},
                         {"WaveCounts",
                          {{"waiting", "integer"},
                           {"pending", "integer"},
                           {"done", "integer"},
                           {"failed", "integer"},
                           {"cancelled", "integer"},
                           {"devices", "integer"}}}});
  return all;
}

void add_rollouts(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/rollouts";
  constexpr const char* one = "/v3/workspaces/{wks}/rollouts/{rol}";
  const std::vector<Value> answer{{"rollout", "Rollout"}};
  to.push_back({"POST",
                all,
                Access::token,
                "Bring a version to many devices, wave by wave, each when the one before it went well",
                create_rollout,
                {},
                plan_values(),
                answer});
  to.push_back({"GET",
                all,
                Access::token,
                "Rollouts of a workspace, and how they go",
                list_rollouts,
                with_page(),
                {},
                paged({"rollouts", "Rollout[]"})});
  to.push_back({"GET", one, Access::token, "One rollout, with its counts at this moment", get_rollout, {}, {}, answer});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/rollouts/{rol}/updates",
                Access::token,
                "Its updates, device by device",
                list_rollout_updates,
                with_page({{"status", "string?", "waiting, pending, done, failed or cancelled"}}),
                {},
                paged({"updates", "Update[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/rollouts/{rol}/pause",
                Access::token,
                "Tell nobody new; who was told goes on",
                pause_rollout,
                {},
                {},
                answer});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/rollouts/{rol}/resume",
                Access::token,
                "Go on; one that was halted with a greater allowance of failures",
                resume_rollout,
                {},
                {{"failures_percent", "integer?", "from now on; as it was"}},
                answer});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/rollouts/{rol}/abort",
                Access::token,
                "End it: who has begun goes on, all others are cancelled",
                abort_rollout,
                {},
                {},
                answer});
}

}  // namespace signet::api
