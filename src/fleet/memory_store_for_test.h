// memory_store_for_test.h -- a Store in memory that forgets everything, and fails when told to. Passes the same
// contract as the real one (store_contract_for_test.h).
#pragma once

#include "fleet/ports.h"

#include <map>
#include <tuple>

namespace signet::fleet {

class MemoryStore_for_test final : public Store {
 public:
  // The next commits end with this error, and change nothing: what a full disk does.
  void fail_next_commits(int count, Errc code = Errc::exhausted) { fail_ = count, fail_code_ = code; }
  void doubt_next_commit() { doubted_ = true; }                       // it is made, but reported as failed
  void damage_session(const DeviceId& device) { damaged_ = device; }  // it cannot be read, once
  int commits() const { return commits_; }
  struct Contents;
  // All that it remembers now, to go back to.
  const Contents& contents() const { return now_; }
  void go_back_to(const Contents& before) { now_ = before; }

  Status change(const std::function<Status(Changes&)>& act) override;

  Result<std::optional<Account>> operator_account() override;
  Result<std::optional<Account>> account(const AccountId& id) override;
  Result<std::optional<Credential>> credential(std::string_view email) override;
  Result<std::optional<Token>> token(const crypto::Digest& hash) override;
  Result<std::vector<Token>> sessions_of(const AccountId& account) override;
  Result<std::vector<Token>> api_keys(const WorkspaceId& workspace) override;
  Result<std::optional<Role>> role(const WorkspaceId& workspace, const AccountId& account) override;
  Result<std::vector<Member>> members(const WorkspaceId& workspace) override;
  Result<std::vector<Invitation>> invitations(const WorkspaceId& workspace) override;
  Result<std::optional<Invitation>> invitation(const crypto::Digest& hash) override;
  Result<std::optional<SecondFactor>> second_factor(const AccountId& account) override;
  Result<std::optional<KeptAnswer>> kept_answer(const TokenId& token, const crypto::Digest& name) override;
  Result<std::vector<Workspace>> workspaces(const AccountId& account) override;
  Result<std::vector<Workspace>> workspaces_with_retention() override;
  Result<std::optional<Workspace>> workspace(const WorkspaceId& id) override;
  Result<std::vector<FleetGroup>> fleets(const WorkspaceId& workspace) override;
  Result<std::optional<FleetGroup>> fleet(const FleetId& id) override;
  Result<std::vector<Device>> devices(const DeviceQuery& query) override;
  Result<std::optional<Device>> device(const DeviceId& id) override;
  Status each_admissible(const std::function<void(const Admissible&)>& take) override;
  Result<std::optional<Identity>> identity(const crypto::Digest& fingerprint) override;
  Result<std::optional<Identity>> identity_by_dcn(std::string_view dcn) override;
  Result<std::vector<Identity>> identities_of(const DeviceId& device) override;
  Result<std::vector<Identity>> identities(const RegistryQuery& query) override;
  Result<std::string> receipt(const crypto::Digest& fingerprint) override;
  Result<std::int64_t> legacy_nonce(const crypto::Digest& fingerprint) override;
  Result<std::uint64_t> log_position(std::string_view log) override;
  Result<std::vector<DataRow>> data(const DataQuery& query) override;
  Status scan(const DataQuery& query, const TakeReading& take) override;
  Result<Twin> twin(const DeviceId& device) override;
  Result<std::optional<DeviceSession>> session(const DeviceId& device) override;
  Result<std::vector<DueWill>> wills_due(Timestamp now, std::size_t most) override;
  Result<std::optional<Job>> job(const JobId& id) override;
  Result<std::vector<Job>> jobs(const JobQuery& query) override;
  Result<std::vector<Job>> jobs_to_tend(Timestamp now, std::size_t size) override;
  Result<std::optional<Condition>> condition(const DeviceId& device, std::string_view uuid) override;
  Result<std::vector<ConditionRow>> conditions(const ConditionQuery& query) override;
  Result<std::size_t> pending_jobs() override;
  Result<std::vector<Integration>> integrations() override;
  Result<FeedPage> feed(const FeedQuery& query) override;
  Result<std::int64_t> feed_end(const WorkspaceId& workspace) override;
  Result<std::vector<Export>> exports() override;
  Result<std::vector<DeadLetter>> dead_letters(const IntegrationId& of, std::int64_t after, std::size_t size) override;
  Result<std::size_t> dead_letter_count(const IntegrationId& of) override;
  Result<std::vector<Firmware>> firmwares(const WorkspaceId& workspace) override;
  Result<std::optional<Firmware>> firmware(const FirmwareId& id) override;
  Result<std::vector<FirmwareVersion>> versions(const FirmwareId& firmware) override;
  Result<std::optional<FirmwareVersion>> version(const FirmwareId& firmware, std::string_view version) override;
  Result<std::uint64_t> image_bytes(const WorkspaceId& workspace) override;
  Result<bool> has_image(const crypto::Digest& sha256) override;
  Result<std::vector<Update>> updates(const UpdateQuery& query) override;
  Result<bool> is_wanted(const FirmwareId& firmware, std::string_view version) override;
  Result<std::vector<Rollout>> rollouts(const WorkspaceId& workspace) override;
  Result<std::vector<Rollout>> rollouts_running() override;
  Result<std::optional<Rollout>> rollout(const RolloutId& id) override;
  Result<std::vector<RolloutCount>> rollout_counts(const RolloutId& id) override;
  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t size) override;

  struct Contents {
    std::vector<Credential> accounts;
    std::vector<Token> tokens;
    std::vector<Member> members;
    std::vector<Invitation> invitations;
    std::map<AccountId, SecondFactor> second_factors;
    std::map<std::pair<TokenId, crypto::Digest>, KeptAnswer> answers;
    std::vector<Workspace> workspaces;
    std::vector<FleetGroup> fleets;
    std::vector<Device> devices;
    std::vector<Identity> identities;
    std::map<crypto::Digest, std::string> receipts;
    std::map<crypto::Digest, std::int64_t> nonces;
    std::map<std::tuple<Timestamp, DeviceId, std::string>, Reading> readings;
    std::map<std::string, std::uint64_t> log_positions;
    std::map<std::tuple<DeviceId, TwinSide, std::string>, TwinEntry> twin;
    std::map<DeviceId, DeviceSession> sessions;
    std::map<JobId, Job> jobs;                                         // ids rise
    std::map<std::pair<DeviceId, std::string>, Condition> conditions;  // by uuid
    std::int64_t condition_number = 0;
    std::map<IntegrationId, Integration> integrations;
    std::map<WorkspaceId, std::map<std::int64_t, Outward>> feeds;  // without what is read from elsewhere
    std::map<ExportId, Export> exports;
    std::map<std::int64_t, DeadLetter> dead_letters;
    std::int64_t dead_letter_number = 0;
    std::map<FirmwareId, Firmware> firmwares;
    std::map<std::pair<FirmwareId, std::string>, FirmwareVersion> versions;
    std::map<UpdateId, Update> updates;  // ids rise
    std::map<RolloutId, Rollout> rollouts;
    std::vector<AuditEntry> audit;
  };

 private:
  Contents now_;
  int fail_ = 0;
  Errc fail_code_ = Errc::exhausted;
  int commits_ = 0;
  bool changing_ = false;
  bool doubted_ = false;
  std::optional<DeviceId> damaged_;
};

}  // namespace signet::fleet
