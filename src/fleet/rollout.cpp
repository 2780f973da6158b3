#include "fleet/rollout.h"

#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr const char* resetting = "done, resetting";

Status check_plan(const RolloutPlan& plan) {
  const bool rising =
      std::adjacent_find(plan.waves.begin(), plan.waves.end(), std::greater_equal<>{}) == plan.waves.end();
  const bool ends = !plan.waves.empty() && plan.waves.back() == 100 && plan.waves.front() > 0;
  if (!rising || !ends || plan.waves.size() > rollout_waves_max) {
    return Error{Errc::malformed, "\"waves\" are up to " + std::to_string(rollout_waves_max) +
                                      " percentages that rise to 100, as [10, 50, 100]"};
  }
  if (plan.canaries > job_devices_max) return Error{Errc::too_large, "more canaries than a rollout has devices"};
  if (plan.failures_percent > 100) return Error{Errc::malformed, "\"failures_percent\" is more than 100"};
  if (plan.soak < Seconds{0} || plan.soak > rollout_soak_max) {
    return Error{Errc::malformed, "\"soak\" is not between 0 and " + std::to_string(rollout_soak_max.count())};
  }
  if (plan.return_within < rollout_return_least || plan.return_within > rollout_return_max) {
    return Error{Errc::malformed, "\"return_within\" is not between " + std::to_string(rollout_return_least.count()) +
                                      " and " + std::to_string(rollout_return_max.count()) + " seconds"};
  }
  return {};
}

bool has_ended(RolloutStatus status) { return status == RolloutStatus::aborted || status == RolloutStatus::done; }

bool has_begun(const Update& update) { return !update.progress.empty(); }

// Canaries are a wave of their own, before the first.
std::string name_of_wave(const Rollout& rollout) {
  if (rollout.plan.canaries == 0) return "wave " + std::to_string(rollout.wave + 1);
  return rollout.wave == 0 ? "the canaries" : "wave " + std::to_string(rollout.wave);
}

}  // namespace

// Of the present wave.
struct Rollouts::Wave {
  std::size_t all = 0, waiting = 0, pending = 0, done = 0, failed = 0;
  std::size_t busy = 0;        // told, and here or begun: to be waited for
  std::vector<Update> lost{};  // restarted for the update, and did not come back
  std::size_t gone = 0;        // had succeeded, and is away since
  bool fails(unsigned percent) const { return (failed + gone) * 100 > percent * all; }
};

Result<Rollout> Rollouts::find(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id,
                               std::string_view action) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, action));
  std::optional<Rollout> found = TRY(s.store.rollout(id));
  if (found && found->workspace == workspace) return *std::move(found);
  return s.denied(actor, action, id.str(),
                  {Errc::not_found, "workspace " + workspace.str() + " has no rollout " + id.str()});
}

Result<RolloutState> Rollouts::state_of(Rollout rollout) {
  std::vector<RolloutCount> counts = TRY(Inner::of(fleet_).store.rollout_counts(rollout.id));
  return RolloutState{std::move(rollout), std::move(counts)};
}

Result<RolloutState> Rollouts::create(const Actor& actor, const WorkspaceId& workspace,
                                      const std::vector<FleetId>& fleets, const FirmwareId& firmware,
                                      std::string_view version, const RolloutPlan& plan) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, "fota.rollout"));
  for (const FleetId& fleet : fleets) TRY(s.require_fleet(actor, workspace, fleet, "fota.rollout"));
  TRY(check_plan(plan));
  const FirmwareVersion wanted = TRY(s.require_version(actor, workspace, firmware, version));
  const std::vector<Device> devices = TRY(s.devices_in(workspace, fleets));
  if (devices.empty()) return Error{Errc::not_found, "there is no device to update"};
  if (devices.size() > job_devices_max) {
    return Error{Errc::too_large, "more than " + std::to_string(job_devices_max) + " devices: name smaller fleets"};
  }
  const std::vector<Rollout> known = TRY(s.store.rollouts(workspace));
  const auto oldest =
      std::find_if(known.begin(), known.end(), [](const Rollout& one) { return has_ended(one.status); });
  if (known.size() >= rollouts_max && oldest == known.end()) {
    return Error{Errc::exhausted, "a workspace has at most " + std::to_string(rollouts_max) + " rollouts: abort one"};
  }
  const std::vector<std::size_t> sizes = wave_sizes(plan, devices.size());
  Rollout made{.id = s.ids.next<RolloutIdKind>(), .workspace = workspace, .firmware = firmware};
  made.version = wanted.version, made.plan = plan, made.created_at = s.clock.now();
  made.waves = static_cast<unsigned>(sizes.size());
  const std::string detail = firmware.str() + ":" + made.version + ", " + std::to_string(devices.size()) + " devices";
  TRY(s.act(s.entry(actor, "fota.rollout", made.id.str(), detail), [&](Changes& to) -> Status {
    if (known.size() >= rollouts_max) TRY(to.remove_rollout(oldest->id));
    TRY(to.put_rollout(made));
    std::size_t at = 0;
    for (unsigned wave = 0; wave < sizes.size(); ++wave) {
      for (std::size_t i = 0; i < sizes[wave]; ++i, ++at) {
        Update update = s.update_to(wanted, devices[at].id);
        update.status = UpdateStatus::waiting, update.rollout = made.id, update.wave = wave;
        TRY(s.replace_update(to, update));
        TRY(to.put_update(update));
      }
    }
    return {};
  }));
  return state_of(std::move(made));
}

