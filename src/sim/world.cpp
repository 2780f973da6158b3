#include "sim/world.h"

namespace signet::sim {
namespace {

constexpr Timestamp beginning{Seconds{1'780'000'000}};  // 2026-05-28
constexpr std::size_t calm_steps_max = 2'000;
constexpr Seconds step_max{3'600};

class World {
 public:
  explicit World(const Plan& plan)
      : plan_(plan), choice_(plan.seed), ids_(clock_, 1), manager_(plan.database, clock_, choice_.random()) {}

  Result<Outcome> run() {
    TRY(settle());
    for (std::size_t step = 0; step < plan_.steps; ++step) TRY(troubled_step());
    if (!manager_.is_up()) TRY(start_manager());
    TRY(check_promises());
    for (const Board& board : boards_) outcome_.acknowledged_in_trouble += board.acknowledged().size();
    TRY(calm_down());
    TRY(check_promises());
    TRY(check_complete());
    for (const Board& board : boards_) outcome_.published += board.published().size();
    outcome_.trace = trace_.finish();
    return outcome_;
  }

 private:
  // One account, and boards that are claimed.
  Status settle() {
    TRY(manager_.start());
    const fleet::Account owner{ids_.next<AccountIdKind>(), "ada@example.org", clock_.now()};
    workspace_ = {ids_.next<WorkspaceIdKind>(), "default", "", owner.id, clock_.now()};
    const fleet::FleetGroup group{ids_.next<FleetIdKind>(), workspace_.id, owner.id, "default", "", clock_.now()};
    TRY(manager_.store().change([&](fleet::Changes& to) -> Status {
      TRY(to.add_account({owner, "no password"}));
      TRY(to.add_workspace(workspace_));
      TRY(to.add_fleet(group));
      for (std::size_t i = 0; i < plan_.boards; ++i) TRY(add_board(to, group, i));
      return {};
    }));
    for (Board& board : boards_) TRY(board.boot());
    return {};
  }

  Status add_board(fleet::Changes& to, const fleet::FleetGroup& group, std::size_t number) {
    fleet::Device device;
    device.id = ids_.next<DeviceIdKind>();
    device.workspace = workspace_.id, device.fleet = group.id, device.account = group.account;
    device.name = "board " + std::to_string(number);
    device.created_at = clock_.now();
    TRY(to.add_device(device));
    fleet::Identity identity;
    identity.certificate = copy_of(bytes_of("certificate of " + device.name));
    identity.fingerprint = crypto::sha256(identity.certificate);
    identity.dcn = "unit " + std::to_string(number);
    identity.not_before = beginning - 2 * step_max;
    identity.not_after = beginning + Seconds{1'000'000'000};
    identity.assurance = element::Assurance::emulated;
    identity.state = fleet::IdentityState::claimed;
    identity.device = device.id;
    TRY(to.add_identity(identity));
    boards_.emplace_back(device.id, identity.certificate, clock_, choice_);
    return {};
  }

  Status troubled_step() {
    clock_.advance(Millis{1 + choice_.below(2'000)});
    if (choice_.once_in(25)) step_clock();
    if (manager_.is_up() && choice_.once_in(40)) kill_manager();
    if (!manager_.is_up() && choice_.once_in(4)) TRY(start_manager());
    for (Board& board : boards_) {
      if (choice_.once_in(3)) publish(board);
      if (choice_.once_in(60)) board.step_clock();
      if (choice_.once_in(60)) {
        ++outcome_.power_cuts;
        board.cut_power(choice_.once_in(2));
        TRY(board.boot());
      }
      if (choice_.once_in(30)) {
        ++outcome_.line_cuts;
        board.cut_line(choice_.once_in(2));
      }
      board.exchange(manager_, false);
      note(board);
    }
    if (!manager_.is_up()) return {};
    if (choice_.once_in(12)) {
      ++outcome_.failed_commits;
      manager_.store().next(choice_.once_in(2) ? Trouble::refused : Trouble::unsure);
    }
    trouble_log();
    manager_.end_turn();
    if (choice_.once_in(2)) manager_.drainer().slice();
    manager_.disk().fail_append = manager_.disk().fail_sync = manager_.disk().fail_cut = std::nullopt;
    manager_.store().next(Trouble::none);
    manager_.hall().sweep();
    return {};
  }

  // The manager's wall clock is set forward or back, to at most `step_max` from the truth.
  void step_clock() {
    ++outcome_.clock_steps;
    const auto seconds = static_cast<std::int64_t>(choice_.below(2 * step_max.count() + 1)) - step_max.count();
    const Micros passed = clock_.monotonic() - start_;
    clock_.set_wall(beginning + passed + Seconds{seconds});
  }

  void trouble_log() {
    if (!choice_.once_in(8)) return;
    ++outcome_.failed_log_commits;
    MemoryDisk_for_test& disk = manager_.disk();
    (choice_.once_in(2) ? disk.fail_append : disk.fail_sync) = Error{Errc::exhausted, "the disk is full"};
    if (choice_.once_in(2)) disk.fail_cut = Error{Errc::unavailable, "an I/O error"};
  }

  // No more troubles: everything that was published must arrive.
  Status calm_down() {
    for (std::size_t step = 0; step < calm_steps_max; ++step) {
      clock_.advance(Seconds{1});
      bool done = true;
      for (Board& board : boards_) {
        board.exchange(manager_, true);
        note(board);
        done = done && board.is_done();
      }
      if (done) return {};
      manager_.end_turn();
      manager_.hall().sweep();
    }
    return Error{Errc::exhausted, "a board did not get rid of its readings"};
  }

  void publish(Board& board) {
    const std::string payload = "{\"n\":" + std::to_string(++number_) + "}";
    board.publish(choice_.once_in(2) ? "test" : "room/temperature", payload);
  }

  void kill_manager() {
    ++outcome_.manager_kills;
    manager_.kill();
    if (choice_.once_in(2)) {  // and its machine, too
      manager_.disk().cut_power([&](std::size_t loose) { return choice_.below(loose + 1); });
    }
    for (Board& board : boards_) board.manager_died();
  }
  Status start_manager() {
    TRY(manager_.start());
    return check_promises();
  }

  Result<std::map<Timestamp, std::string>> kept(const Board& board) {
    fleet::DataQuery query;
    query.workspace = workspace_.id;
    query.devices = {board.id()};
    query.size = fleet::data_page_max;
    std::map<Timestamp, std::string> out;
    for (const fleet::DataRow& row : TRY(manager_.store().data(query))) {
      if (out.emplace(row.reading.device_time, row.reading.payload).second) continue;
      return Error{Errc::corrupt, "kept twice: " + row.reading.payload};
    }
    return out;
  }

  // At every moment: what was acknowledged is kept, and what is kept was published, each once.
  Status check_promises() {
    TRY(manager_.drainer().catch_up());
    for (const Board& board : boards_) {
      const auto rows = TRY(kept(board));
      for (const auto& [at, payload] : board.acknowledged()) {
        const auto found = rows.find(at);
        if (found == rows.end()) return Error{Errc::corrupt, "acknowledged, but lost: " + payload};
        if (found->second != payload) return Error{Errc::corrupt, "acknowledged, but changed: " + payload};
      }
      for (const auto& [at, payload] : rows) {
        const auto found = board.published().find(at);
        if (found == board.published().end() || found->second != payload) {
          return Error{Errc::corrupt, "kept, but never published: " + payload};
        }
      }
      if (board.refused() > 0) return Error{Errc::corrupt, "a good reading was refused for ever"};
    }
    return {};
  }

  Status check_complete() {
    for (const Board& board : boards_) {
      const auto rows = TRY(kept(board));
      if (rows.size() != board.published().size()) {
        return Error{Errc::corrupt, std::to_string(board.published().size()) + " published, but " +
                                        std::to_string(rows.size()) + " kept"};
      }
      for (const auto& [at, payload] : rows) trace_.update(bytes_of(rfc3339(at) + payload));
    }
    return {};
  }

  void note(const Board& board) {
    trace_.update(bytes_of(std::to_string(epoch_micros(clock_.now())) + " " + std::to_string(board.published().size()) +
                           " " + std::to_string(board.acknowledged().size()) + "\n"));
  }

  const Plan& plan_;
  Choice choice_;
  ManualClock clock_{beginning};
  const Instant start_ = clock_.monotonic();
  IdSource ids_;
  Manager manager_;
  std::vector<Board> boards_;  // destroyed before the manager, whose sessions they hold
  fleet::Workspace workspace_;
  std::size_t number_ = 0;
  crypto::Sha256 trace_;
  Outcome outcome_;
};

}  // namespace

Result<Outcome> run(const Plan& plan) {
  World world{plan};
  return world.run();
}

}  // namespace signet::sim
