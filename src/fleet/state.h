// state.h -- private to fleet/: what the files behind fleet.h share.
#pragma once

#include "base/json.h"
#include "fleet/export.h"
#include "fleet/firmware.h"
#include "fleet/fleet.h"
#include "fleet/integration.h"
#include "fleet/telemetry.h"
#include "fleet/throttle.h"
#include "fleet/uses.h"

#include <map>

namespace signet::fleet {

inline constexpr std::size_t outstanding_claims_max = 32;  // of one account
inline constexpr std::size_t twin_keys_max = 256;          // of one device
inline constexpr std::size_t twin_key_bytes_max = 64;
inline constexpr std::size_t twin_bytes_max = 48 * 1024;  // its keys and values: #status answers with all of them
inline constexpr std::size_t condition_uuid_bytes_max = 64;
inline constexpr std::size_t condition_payload_bytes_max = 8 * 1024;
inline constexpr std::size_t conditions_open_max = 64;    // of one device
inline constexpr std::size_t conditions_kept_max = 1000;  // of one device, that have ended: the oldest are forgotten
inline constexpr std::size_t registry_page_max = 1000;
inline constexpr std::size_t page_number_max = 1'000'000'000;
inline constexpr std::size_t data_filters_max = 100;
inline constexpr std::size_t description_bytes_max = 1024;
inline constexpr std::size_t reason_bytes_max = 256;
inline constexpr std::size_t token_bytes_max = 128;
inline constexpr std::size_t sessions_of_account_max = 32;
inline constexpr std::size_t subject_bytes_max = 256;  // of a line of the audit; what is longer is cut
inline constexpr std::size_t detail_bytes_max = 512;   // the same

// Of a device since the manager started. A device has two sessions for a moment when it takes its own place.
struct Live {
  unsigned sessions = 0;
  std::vector<Instant> takeovers{};  // at most takeovers_of_duplicate
  std::optional<Timestamp> last_seen;
};

struct Outstanding {
  identity::ClaimStatement statement;
  crypto::Digest fingerprint{};
};

struct Fleet::State {
  Store& store;
  Clock& clock;
  crypto::Random& random;
  ManagerIdentity manager;
  Policy policy;
  IdSource ids;
  Observer* observer = nullptr;

  std::optional<crypto::Digest> setup_hash;
  std::string absent_password_hash;  // checked when there is no such account, so that both answers cost the same
  Throttle sign_ins;
  Throttle codes;         // of second factors
  Quota known_checks;     // of those where the account is signed in already: strangers do not use it up
  Quota password_checks;  // each holds the thread that serves the devices for some 30 ms
  Suppressor refusals;
  Uses uses;
  std::map<crypto::Digest, Outstanding>
      claims;  // by digest of the statement; a restart forgets them: none can be used twice
  Index index;
  bool index_loaded = false;  // at first use
  std::map<DeviceId, Live> live;
  ReadingJudge judge{clock};
  std::function<Status()> catch_up;
  Listener* listener = nullptr;
  std::uint64_t readings_stored = 0;
  std::vector<DeviceEvent> told;  // in the present change
  Integrations integrations;
  Exports exports;
  bool erasing = true;                 // readings of removed devices may be left
  std::size_t retention_turn = 0;      // whose old readings are removed next
  std::optional<KeptAnswer> to_begin;  // asked_once.h: goes into the next change()
  ImageFiles* images = nullptr;
  std::string device_url;  // where devices download

  State(Fleet& fleet, Store& s, Clock& c, crypto::Random& r, ManagerIdentity m, Policy p);