Result<std::vector<RolloutState>> Rollouts::list(const Actor& actor, const WorkspaceId& workspace) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, "fota.read"));
  std::vector<RolloutState> out;
  for (const Rollout& one : TRY(s.store.rollouts(workspace))) out.push_back(TRY(state_of(one)));
  return out;
}

Result<RolloutState> Rollouts::get(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id) {
  Rollout found = TRY(find(actor, workspace, id, "fota.read"));
  return state_of(std::move(found));
}

Result<std::vector<Update>> Rollouts::updates(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id,
                                              std::optional<UpdateStatus> status, std::size_t size,
                                              const std::optional<UpdateId>& before) {
  TRY(find(actor, workspace, id, "fota.read"));
  if (size > updates_page_max) return Error{Errc::too_large, "size is more than " + std::to_string(updates_page_max)};
  return Inner::of(fleet_).store.updates({.rollout = id, .status = status, .before = before, .size = size});
}

Result<RolloutState> Rollouts::keep(const Actor& actor, const Rollout& changed, std::string_view action) {
  auto& s = Inner::of(fleet_);
  TRY(s.act(s.entry(actor, action, changed.id.str(), changed.detail),
            [&](Changes& to) { return to.put_rollout(changed); }));
  return state_of(changed);
}

Result<RolloutState> Rollouts::pause(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id) {
  Rollout found = TRY(find(actor, workspace, id, "fota.rollout"));
  if (found.status != RolloutStatus::running) {
    return Error{Errc::conflict, "the rollout is " + std::string{name_of(found.status)} + ", not running"};
  }
  found.status = RolloutStatus::paused, found.detail = "by " + actor.email;
  return keep(actor, found, "fota.rollout_pause");
}

Result<RolloutState> Rollouts::resume(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id,
                                      std::optional<unsigned> failures_percent) {
  Rollout found = TRY(find(actor, workspace, id, "fota.rollout"));
  if (found.status != RolloutStatus::paused && found.status != RolloutStatus::halted) {
    return Error{Errc::conflict,
                 "the rollout is " + std::string{name_of(found.status)} + ": there is nothing to resume"};
  }
  const unsigned allowed = failures_percent.value_or(found.plan.failures_percent);
  if (allowed > 100) return Error{Errc::malformed, "\"failures_percent\" is more than 100"};
  if (found.status == RolloutStatus::halted && TRY(look_at(found)).fails(allowed)) {
    return Error{Errc::conflict, found.detail + ": it would halt again; abort it, or allow more failures"};
  }
  found.plan.failures_percent = allowed;
  found.status = RolloutStatus::running, found.detail = "resumed by " + actor.email;
  return keep(actor, found, "fota.rollout_resume");
}

Result<RolloutState> Rollouts::abort(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id) {
  auto& s = Inner::of(fleet_);
  Rollout found = TRY(find(actor, workspace, id, "fota.rollout"));
  if (has_ended(found.status)) {
    return Error{Errc::conflict, "the rollout is " + std::string{name_of(found.status)} + " already"};
  }
  found.status = RolloutStatus::aborted, found.detail = "by " + actor.email, found.finished_at = s.clock.now();
  const std::vector<Update> all = TRY(s.store.updates({.rollout = id, .size = updates_page_max}));
  TRY(s.act(s.entry(actor, "fota.rollout_abort", id.str(), found.version), [&](Changes& to) -> Status {
    for (Update update : all) {
      if (!is_open(update.status) || has_begun(update)) continue;
      TRY(s.end_update(to, update, UpdateStatus::cancelled, "the rollout was aborted by " + actor.email));
    }
    return to.put_rollout(found);
  }));
  return state_of(std::move(found));
}

