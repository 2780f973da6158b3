// flaky_store.h -- a Store in front of another, whose commits go wrong when told to.
#pragma once

#include "fleet/ports.h"

#include <memory>

namespace signet::sim {

enum class Trouble : std::uint8_t {
  none,
  refused,  // a full disk: nothing is changed
  unsure,   // the commit is made, but reported as failed: an I/O error at the worst moment
};

class FlakyStore final : public fleet::Store {
 public:
  explicit FlakyStore(std::unique_ptr<fleet::Store> real) : real_(std::move(real)) {}

  void next(Trouble trouble) { next_ = trouble; }
  void die() { dead_ = true; }  // from now on nothing is written, as after kill -9

  Status change(const std::function<Status(fleet::Changes&)>& act) override {
    if (dead_) return Error{Errc::unavailable, "killed"};
    switch (std::exchange(next_, Trouble::none)) {
      case Trouble::none: return real_->change(act);
      case Trouble::refused: return Error{Errc::exhausted, "the disk is full"};
      case Trouble::unsure: TRY(real_->change(act)); return Error{Errc::unavailable, "an I/O error"};
    }
    return Error{Errc::corrupt, "no such trouble"};
  }

  Result<std::optional<fleet::Account>> operator_account() override { return real_->operator_account(); }
  Result<std::optional<fleet::Account>> account(const AccountId& id) override { return real_->account(id); }
  Result<std::optional<fleet::Credential>> credential(std::string_view email) override {
    return real_->credential(email);
  }
  Result<std::optional<fleet::Token>> token(const crypto::Digest& hash) override { return real_->token(hash); }
  Result<std::vector<fleet::Token>> sessions_of(const AccountId& id) override { return real_->sessions_of(id); }
  Result<std::vector<fleet::Token>> api_keys(const WorkspaceId& id) override { return real_->api_keys(id); }
  Result<std::optional<fleet::Role>> role(const WorkspaceId& workspace, const AccountId& account) override {
    return real_->role(workspace, account);
  }
  Result<std::vector<fleet::Member>> members(const WorkspaceId& id) override { return real_->members(id); }
  Result<std::vector<fleet::Invitation>> invitations(const WorkspaceId& id) override { return real_->invitations(id); }
  Result<std::optional<fleet::Invitation>> invitation(const crypto::Digest& hash) override {
    return real_->invitation(hash);
  }
  Result<std::optional<fleet::SecondFactor>> second_factor(const AccountId& id) override {
    return real_->second_factor(id);
  }
  Result<std::optional<fleet::KeptAnswer>> kept_answer(const TokenId& token, const crypto::Digest& name) override {
    return real_->kept_answer(token, name);
  }
  Result<std::vector<fleet::Workspace>> workspaces(const AccountId& id) override { return real_->workspaces(id); }
  Result<std::vector<fleet::Workspace>> workspaces_with_retention() override {
    return real_->workspaces_with_retention();
  }
  Result<std::optional<fleet::Workspace>> workspace(const WorkspaceId& id) override { return real_->workspace(id); }
  Result<std::vector<fleet::FleetGroup>> fleets(const WorkspaceId& id) override { return real_->fleets(id); }
  Result<std::optional<fleet::FleetGroup>> fleet(const FleetId& id) override { return real_->fleet(id); }
  Result<std::vector<fleet::Device>> devices(const fleet::DeviceQuery& query) override { return real_->devices(query); }
  Result<std::optional<fleet::Device>> device(const DeviceId& id) override { return real_->device(id); }
  Status each_admissible(const std::function<void(const fleet::Admissible&)>& take) override {
    return real_->each_admissible(take);
  }
  Result<std::optional<fleet::Identity>> identity(const crypto::Digest& d) override { return real_->identity(d); }
  Result<std::optional<fleet::Identity>> identity_by_dcn(std::string_view d) override {
    return real_->identity_by_dcn(d);
  }
  Result<std::vector<fleet::Identity>> identities_of(const DeviceId& id) override { return real_->identities_of(id); }
  Result<std::vector<fleet::Identity>> identities(const fleet::RegistryQuery& query) override {
    return real_->identities(query);
  }
  Result<std::string> receipt(const crypto::Digest& d) override { return real_->receipt(d); }
  Result<std::int64_t> legacy_nonce(const crypto::Digest& d) override { return real_->legacy_nonce(d); }
  Result<std::uint64_t> log_position(std::string_view log) override { return real_->log_position(log); }
  Result<std::vector<fleet::DataRow>> data(const fleet::DataQuery& query) override { return real_->data(query); }
  Status scan(const fleet::DataQuery& query, const fleet::TakeReading& take) override {
    return real_->scan(query, take);
  }
  Result<fleet::Twin> twin(const DeviceId& device) override { return real_->twin(device); }
  Result<std::optional<fleet::DeviceSession>> session(const DeviceId& device) override {
    return real_->session(device);
  }
  Result<std::vector<fleet::DueWill>> wills_due(Timestamp now, std::size_t most) override {
    return real_->wills_due(now, most);
  }
  Result<std::optional<fleet::Job>> job(const JobId& id) override { return real_->job(id); }
  Result<std::vector<fleet::Job>> jobs(const fleet::JobQuery& query) override { return real_->jobs(query); }
  Result<std::vector<fleet::Job>> jobs_to_tend(Timestamp now, std::size_t size) override {
    return real_->jobs_to_tend(now, size);
  }
  Result<std::optional<fleet::Condition>> condition(const DeviceId& device, std::string_view uuid) override {
    return real_->condition(device, uuid);
  }
  Result<std::vector<fleet::ConditionRow>> conditions(const fleet::ConditionQuery& query) override {
    return real_->conditions(query);
  }
  Result<std::size_t> pending_jobs() override { return real_->pending_jobs(); }
  Result<std::vector<fleet::Integration>> integrations() override { return real_->integrations(); }
  Result<fleet::FeedPage> feed(const fleet::FeedQuery& query) override { return real_->feed(query); }
  Result<std::int64_t> feed_end(const WorkspaceId& workspace) override { return real_->feed_end(workspace); }
  Result<std::vector<fleet::Export>> exports() override { return real_->exports(); }
  Result<std::vector<fleet::DeadLetter>> dead_letters(const IntegrationId& of, std::int64_t after,
                                                      std::size_t size) override {
    return real_->dead_letters(of, after, size);
  }
  Result<std::size_t> dead_letter_count(const IntegrationId& of) override { return real_->dead_letter_count(of); }
  Result<std::vector<fleet::Firmware>> firmwares(const WorkspaceId& workspace) override {
    return real_->firmwares(workspace);
  }
  Result<std::optional<fleet::Firmware>> firmware(const fleet::FirmwareId& id) override { return real_->firmware(id); }
  Result<std::vector<fleet::FirmwareVersion>> versions(const fleet::FirmwareId& firmware) override {
    return real_->versions(firmware);
  }
  Result<std::optional<fleet::FirmwareVersion>> version(const fleet::FirmwareId& firmware,
                                                        std::string_view version) override {
    return real_->version(firmware, version);
  }
  Result<std::uint64_t> image_bytes(const WorkspaceId& workspace) override { return real_->image_bytes(workspace); }
  Result<bool> has_image(const crypto::Digest& sha256) override { return real_->has_image(sha256); }
  Result<std::vector<fleet::Update>> updates(const fleet::UpdateQuery& query) override { return real_->updates(query); }
  Result<bool> is_wanted(const fleet::FirmwareId& firmware, std::string_view version) override {
    return real_->is_wanted(firmware, version);
  }
  Result<std::vector<fleet::Rollout>> rollouts(const WorkspaceId& workspace) override {
    return real_->rollouts(workspace);
  }
  Result<std::vector<fleet::Rollout>> rollouts_running() override { return real_->rollouts_running(); }
  Result<std::optional<fleet::Rollout>> rollout(const fleet::RolloutId& id) override { return real_->rollout(id); }
  Result<std::vector<fleet::RolloutCount>> rollout_counts(const fleet::RolloutId& id) override {
    return real_->rollout_counts(id);
  }
  Result<std::vector<fleet::AuditEntry>> audit(std::int64_t after, std::size_t size) override {
    return real_->audit(after, size);
  }

 private:
  std::unique_ptr<fleet::Store> real_;
  Trouble next_ = Trouble::none;
  bool dead_ = false;
};

}  // namespace signet::sim
