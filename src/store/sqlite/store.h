// store.h -- private to store/sqlite: the two halves of the port, one file per subject behind them.
#pragma once

#include "base/port/file.h"
#include "fleet/ports.h"
#include "store/sqlite/database.h"

namespace signet::store {

// A device as the tables name it. Neither number ever changes.
struct NumberedDevice {
  std::int64_t device;
  std::int64_t workspace;
};
using DeviceNumbers = std::unordered_map<std::string, NumberedDevice>;

// The workspaces, by number, whose feed somebody waits for.
struct Feed {
  std::array<bool, static_cast<std::size_t>(fleet::last_outward_kind) + 1> wants{};  // by kind
  std::int64_t end = 0;
};
struct Feeds {
  bool loaded = false;
  std::unordered_map<std::int64_t, Feed> all;
};

// What is known beside the file, to be asked less often; forgotten when a change fails.
struct Known {
  DeviceNumbers devices;
  Feeds feeds;
};
// data.cpp: what Store::scan promises, over any connection to the file.
// How much of one question is answered, and for how long; what is beyond is too_large.
struct ReadingLimits {
  std::size_t page_bytes_max;
  std::optional<Micros> time_max{};
};
Status scan_readings(Database& database, const fleet::DataQuery& query, const ReadingLimits& limits,
                     const fleet::TakeReading& take);
Result<std::vector<fleet::DataRow>> page_of_readings(Database& database, const fleet::DataQuery& query,
                                                     const ReadingLimits& limits);

class SqliteChanges final : public fleet::Changes {
 public:
  SqliteChanges(Database& database, Known& known) : database_(database), devices_(known.devices), feeds_(known.feeds) {}

  // account.cpp
  Status add_account(const fleet::Credential& credential) override;
  Status set_password(const AccountId& account, const std::string& hash) override;
  Status add_token(const fleet::Token& token) override;
  Status remove_token(const crypto::Digest& hash) override;
  Status remove_tokens_expired_at(Timestamp now) override;
  Status set_last_used(std::span<const fleet::TokenUse> uses) override;
  Status put_second_factor(const fleet::SecondFactor& factor) override;
  Status remove_second_factor(const AccountId& account) override;
  // asked_once.cpp
  Status put_answer(const fleet::KeptAnswer& answer) override;
  Status remove_old_answers(const TokenId& token, Timestamp before, std::size_t keep) override;
  // member.cpp
  Status put_member(const WorkspaceId& workspace, const AccountId& account, fleet::Role role, Timestamp since) override;
  Status remove_member(const WorkspaceId& workspace, const AccountId& account) override;
  Status put_invitation(const fleet::Invitation& invitation) override;
  Status remove_invitation(const InvitationId& id) override;
  Status remove_invitations_expired_at(Timestamp now) override;
  // workspace.cpp
  Status add_workspace(const fleet::Workspace& workspace) override;
  Status set_retention(const WorkspaceId& workspace, unsigned days) override;
  Status add_fleet(const fleet::FleetGroup& fleet) override;
  Status update_workspace(const fleet::Workspace& workspace) override;
  Status update_fleet(const fleet::FleetGroup& fleet) override;
  Status remove_workspace(const WorkspaceId& id) override;
  Status remove_fleet(const FleetId& id) override;
  // device.cpp
  Status add_device(const fleet::Device& device) override;
  Status update_device(const fleet::Device& device) override;
  Status remove_device(const DeviceId& id) override;
  Result<std::size_t> erase_removed(std::size_t most) override;
  Status set_last_seen(const DeviceId& device, Timestamp at) override;
  // registry.cpp
  Status add_identity(const fleet::Identity& identity) override;
  Status set_identity(const crypto::Digest& fingerprint, fleet::IdentityState state,
                      const std::optional<DeviceId>& device) override;
  Status set_receipt(const crypto::Digest& fingerprint, std::string_view receipt) override;
  Status set_legacy_nonce(const crypto::Digest& fingerprint, std::int64_t nonce) override;
  // telemetry.cpp
  Status append(std::span<const fleet::Reading> readings) override;
  Result<std::size_t> remove_readings(const WorkspaceId& workspace, Timestamp before, std::size_t most) override;
  Status set_log_position(std::string_view log, std::uint64_t position) override;
  // twin.cpp
  Status put_twin(const DeviceId& device, fleet::TwinSide side, const fleet::TwinEntry& entry) override;
  Status erase_twin(const DeviceId& device, fleet::TwinSide side, std::string_view key) override;
  // condition.cpp
  Status put_condition(const fleet::Condition& condition) override;
  Status remove_old_conditions(const DeviceId& device, std::size_t keep) override;
  // job.cpp
  Status put_job(const fleet::Job& job) override;
  Status remove_old_jobs(const DeviceId& device, std::size_t keep) override;
  // session.cpp
  Status put_session(const fleet::DeviceSession& session) override;
  Status put_will(const DeviceId& device, const std::optional<fleet::DeviceSession::Will>& will) override;
  Status leave_session(const DeviceId& device, Seconds lifetime, Timestamp at, bool last_words) override;
  Status remove_session(const DeviceId& device) override;
  Status remove_sessions_ended_at(Timestamp now) override;
  Status end_connected_sessions(Timestamp now) override;
  // integration.cpp
  Status add_integration(const fleet::Integration& integration) override;
  Status update_integration(const fleet::Integration& integration) override;
  Status remove_integration(const IntegrationId& id) override;
  // export.cpp
  Status put_export(const fleet::Export& one) override;
  Status remove_export(const fleet::ExportId& id) override;
  // dead_letter.cpp
  Status put_dead_letter(const fleet::DeadLetter& letter) override;
  Status remove_dead_letter(const IntegrationId& of, std::int64_t number) override;
  Status remove_dead_letters(const IntegrationId& of) override;
  Status remove_old_dead_letters(const IntegrationId& of, std::size_t keep, std::size_t bytes_max) override;
  // feed.cpp
  Status add_event(const fleet::DeviceEvent& event) override;
  Status trim_feed(const WorkspaceId& workspace) override;
  // firmware.cpp
  Status put_firmware(const fleet::Firmware& firmware) override;
  Status remove_firmware(const fleet::FirmwareId& id) override;
  Status put_version(const fleet::FirmwareVersion& version) override;
  Status remove_version(const fleet::FirmwareId& firmware, std::string_view version) override;
  // fota.cpp
  Status put_update(const fleet::Update& update) override;
  Status remove_old_updates(const DeviceId& device, std::size_t keep) override;
  // rollout.cpp
  Status put_rollout(const fleet::Rollout& rollout) override;
  Status remove_rollout(const fleet::RolloutId& id) override;
  // audit.cpp
  Status audit(const fleet::AuditEntry& entry) override;

