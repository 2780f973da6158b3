// fleet.h -- the domain's one entry: who may do what is decided here, whichever door was used.
//
// Every function for people takes an Actor and begins with require_…; every function for devices takes the Admission
// that admit() gave. Knows no thread, clock, file or socket: time comes from Clock, memory is ports.h. All calls come
// from one thread. A function that changes something returns after the store has committed.
#pragma once

#include "crypto/password.h"
#include "fleet/aggregate.h"
#include "fleet/data.h"
#include "fleet/index.h"
#include "fleet/manager_identity.h"
#include "fleet/model.h"
#include "fleet/ports.h"
#include "identity/claim.h"
#include "identity/manifest.h"

#include <functional>
#include <memory>
#include <span>

namespace signet::fleet {

inline constexpr std::size_t name_bytes_max = 128;
inline constexpr std::size_t email_bytes_max = 254;
inline constexpr std::size_t tag_bytes_max = 64;
inline constexpr std::size_t payload_bytes_max = 64 * 1024;
inline constexpr std::size_t audit_page_max = 1000;
inline constexpr std::size_t job_name_bytes_max = 63;
inline constexpr std::size_t job_value_bytes_max = 8 * 1024;
inline constexpr std::size_t job_result_bytes_max = 8 * 1024;  // a longer one is not kept, and the job says so
inline constexpr std::size_t wish_bytes_max = 8 * 1024;
inline constexpr std::size_t jobs_pending_max = 32;               // of one device
inline constexpr std::size_t jobs_pending_bytes_max = 48 * 1024;  // of their values
inline constexpr std::size_t jobs_kept_max = 100;                 // of one device, that ended: the oldest are forgotten
inline constexpr unsigned job_retries_max = 10;
inline constexpr unsigned retention_days_max = 36'500;
inline constexpr std::size_t retention_batch_max = 250;  // readings that are removed at once: some milliseconds
inline constexpr Seconds job_time_max{366 * 86'400};     // to its beginning, its end, another attempt
inline constexpr std::size_t job_devices_max = 2'000;    // of one call: they share a commit
// An identity whose sessions take each other's place so often within the window is held to live on two boards.
inline constexpr std::size_t takeovers_of_duplicate = 3;
inline constexpr Seconds takeover_window{600};
inline constexpr std::size_t wills_at_once_max = 100;  // with one commit

// Who asks. Made only by authenticate.
struct Actor {
  AccountId account;
  std::string email;
  std::optional<WorkspaceId> only;  // an API key is bound to one workspace
  std::string address;              // of the peer, for the audit
  Role at_most = Role::owner;       // an API key may have less than its account
  bool read_only = false;
  TokenId token{};        // it asks with
  std::string request{};  // what it asks is called, for the audit
};

struct SignedIn {
  std::string token;  // shown once; only its hash is kept
  Account account;
  Workspace workspace;
};

struct Policy {
  bool legacy_claims = false;  // accept `dcn:nonce:sig` bundles
  Seconds legacy_claim_window{300};
  Seconds session_lifetime{12 * 3600};
  bool quarantine_duplicates = false;                                // otherwise they are only told in the audit
  Seconds session_idle{2 * 3600};                                    // unused for so long, it ends before
  std::function<Status(const std::string&)> check_url = refuse_url;  // where webhooks may go
  crypto::PasswordCost password_cost{};                              // no setting of a program: tests alone lower it
  static Status refuse_url(const std::string& url);
};

// The gate's answer to a certificate that the registry knows.
struct Admission {
  DeviceId device;
  WorkspaceId workspace;
  std::string dcn;
  crypto::Digest fingerprint;
};

struct Challenge {
  identity::ClaimStatement statement;
  Buffer bytes;  // encode(statement): what the board is asked to sign
};
struct Claimed {
  Identity identity;
  std::string receipt;
};

// One device that came, or went.
struct Passage {
  Admission who;
  std::string address;
  std::optional<std::string> left;  // why; absent: it came
};

struct DownMessage {  // to j/dn/<device>
  std::string payload;
  bool momentary = false;  // the time: of no use later, so it is not kept for a device that is away
};
struct Addressed {
  DeviceId to;
  DownMessage message;
};

// Names this state of one side of a twin: another state has another.
std::string version_of(const std::vector<TwinEntry>& side);

struct Observer {
  virtual ~Observer() = default;
  virtual void on_expelled(const DeviceId& device) = 0;               // its live session must close now
  virtual void on_messages(std::span<const Addressed> messages) = 0;  // to those of them that are there
};

// Who is told of what happens as it happens, for those that watch. It may not call the fleet back from within.
struct Listener {
  virtual ~Listener() = default;
  virtual bool listens() const = 0;  // else it is spared
  // A reading that is stored (one that was stored before may be told again), or an event. Without a number.
  virtual void on_happened(const WorkspaceId& workspace, const Outward& what) = 0;
  virtual void on_refusal(const AuditEntry& entry) = 0;  // somebody was refused, at whichever door
  virtual void on_rights_withdrawn() = 0;                // somebody may do less than before: look again who may listen
};

struct Figures {
  std::uint64_t readings = 0;  // that went into the store since the start
  std::size_t jobs_pending = 0;
  StoreFigures store;
};
class Integrations;
class Exports;
class Fleet {
 public:
  Fleet(Store& store, Clock& clock, crypto::Random& random, ManagerIdentity manager, Policy policy);
  ~Fleet();
  void observe(Observer* observer);  // one; null to stop
  void listen(Listener* listener);   // the same
  Timestamp now() const;             // by the clock that everything here is dated with

  // --- people: fleet/account.cpp
  // The one-time setup token, made anew at each start until the first account exists; empty afterwards.
  Result<std::string> open_setup();
  Result<SignedIn> set_up(std::string_view token, std::string_view email, std::string_view password,
                          std::string_view address);
  // Without its code where one is needed: unauthenticated, in the words `needs_a_code` (permission.h).
  Result<SignedIn> sign_in(std::string_view email, std::string_view password, std::string_view address,
                           std::string_view code = "");
  // Counts as a use of the token, which puts the idle timeout off; unless that is only to see whether it still holds.
  Result<Actor> authenticate(std::string_view token, std::string_view address, bool is_use = true);
  Status sign_out(const Actor& actor, std::string_view token);

  // --- workspaces and fleets: fleet/workspace.cpp
  Result<std::vector<Workspace>> workspaces(const Actor& actor);
  Result<Workspace> workspace(const Actor& actor, const WorkspaceId& id);
  Result<Workspace> create_workspace(const Actor& actor, std::string_view name, std::string_view description);
  Result<std::vector<FleetGroup>> fleets(const Actor& actor, const WorkspaceId& workspace);
  Result<FleetGroup> fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id);
  Result<FleetGroup> create_fleet(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                                  std::string_view description);

  // --- devices: fleet/device.cpp
  Result<std::vector<Device>> devices(const Actor& actor, const DeviceQuery& query);
  Result<Device> device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id);
  Result<Device> find_device(const Actor& actor, const DeviceId& id);  // where the path names no workspace
  Result<Device> create_device(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                               const std::optional<FleetId>& fleet, std::string_view description = "");
  Result<Device> update_device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id, const Renaming& to,
                               const std::optional<FleetId>& fleet);
  Result<std::vector<Identity>> identities_of(const Actor& actor, const DeviceId& id);

  // --- registry: fleet/registry.cpp
  struct Imported {
    std::size_t added;
    std::size_t already_known;
  };
  // All or none. `origin` names the file. A unit known with the same certificate is counted, with another refused.
  Result<Imported> import_units(const Actor& actor, const std::vector<identity::Unit>& units, std::string_view origin);
  // Whether enroll() would take this common name: to be asked before anything is signed.
  Status may_enroll(const Actor& actor, const DeviceId& device, std::string_view dcn);
  // A software key, proven by its request, marked low assurance and bound at once to `device`.
  Result<Identity> enroll(const Actor& actor, const DeviceId& device, const identity::Certificate& certificate);
  Result<std::vector<Identity>> registry(const Actor& actor, const RegistryQuery& query);
  Result<Identity> find_identity(const Actor& actor, std::string_view dcn);

  // --- quarantine: fleet/quarantine.cpp. Of one's own devices, or any as the operator; a live session is expelled.
  Status quarantine(const Actor& actor, std::string_view dcn, std::string_view reason);
  Status release(const Actor& actor, std::string_view dcn);  // to what it was before: claimed, or known

  // --- claims: fleet/claim.cpp
  Result<Challenge> begin_claim(const Actor& actor, const DeviceId& device, std::string_view dcn);
  // The statement is found by its bytes, checked against what was issued, and spent whatever the outcome.
  Result<Claimed> finish_claim(const Actor& actor, Bytes statement, const crypto::Signature& signature);
  Result<Claimed> claim_legacy(const Actor& actor, const DeviceId& device, std::string_view bundle);
  Status unclaim(const Actor& actor, const DeviceId& device);
  // The identity is refused from now on, for ever; a live session is expelled.
  Status revoke(const Actor& actor, const DeviceId& device, std::string_view reason);

  // --- the gate: fleet/admission.cpp
  Result<Admission> admit(const crypto::Digest& fingerprint);  // error: why not, for the operator
  // What admit() asks, for other threads: index().value()->reader(), then check_admissible. Loaded from the store by
  // the first call, changed in the call that committed a change; the same object until the fleet ends.
  Result<const Index*> index();
  // For the audit: somebody was refused at the gate, and `more` like it. Rate limited per address and reason.
  void refused(std::string_view address, std::string_view subject, const Error& why, std::size_t more = 0);
  // Written with one commit, durable with the next other act or settle(). Each is told for itself: who came is
  // forbidden when its identity does not hold any more, and is not there when it cannot be written; who went is gone
  // all the same.
  std::vector<Status> passed(std::span<const Passage> passages);
  // The session from `former` made way for one of the same identity. Too often: "identity.duplicated" in the audit, and
  // what the policy says.
  void taken_over(const Admission& who, std::string_view address, std::string_view former);
  Status settle();  // makes durable what passed() and refused() wrote; to be called now and then

  // --- telemetry and twin: fleet/telemetry.cpp, fleet/twin.cpp
  // Checks one reading; `device_time` absent means: use the time of arrival, made unique.
  Result<Reading> judge(const Admission& who, std::string_view tag, std::optional<Timestamp> device_time,
                        std::string_view payload);
  // Readings that a gateway's log holds before `position`, durable together with it. How many have no device any more.
  Result<std::size_t> drain(std::span<const Reading> readings, std::string_view log, std::uint64_t position);
  Result<std::uint64_t> drained(std::string_view log);  // the position behind what the store has of that log
  // Called before each answer about data: what was acknowledged by then is to be in it. Its error is the answer.
  void before_questions(std::function<Status()> catch_up);
  // A message on j/up: {"key": ..., "value": ...}. Answers go to j/dn.
  Result<std::vector<DownMessage>> heard(const Admission& who, std::string_view payload);

  // --- sessions that outlive a connection: fleet/session.cpp
  // To be called once, before any is opened: those that were connected when the manager went away begin to end.
  Status recover_sessions();
  Result<std::optional<DeviceSession>> session(const DeviceId& device);  // as it was written; it may be over
  Status write_sessions(SessionBatch batch);                             // with one commit
  Result<bool> publish_wills_due();                                      // true: there may be more

  // --- what devices have said: fleet/data.cpp
  Result<std::vector<DataRow>> data(const Actor& actor, const DataQuery& query);
  // At most data_cursor_page_max of them, cut short past data_cursor_page_bytes_max; go on with after = next.
  Result<DataPage> data_page(const Actor& actor, const DataQuery& query);
  Result<std::vector<AggregatePoint>> aggregate(const Actor& actor, AggregateQuery query);  // up to now without an end
  // The same three, to be read later and elsewhere.
  Result<Question<std::vector<DataRow>>> ask_data(const Actor& actor, const DataQuery& query);
  Result<Question<DataPage>> ask_data_page(const Actor& actor, const DataQuery& query);
  Result<Question<std::vector<AggregatePoint>>> ask_aggregate(const Actor& actor, AggregateQuery query);
  Readings& readings();  // on the fleet's thread
  // Days after which a reading is removed, by its device time; 0: never. fleet/retention.cpp
  Result<Workspace> set_retention(const Actor& actor, const WorkspaceId& workspace, unsigned days);
  // To be called every second: removes some of what is older, or of removed devices. True: there may be more.
  Result<bool> tend_retention();
  Result<Twin> twin(const Actor& actor, const DeviceId& device);
  // Each or none; what the device says already is not expected any more. Conflict when another version was seen.
  Result<Twin> expect(const Actor& actor, const DeviceId& device, const std::vector<Wish>& wishes,
                      const std::optional<std::string>& seen = {});
  Result<std::vector<ConditionRow>> conditions(const Actor& actor, ConditionQuery query);  // fleet/condition.cpp

  // --- jobs: fleet/job.cpp. A job of that name that the device was not done with is cancelled.
  Result<Job> schedule_job(const Actor& actor, const DeviceId& device, const JobOrder& order);
  // On every device of these fleets, all or none; of all fleets when none is named.
  Result<std::vector<Job>> schedule_jobs(const Actor& actor, const WorkspaceId& workspace,
                                         const std::vector<FleetId>& fleets, const JobOrder& order);
  Result<std::vector<Job>> jobs(const Actor& actor, const JobQuery& query);
  Result<Job> job(const Actor& actor, const DeviceId& device, std::string_view job);  // its id; or its name: the last
  Result<Job> cancel_job(const Actor& actor, const DeviceId& device, std::string_view job);
  // To be called every second: tells devices of jobs that are due, ends those that expired. True: once more at once.
  Result<bool> tend_jobs();

  Result<Figures> figures();     // fleet/live.cpp
  Status ready();                // the store answers
  Integrations& integrations();  // fleet/integration.h: webhooks
  Exports& exports();            // fleet/export.h: readings into files, by a schedule

  // --- the gate's ban list, which module guard keeps: fleet/audit.cpp
  // Only the operator. With a subject, the act is in the audit when this returns; the caller then does it.
  Status secure(const Actor& actor, std::string_view action, std::string_view subject, std::string_view detail);

  // --- audit: fleet/audit.cpp
  Result<std::vector<AuditEntry>> audit(const Actor& actor, std::int64_t after, std::size_t size);

 private:
  friend class Integrations;
  friend class Exports;
  friend class People;      // people.h
  friend class OwnAccount;  // own_account.h
  friend class AskedOnce;   // asked_once.h
  friend class House;       // house.h: renamed, removed
  friend struct Inner;      // state.h: for firmware.h, fota.h, rollout.h
  struct State;
  Status still_admitted(const Admission& who);
  std::vector<Reading> take_wills(std::span<const DueWill> wills);
  Status hear_will(const DeviceId& device, std::string_view payload);
  std::unique_ptr<State> state_;
};

}  // namespace signet::fleet