Result<Rollouts::Wave> Rollouts::look_at(const Rollout& rollout) {
  auto& s = Inner::of(fleet_);
  const Timestamp now = s.clock.now();
  Wave out;
  for (Update& one : TRY(s.store.updates({.rollout = rollout.id, .wave = rollout.wave, .size = updates_page_max}))) {
    const auto live = s.live.find(one.device);
    const bool is_here = live != s.live.end() && live->second.sessions > 0;
    ++out.all;
    out.waiting += one.status == UpdateStatus::waiting ? 1 : 0;
    out.pending += one.status == UpdateStatus::pending ? 1 : 0;
    out.done += one.status == UpdateStatus::done ? 1 : 0;
    out.failed += one.status == UpdateStatus::failed ? 1 : 0;
    out.busy += one.status == UpdateStatus::pending && (is_here || has_begun(one)) ? 1 : 0;
    const auto is_late = [&](const std::optional<Timestamp>& since) {
      return since && *since + rollout.plan.return_within < now;
    };
    const bool had_time = tended_since_ && *tended_since_ + rollout.plan.return_within <= now;
    if (is_here || !had_time) continue;
    const std::optional<Timestamp> seen = live == s.live.end() ? std::nullopt : live->second.last_seen;
    out.gone += one.status == UpdateStatus::done && is_late(seen) ? 1 : 0;
    const bool restarts = one.status == UpdateStatus::pending && one.progress == resetting;
    if (restarts && is_late(one.progress_at)) out.lost.push_back(std::move(one));
  }
  return out;
}

// It stays expected of nobody: a board that comes back later runs what it ran before, or says itself what it runs.
Status Rollouts::end_lost(const Rollout& rollout, const Wave& wave) {
  auto& s = Inner::of(fleet_);
  const std::string why =
      "it did not come back within " + std::to_string(rollout.plan.return_within.count()) + " seconds of its restart";
  return s.change([&](Changes& to) -> Status {
    for (Update update : wave.lost) TRY(s.end_update(to, update, UpdateStatus::failed, why));
    return {};
  });
}

Result<bool> Rollouts::tell_some(const Rollout& rollout) {
  auto& s = Inner::of(fleet_);
  const std::vector<Update> some = TRY(s.store.updates({.rollout = rollout.id,
                                                        .status = UpdateStatus::waiting,
                                                        .wave = rollout.wave,
                                                        .size = rollout_told_at_once_max}));
  Inner::State::Messages messages;
  TRY(s.change([&](Changes& to) -> Status {
    for (Update update : some) TRY(s.tell(to, update, messages));
    return {};
  }));
  if (s.observer) s.observer->on_messages(messages);
  return some.size() == rollout_told_at_once_max;
}

// The manager's own doing, in the audit with what it did it for.
Status Rollouts::note(const Rollout& rollout, std::string_view action) {
  auto& s = Inner::of(fleet_);
  AuditEntry entry{0, s.clock.now(), "manager", std::string{action}, rollout.id.str(), "", true, ""};
  entry.detail = rollout.detail;
  return s.act(entry, [&](Changes& to) { return to.put_rollout(rollout); });
}

Status Rollouts::halt(Rollout rollout, const Wave& wave) {
  rollout.status = RolloutStatus::halted;
  rollout.detail = std::to_string(wave.failed + wave.gone) + " of " + std::to_string(wave.all) + " devices of " +
                   name_of_wave(rollout) + " failed" +
                   (wave.gone > 0 ? ", " + std::to_string(wave.gone) + " of them lost after the update" : "");
  return note(rollout, "fota.rollout_halted");
}

Result<bool> Rollouts::go_on(Rollout rollout, const Wave& wave) {
  auto& s = Inner::of(fleet_);
  const Timestamp now = s.clock.now();
  const bool is_over = wave.waiting == 0 && wave.busy == 0 && (wave.done > 0 || wave.pending == 0);
  if (!is_over) return false;
  if (!rollout.wave_ended_at) {
    rollout.wave_ended_at = now;
    TRY(s.change([&](Changes& to) { return to.put_rollout(rollout); }));
  }
  if (*rollout.wave_ended_at + rollout.plan.soak > now) return false;
  if (rollout.wave + 1 < rollout.waves) {
    ++rollout.wave;
    rollout.wave_ended_at.reset();
    rollout.detail = "wave " + std::to_string(rollout.wave + 1) + " of " + std::to_string(rollout.waves);
    TRY(note(rollout, "fota.rollout_wave"));
    return true;
  }
  rollout.status = RolloutStatus::done, rollout.finished_at = now, rollout.detail = "";
  TRY(note(rollout, "fota.rollout_done"));
  return false;
}

Result<bool> Rollouts::tend_one(const Rollout& rollout) {
  const Wave wave = TRY(look_at(rollout));
  if (!wave.lost.empty()) {
    TRY(end_lost(rollout, wave));
    return true;
  }
  if (wave.fails(rollout.plan.failures_percent)) {
    TRY(halt(rollout, wave));
    return false;
  }
  const bool in_window = is_in_window(rollout.plan, Inner::of(fleet_).clock.now());
  if (wave.waiting > 0) return in_window ? tell_some(rollout) : Result<bool>{false};
  return go_on(rollout, wave);
}

Result<bool> Rollouts::tend() {
  auto& s = Inner::of(fleet_);
  if (!tended_since_) tended_since_ = s.clock.now();
  bool more = false;
  for (const Rollout& one : TRY(s.store.rollouts_running())) {
    const bool again = TRY(tend_one(one));
    more = more || again;
  }
  return more;
}

}  // namespace signet::fleet