 private:
  Status must_change_one(std::string_view what);  // not_found when the last statement changed nothing
  Result<NumberedDevice> numbers_of(const DeviceId& device);
  Status insert(const fleet::Reading& reading, const NumberedDevice& of);
  Result<bool> has_reading(const NumberedDevice& of, std::string_view tag, Timestamp at);
  Result<Feed*> feed_of(std::int64_t workspace);  // feed.cpp; null: nobody waits for it
  Status add_to_feed(const fleet::Reading& reading, const NumberedDevice& of, Timestamp at);
  Database& database_;
  DeviceNumbers& devices_;
  Feeds& feeds_;
};

Result<std::vector<fleet::AuditEntry>> read_audit(Database& database, std::int64_t after, std::int64_t size);

class SqliteStore final : public fleet::Store {
 public:
  SqliteStore(Fd lock, Database database, std::size_t page_bytes_max)
      : lock_(std::move(lock)), database_(std::move(database)), page_bytes_max_(page_bytes_max) {}

  Status change(const std::function<Status(fleet::Changes&)>& act) override;       // open.cpp
  Status change_soon(const std::function<Status(fleet::Changes&)>& act) override;  // open.cpp
  Status settle() override;                                                        // open.cpp

  Result<std::optional<fleet::Account>> operator_account() override;
  Result<std::optional<fleet::Account>> account(const AccountId& id) override;
  Result<std::optional<fleet::Credential>> credential(std::string_view email) override;
  Result<std::optional<fleet::Token>> token(const crypto::Digest& hash) override;
  Result<std::vector<fleet::Token>> sessions_of(const AccountId& account) override;
  Result<std::vector<fleet::Token>> api_keys(const WorkspaceId& workspace) override;
  Result<std::optional<fleet::SecondFactor>> second_factor(const AccountId& account) override;
  Result<std::optional<fleet::KeptAnswer>> kept_answer(const TokenId& token, const crypto::Digest& name) override;
  Result<std::optional<fleet::Role>> role(const WorkspaceId& workspace, const AccountId& account) override;
  Result<std::vector<fleet::Member>> members(const WorkspaceId& workspace) override;
  Result<std::vector<fleet::Invitation>> invitations(const WorkspaceId& workspace) override;
  Result<std::optional<fleet::Invitation>> invitation(const crypto::Digest& hash) override;
  Result<std::vector<fleet::Workspace>> workspaces(const AccountId& account) override;
  Result<std::vector<fleet::Workspace>> workspaces_with_retention() override;
  Result<std::optional<fleet::Workspace>> workspace(const WorkspaceId& id) override;
  Result<std::vector<fleet::FleetGroup>> fleets(const WorkspaceId& workspace) override;
  Result<std::optional<fleet::FleetGroup>> fleet(const FleetId& id) override;
  Result<std::vector<fleet::Device>> devices(const fleet::DeviceQuery& query) override;
  Result<std::optional<fleet::Device>> device(const DeviceId& id) override;
  Status each_admissible(const std::function<void(const fleet::Admissible&)>& take) override;
  Result<std::optional<fleet::Identity>> identity(const crypto::Digest& fingerprint) override;
  Result<std::optional<fleet::Identity>> identity_by_dcn(std::string_view dcn) override;
  Result<std::vector<fleet::Identity>> identities_of(const DeviceId& device) override;
  Result<std::vector<fleet::Identity>> identities(const fleet::RegistryQuery& query) override;
  Result<std::string> receipt(const crypto::Digest& fingerprint) override;
  Result<std::int64_t> legacy_nonce(const crypto::Digest& fingerprint) override;
  Result<std::uint64_t> log_position(std::string_view log) override;
  Result<std::vector<fleet::DataRow>> data(const fleet::DataQuery& query) override;
  Status scan(const fleet::DataQuery& query, const fleet::TakeReading& take) override;
  Result<fleet::Twin> twin(const DeviceId& device) override;
  Result<std::optional<fleet::DeviceSession>> session(const DeviceId& device) override;
  Result<std::vector<fleet::DueWill>> wills_due(Timestamp now, std::size_t most) override;
  Result<std::optional<fleet::Condition>> condition(const DeviceId& device, std::string_view uuid) override;
  Result<std::vector<fleet::ConditionRow>> conditions(const fleet::ConditionQuery& query) override;
  Result<std::optional<fleet::Job>> job(const JobId& id) override;
  Result<std::vector<fleet::Job>> jobs(const fleet::JobQuery& query) override;
  Result<std::vector<fleet::Job>> jobs_to_tend(Timestamp now, std::size_t size) override;
  Result<std::size_t> pending_jobs() override;
  fleet::StoreFigures figures() const override;
  Result<std::vector<fleet::Integration>> integrations() override;
  Result<fleet::FeedPage> feed(const fleet::FeedQuery& query) override;
  Result<std::int64_t> feed_end(const WorkspaceId& workspace) override;
  Result<std::vector<fleet::Export>> exports() override;
  Result<std::vector<fleet::DeadLetter>> dead_letters(const IntegrationId& of, std::int64_t after,
                                                      std::size_t size) override;
  Result<std::size_t> dead_letter_count(const IntegrationId& of) override;
  Result<std::vector<fleet::Firmware>> firmwares(const WorkspaceId& workspace) override;
  Result<std::optional<fleet::Firmware>> firmware(const fleet::FirmwareId& id) override;
  Result<std::vector<fleet::FirmwareVersion>> versions(const fleet::FirmwareId& firmware) override;
  Result<std::optional<fleet::FirmwareVersion>> version(const fleet::FirmwareId& firmware,
                                                        std::string_view version) override;
  Result<std::uint64_t> image_bytes(const WorkspaceId& workspace) override;
  Result<bool> has_image(const crypto::Digest& sha256) override;
  Result<std::vector<fleet::Update>> updates(const fleet::UpdateQuery& query) override;
  Result<bool> is_wanted(const fleet::FirmwareId& firmware, std::string_view version) override;
  Result<std::vector<fleet::Rollout>> rollouts(const WorkspaceId& workspace) override;
  Result<std::vector<fleet::Rollout>> rollouts_running() override;
  Result<std::optional<fleet::Rollout>> rollout(const fleet::RolloutId& id) override;
  Result<std::vector<fleet::RolloutCount>> rollout_counts(const fleet::RolloutId& id) override;
  Result<std::vector<fleet::AuditEntry>> audit(std::int64_t after, std::size_t size) override;

 private:
  Status commit(const std::function<Status(fleet::Changes&)>& act);
  Status transact(const std::function<Status(fleet::Changes&)>& act);
  void measure(Micros took, const Status& done);
  Fd lock_;  // freed last
  Database database_;
  Known known_;
  std::size_t page_bytes_max_;
  fleet::StoreFigures figures_;
  bool changing_ = false;
  bool unsettled_ = false;  // a change_soon() was not synced yet
};

}  // namespace signet::store
