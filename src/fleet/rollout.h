// rollout.h -- a version brought to many devices step by step: canaries, then waves, each only when the one before it
// went well.
//
//   running ──▶ done          pause, resume: nobody new is told meanwhile, who was told goes on
//      │  ▲
//      ▼  │                   halted: too many of a wave failed, or did not come back; a person looks, and resumes with
//   paused, halted ──▶ aborted    a greater allowance, or aborts
//
// A wave has ended when each of its devices has; those that are away and have not begun are not waited for, once one
// has succeeded: they are told when they come back. Part of fleet.h, whose rules hold here.
#pragma once

#include "fleet/fota.h"

namespace signet::fleet {

inline constexpr std::size_t rollouts_max = 100;      // of one workspace: the oldest that have ended are forgotten
inline constexpr std::size_t rollout_waves_max = 20;  // and one of canaries
inline constexpr Seconds rollout_soak_max{30 * 86'400};
inline constexpr Seconds rollout_return_least{60};
inline constexpr Seconds rollout_return_max{86'400};
inline constexpr std::size_t rollout_told_at_once_max = 256;  // with one commit

std::string_view name_of(RolloutStatus status);
// "22:00-04:00", UTC; "" is always.
Status read_window(std::string_view text, RolloutPlan& into);
std::string window_text(const RolloutPlan& plan);
bool is_in_window(const RolloutPlan& plan, Timestamp now);
// How many of so many devices are in each wave; none is empty.
std::vector<std::size_t> wave_sizes(const RolloutPlan& plan, std::size_t devices);

struct RolloutState {
  Rollout rollout;
  std::vector<RolloutCount> counts;
};

class Rollouts {
 public:
  explicit Rollouts(Fleet& fleet) : fleet_(fleet) {}

  // Of all devices of these fleets, of all fleets when none is named; as they are now.
  Result<RolloutState> create(const Actor& actor, const WorkspaceId& workspace, const std::vector<FleetId>& fleets,
                              const FirmwareId& firmware, std::string_view version, const RolloutPlan& plan);
  Result<std::vector<RolloutState>> list(const Actor& actor, const WorkspaceId& workspace);
  Result<RolloutState> get(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id);
  Result<std::vector<Update>> updates(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id,
                                      std::optional<UpdateStatus> status, std::size_t size,
                                      const std::optional<UpdateId>& before = {});
  Result<RolloutState> pause(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id);
  // One that was halted: with a greater allowance of failures.
  Result<RolloutState> resume(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id,
                              std::optional<unsigned> failures_percent);
  // Who has begun goes on; all others are cancelled.
  Result<RolloutState> abort(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id);
  // To be called every second, of one and the same object: tells, judges, goes on. True: once more at once. From its
  // first call on devices have the time of their plan to come back to a manager that was away.
  Result<bool> tend();

 private:
  struct Wave;
  Result<Rollout> find(const Actor& actor, const WorkspaceId& workspace, const RolloutId& id, std::string_view action);
  Result<RolloutState> state_of(Rollout rollout);
  Result<RolloutState> keep(const Actor& actor, const Rollout& changed, std::string_view action);
  Result<Wave> look_at(const Rollout& rollout);
  Status end_lost(const Rollout& rollout, const Wave& wave);
  Result<bool> tell_some(const Rollout& rollout);
  Status note(const Rollout& rollout, std::string_view action);
  Status halt(Rollout rollout, const Wave& wave);
  Result<bool> go_on(Rollout rollout, const Wave& wave);
  Result<bool> tend_one(const Rollout& rollout);
  Fleet& fleet_;
  std::optional<Timestamp> tended_since_{};
};

}  // namespace signet::fleet
