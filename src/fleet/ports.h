// ports.h -- what the domain needs of a memory. Domain terms only; store/sqlite implements it, and
// memory_store_for_test.h does for tests.
//
// Reads return nullopt (or an empty list) for what is not there; an Error means that the memory itself failed:
// `exhausted` (disk full, nothing was changed, later calls may work), `unavailable`, `corrupt`.
// Lists are in order of creation unless said otherwise. All calls come from one thread.
#pragma once

#include "fleet/export_model.h"
#include "fleet/firmware_ports.h"
#include "fleet/model.h"
#include "fleet/outward.h"
#include "fleet/people_ports.h"
#include "fleet/readings.h"

#include <array>
#include <functional>
#include <optional>
#include <span>

namespace signet::fleet {

// What the gate must know of one identity: the registry without its certificates.
struct Admissible {
  crypto::Digest fingerprint{};
  IdentityState state = IdentityState::known;
  Timestamp not_before;
  Timestamp not_after;
  std::optional<DeviceId> device;
  std::optional<WorkspaceId> workspace;  // of that device
};

enum class TwinSide : std::uint8_t { current, expected };

// The changes of one act. They exist only inside Store::change, so that nothing is ever changed without its audit
// entry. conflict: it is there already. not_found: what it hangs on (or what is to change) is not there.
class Changes : public PeopleChanges, public FirmwareChanges {
 public:
  virtual Status add_workspace(const Workspace& workspace) = 0;  // its account is its owner: a member
  virtual Status add_fleet(const FleetGroup& fleet) = 0;
  virtual Status update_workspace(const Workspace& workspace) = 0;  // name, description
  virtual Status update_fleet(const FleetGroup& fleet) = 0;         // the same
  // conflict: devices are in it; of a workspace, also removed ones that are not erased yet.
  virtual Status remove_workspace(const WorkspaceId& id) = 0;  // its fleets, members, invitations and keys too
  virtual Status remove_fleet(const FleetId& id) = 0;
  virtual Status add_device(const Device& device) = 0;
  virtual Status update_device(const Device& device) = 0;  // name, description, fleet, phys_id
  // And its twin, jobs, updates, conditions and session. conflict: an identity names it. Its readings are not found any
  // more.
  virtual Status remove_device(const DeviceId& id) = 0;
  // At most so many readings of removed devices, then what is left of the devices: how many. 0: nothing is left.
  virtual Result<std::size_t> erase_removed(std::size_t most) = 0;
  virtual Status set_last_seen(const DeviceId& device, Timestamp at) = 0;

  virtual Status add_identity(const Identity& identity) = 0;
  virtual Status set_identity(const crypto::Digest& fingerprint, IdentityState state,
                              const std::optional<DeviceId>& device) = 0;
  virtual Status set_receipt(const crypto::Digest& fingerprint, std::string_view receipt) = 0;  // "" takes it away
  virtual Status set_legacy_nonce(const crypto::Digest& fingerprint, std::int64_t nonce) = 0;

  // A reading whose (device, tag, device_time) is there already is dropped; one that is stamped with its arrival moves
  // on by microseconds instead, until its key is free.
  // What is stored is a line of its workspace's feed, if an integration there that is on waits for data.
  virtual Status append(std::span<const Reading> readings) = 0;
  // The oldest of those with an earlier device time, at most so many: how many.
  virtual Result<std::size_t> remove_readings(const WorkspaceId& workspace, Timestamp before, std::size_t most) = 0;
  virtual Status set_retention(const WorkspaceId& workspace, unsigned days) = 0;
  // Everything before `position` of that ingest log is in the store.
  virtual Status set_log_position(std::string_view log, std::uint64_t position) = 0;
  virtual Status put_twin(const DeviceId& device, TwinSide side, const TwinEntry& entry) = 0;  // replaces
  virtual Status erase_twin(const DeviceId& device, TwinSide side,
                            std::string_view key) = 0;  // well when there is none

  virtual Status put_job(const Job& job) = 0;  // replaces the one of its id. conflict: two of a name were pending
  virtual Status remove_old_jobs(const DeviceId& device, std::size_t keep) = 0;  // the oldest of those that ended

  virtual Status put_condition(const Condition& condition) = 0;  // replaces the one of its device and uuid
  virtual Status remove_old_conditions(const DeviceId& device, std::size_t keep) = 0;  // the oldest that have ended

  virtual Status put_session(const DeviceSession& session) = 0;  // replaces it, but for its will
  // Of a session that is there. Without one, it has none.
  virtual Status put_will(const DeviceId& device, const std::optional<DeviceSession::Will>& will) = 0;
  // Its lifetime begins. Its will is due with its delay, or with its end if that is sooner; or there is none any more.
  virtual Status leave_session(const DeviceId& device, Seconds lifetime, Timestamp at, bool last_words) = 0;
  virtual Status remove_session(const DeviceId& device) = 0;   // well when there is none
  virtual Status remove_sessions_ended_at(Timestamp now) = 0;  // but for those with a will
  virtual Status end_connected_sessions(Timestamp now) = 0;    // as if they left then: the manager was away