  // --- access.cpp. Every attempt that is refused goes into the audit.
  // What is not the actor's to see is not_found; what its role does not allow is forbidden. See permission.h.
  Result<Role> require_role(const Actor& actor, const WorkspaceId& workspace, std::string_view action,
                            std::string_view subject, std::string_view not_yours);
  Result<Role> require_role_in(const Actor& actor, const WorkspaceId& workspace, std::string_view action);
  Status require_at_least(const Actor& actor, std::string_view action, Role mine, Role wanted);
  Result<Workspace> require_workspace(const Actor& actor, const WorkspaceId& id, std::string_view action);
  Result<FleetGroup> require_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id,
                                   std::string_view action);
  Result<Device> require_device(const Actor& actor, const DeviceId& id, std::string_view action);
  Status require_person(const Actor& actor, std::string_view action);    // signed in, not with an API key
  Status require_account(const Actor& actor, std::string_view action);   // the same, and it needs no workspace
  Status require_operator(const Actor& actor, std::string_view action);  // the person that runs the manager
  Status require_kind(const Actor& actor, std::string_view action, Need::Kind kind);
  Result<bool> is_operator(const Actor& actor);
  Result<std::optional<Role>> role_in(const Actor& actor, const WorkspaceId& workspace);  // none: a stranger
  Error denied(const Actor& actor, std::string_view action, std::string_view subject, Error why);

  // --- audit.cpp
  AuditEntry entry(const Actor& actor, std::string_view action, std::string_view subject, std::string_view detail = "");
  // One act of a person: its changes and its audit entry are durable together when this returns.
  Status act(const AuditEntry& entry, const std::function<Status(Changes&)>& changes);
  // Rate limited. Goes on when it cannot be written: a full disk must not open or close any door.
  void note_refusal(AuditEntry entry, std::size_t more = 0);
  static Status note(Changes& to, AuditEntry entry);  // within an act: cut to its limits

  // --- presence.cpp
  Status write_passages(std::span<const Passage> passages, const std::vector<std::size_t>& which);

  void seen(std::span<const Reading> readings);                     // telemetry.cpp
  Status require_data(const Actor& actor, const DataQuery& query);  // data.cpp

  // --- live.cpp. The store's change() and change_soon(); what was told within is told to who listens once it stands.
  Status change(const std::function<Status(Changes&)>& act);  // asked_once.cpp
  static Status put_answer(Changes& to, const KeptAnswer& answer);
  Status change_soon(const std::function<Status(Changes&)>& act);
  Status tell_out(Changes& to, DeviceEvent event);
  Status publish(Status done);
  void publish(std::span<const Reading> readings);

  // --- admission.cpp
  Status load_index();  // once
  void identity_changed(const crypto::Digest& fingerprint, IdentityState state, const std::optional<Device>& device);
  void identity_added(const Identity& identity, const std::optional<Device>& device);
  void expel(const DeviceId& device);
  // --- job.cpp
  Result<std::vector<Device>> devices_in(const WorkspaceId& workspace, const std::vector<FleetId>& fleets);
  Job job_from(const JobOrder& order, const DeviceId& device, Timestamp now);
  using Messages = std::vector<Addressed>;
  Status put(Changes& to, const Job& job);
  Status begin_job(Changes& to, Job& job, Messages& messages);  // in place of the pending one of its name
  Status tell(Changes& to, Job& job, Messages& messages);
  Result<std::optional<Job>> pending_job(const DeviceId& device, std::string_view name);
  Status tend(Changes& to, Job job, Messages& messages);
  // What a device said of "@name": the job as it is then, if one was waiting for it.
  Result<std::optional<Job>> answered(const DeviceId& device, const std::string& key, const json::value& result,
                                      std::optional<std::int64_t> version, const Twin& twin);
  Result<std::vector<DownMessage>> job_heard(const DeviceId& device, const std::string& key, const json::value& value,
                                             std::optional<std::int64_t> version, const Twin& twin);  // twin.cpp