  virtual Status add_integration(const Integration& integration) = 0;
  virtual Status update_integration(const Integration& integration) = 0;  // all but its workspace and kind
  virtual Status remove_integration(const IntegrationId& id) = 0;  // with its dead letters; well when there is none
  // To the feed, if an integration that is on waits for its kind.
  virtual Status add_event(const DeviceEvent& event) = 0;
  virtual Status put_export(const Export& one) = 0;              // replaces all but its workspace, format and creation
  virtual Status remove_export(const ExportId& id) = 0;          // well when there is none
  virtual Status put_dead_letter(const DeadLetter& letter) = 0;  // number 0: a new one; else replaces
  virtual Status remove_dead_letter(const IntegrationId& of, std::int64_t number) = 0;  // well when there is none
  virtual Status remove_dead_letters(const IntegrationId& of) = 0;                      // all of them
  // The oldest, until it has at most so many and so many bytes of bodies.
  virtual Status remove_old_dead_letters(const IntegrationId& of, std::size_t keep, std::size_t bytes_max) = 0;
  // Forgets what no integration that is on needs, but for the last line: numbers go on from it.
  virtual Status trim_feed(const WorkspaceId& workspace) = 0;

  virtual Status audit(const AuditEntry& entry) = 0;  // its number and hash are given by the store
};

// How its commits go, since the start. The last of the counts is of those past all bounds.
inline constexpr std::array<Micros, 7> commit_time_bounds{Millis{1},   Millis{4},    Millis{16},  Millis{64},
                                                          Millis{256}, Millis{1024}, Millis{4096}};
struct StoreFigures {
  std::array<std::uint64_t, commit_time_bounds.size() + 1> commits_by_time{};
  Micros commit_time{0};
  std::uint64_t failures = 0;
  std::uint64_t memory_bytes = 0;  // of the store's library: its cache, mostly
};
class Store : public PeopleStore, public FirmwareStore, public Readings {
 public:
  // Runs `act`; when it returns well everything it changed is durable together, otherwise nothing is changed.
  // Inside, reads of the store see the changes made so far. Acts do not nest.
  virtual Status change(const std::function<Status(Changes&)>& act) = 0;
  // As change(), and safe from a kill as well when it returns; from a power cut only after the next change() or
  // settle(). For what comes a thousand times a second, is worth a line, and would cost a sync of the disk each.
  virtual Status change_soon(const std::function<Status(Changes&)>& act) { return change(act); }
  virtual Status settle() { return {}; }  // all that was changed so far is durable

  virtual Result<std::vector<Workspace>> workspaces(const AccountId& account) = 0;  // that it is a member of
  virtual Result<std::optional<Workspace>> workspace(const WorkspaceId& id) = 0;
  virtual Result<std::vector<Workspace>> workspaces_with_retention() = 0;
  virtual Result<std::vector<FleetGroup>> fleets(const WorkspaceId& workspace) = 0;
  virtual Result<std::optional<FleetGroup>> fleet(const FleetId& id) = 0;
  // Device::online is not kept: it is always false here.
  virtual Result<std::vector<Device>> devices(const DeviceQuery& query) = 0;
  virtual Result<std::optional<Device>> device(const DeviceId& id) = 0;

  // All of them, in no order; one at a time, as there may be millions. `take` must not use the store.
  virtual Status each_admissible(const std::function<void(const Admissible&)>& take) = 0;
  virtual Result<std::optional<Identity>> identity(const crypto::Digest& fingerprint) = 0;
  // The one that is not revoked; when all are, the last that was added.
  virtual Result<std::optional<Identity>> identity_by_dcn(std::string_view dcn) = 0;
  virtual Result<std::vector<Identity>> identities_of(const DeviceId& device) = 0;
  virtual Result<std::vector<Identity>> identities(const RegistryQuery& query) = 0;
  virtual Result<std::string> receipt(const crypto::Digest& fingerprint) = 0;        // "" when there is none
  virtual Result<std::int64_t> legacy_nonce(const crypto::Digest& fingerprint) = 0;  // 0 when there was none

  virtual Result<std::uint64_t> log_position(std::string_view log) = 0;  // 0 when none was set
  virtual Result<Twin> twin(const DeviceId& device) = 0;                 // each side by key
  virtual Result<std::optional<DeviceSession>> session(const DeviceId& device) = 0;
  virtual Result<std::vector<DueWill>> wills_due(Timestamp now, std::size_t most) = 0;  // the earliest
  virtual Result<std::optional<Job>> job(const JobId& id) = 0;
  virtual Result<std::vector<Job>> jobs(const JobQuery& query) = 0;  // the last scheduled first
  // Pending, and expired by then or due and not told: at most `size`.
  virtual Result<std::vector<Job>> jobs_to_tend(Timestamp now, std::size_t size) = 0;
  virtual Result<std::optional<Condition>> condition(const DeviceId& device, std::string_view uuid) = 0;
  virtual Result<std::vector<ConditionRow>> conditions(const ConditionQuery& query) = 0;  // the last opened first
  virtual Result<std::size_t> pending_jobs() = 0;                                         // of all devices
  virtual StoreFigures figures() const { return {}; }
  virtual Result<std::vector<Integration>> integrations() = 0;  // of all workspaces, by id
  virtual Result<FeedPage> feed(const FeedQuery& query) = 0;
  virtual Result<std::int64_t> feed_end(const WorkspaceId& workspace) = 0;  // number of its last line; 0: it has none
  virtual Result<std::vector<Export>> exports() = 0;                        // of all workspaces, by id
  // Number > after, rising.
  virtual Result<std::vector<DeadLetter>> dead_letters(const IntegrationId& of, std::int64_t after,
                                                       std::size_t size) = 0;
  virtual Result<std::size_t> dead_letter_count(const IntegrationId& of) = 0;
  virtual Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t size) = 0;  // number > after, rising
};

}  // namespace signet::fleet