  Result<std::vector<DownMessage>> requested(const Admission& who, const std::string& key,
                                             const json::value& value);  // twin.cpp
  // successor.cpp: what a device is told that does not know the next CA yet.
  Result<json::value> with_successor(json::value expected, const Twin& twin) const;
  // running.cpp: what "#status" says that the device runs is part of its twin; as it is then.
  Result<Twin> note_running(const DeviceId& device, const json::value& said, Twin twin);
  // --- fota.cpp
  Status put(Changes& to, const Update& update);
  Status tell(Changes& to, Update& update, Messages& messages);  // pending from now on
  Status end_update(Changes& to, Update& update, UpdateStatus status, std::string detail);
  Status replace_update(Changes& to, const Update& by);  // ends the device's open one
  Result<std::optional<Update>> open_update(const DeviceId& device);
  Update update_to(const FirmwareVersion& version, const DeviceId& device);
  Result<FirmwareVersion> require_version(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& firmware,
                                          std::string_view version);
  // --- fota_heard.cpp
  Result<std::vector<DownMessage>> fota_heard(const DeviceId& device, const json::value& said, const Twin& twin);
  Result<std::optional<Update>> fota_progress(const DeviceId& device, const json::value& said);  // none: not of one
  Result<std::vector<DownMessage>> fota_info(const Admission& who, const json::value& asked);

  // --- condition.cpp
  Result<std::vector<DownMessage>> condition_heard(const Admission& who, const json::value& value);
  Status check_open_room(const Admission& who);
  Result<std::vector<ConditionRow>> open_conditions(const Admission& who);
  Result<json::object> open_list(const Admission& who);
  // --- variable.cpp
  Status wish(Changes& to, const DeviceId& device, const Twin& twin, const Wish& wish, Messages& messages);
  // Whether what the device has said of a key ends what was expected of it.
  static Result<bool> settles_wish(const Twin& twin, const std::string& key, const json::value& said,
                                   std::optional<std::int64_t> version);

  // --- workspace.cpp: what a person may call something from now on.
  static Status rename(const Renaming& to, std::string& name, std::string& description);

  // --- registry.cpp
  Result<Identity> require_identity(const Actor& actor, std::string_view dcn, std::string_view action);
  Status set_aside(const Identity& identity, const AuditEntry& entry);  // quarantine.cpp
  Device with_live(Device device) const;

  // --- claim.cpp
  Result<Identity> claimable(const Actor& actor, const Device& device, std::string_view dcn);
  Status require_unbound(const Device& device);
  Result<std::optional<Identity>> bound_to(const DeviceId& device);  // its identity that is not revoked
  Result<Claimed> bind(const Actor& actor, Identity identity, const Device& device,
                       const identity::ClaimStatement& statement, std::optional<std::int64_t> legacy_nonce);

  // --- account.cpp
  std::string new_token(const AccountId& account, TokenKind kind, std::string_view address, Token& out);
  Status add_session(Changes& to, const Token& session);
  bool is_over(const Token& token) const;
  Result<std::string> hash_password(std::string_view password) const;
  // Throttled; an account that is not there costs the same time.
  Result<Credential> prove_password(const Actor& actor, std::string_view action, const std::string& email,
                                    std::string_view password);
  Result<bool> is_familiar(const AccountId& account, const std::string& host);  // it is signed in there
  // second_factor.cpp: takes the code; `factor` is then as it is to be kept.
  Status prove_code(const Actor& actor, std::string_view action, SecondFactor& factor, std::string_view code);
};

struct Inner {
  using State = Fleet::State;
  static State& of(Fleet& fleet) { return *fleet.state_; }
};

// account.cpp
std::string random_text(crypto::Random& random);  // 32 bytes
crypto::Digest hash_of(std::string_view token);
// audit.cpp: what a peer made us say, as text that JSON can carry: cut at a limit, and never within a character.
std::string readable(std::string text, std::size_t bytes_max);
// variable.cpp: of an entry that is to be written to `key`.
std::int64_t next_version(const Twin& twin, const std::string& key, Timestamp now);
// access.cpp: what a person may call things. Trimmed of nothing; `what` names the field in the error.
Status check_name(std::string_view what, std::string_view name);
Status check_text(std::string_view what, std::string_view text, std::size_t bytes_max);
// "203.0.113.7:51234" and "[2001:db8::1]:443" without their port: a peer chooses its port freely.
std::string host_of(std::string_view address);
Result<std::string> read_email(std::string_view email);  // lower case; has one "@", no space, no control character

}  // namespace signet::fleet
