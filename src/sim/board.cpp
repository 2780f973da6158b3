#include "sim/board.h"

namespace signet::sim {

Board::Board(DeviceId id, Buffer certificate, ManualClock& clock, Choice& choice)
    : id_(std::move(id)), certificate_(std::move(certificate)), clock_(clock), choice_(choice) {
  step_clock();
}

void Board::step_clock() {
  constexpr std::int64_t hours_behind_max = 400 * 24;
  constexpr std::int64_t hours_ahead_max = 20;  // the manager takes up to 24
  const auto hours = static_cast<std::int64_t>(choice_.below(hours_behind_max + hours_ahead_max + 1));
  skew_ = Seconds{3600} * (hours - hours_behind_max);
}

Status Board::boot() {
  outbox_ = std::make_unique<agent::Outbox>(TRY(agent::Outbox::load(disk_)));
  agent_ = std::make_unique<agent::Agent>(*outbox_, choice_.random());
  agent_->start(id_.str(), {.jobs = {"reset"}}, now());
  return {};
}

void Board::publish(const std::string& tag, const std::string& payload) {
  const Result<Timestamp> at = agent_->publish(tag, payload, now());
  if (at) ENSURE(published_.emplace(at.value(), payload).second);  // a device time is never given twice
}

void Board::exchange(Manager& manager, bool all) {
  if (agent_->deadline() && *agent_->deadline() <= clock_.monotonic()) agent_->tick(now());
  perform(&manager);
  carry_up(all);
  carry_down(all);
  perform(&manager);
  tend_ghosts();
}

void Board::perform(Manager* manager) {
  for (auto actions = agent_->take_actions(); !actions.empty(); actions = agent_->take_actions()) {
    for (const agent::Action& action : actions) {
      if (std::holds_alternative<agent::Dial>(action) && manager) dial(*manager);
      if (const auto* sending = std::get_if<agent::Transmit>(&action); sending && line_) {
        line_->to_manager.insert(line_->to_manager.end(), sending->bytes.begin(), sending->bytes.end());
      }
      if (const auto* end = std::get_if<agent::HangUp>(&action)) hang_up(end->why);
      if (const auto* settled = std::get_if<agent::Settled>(&action)) {
        if (settled->outcome) acknowledged_.emplace(settled->device_time, published_.at(settled->device_time));
        if (!settled->outcome) ++refused_;
      }
    }
  }
}

void Board::dial(Manager& manager) {
  if (!manager.is_up() || !manager.hall().judge(certificate_)) return agent_->on_closed("connection refused", now());
  line_ = std::make_unique<Line>(Line{{certificate_, "192.0.2.7:40000"}, manager.hall().make_session()});
  line_->session->on_open(line_->end);
  agent_->on_open(now());
}

void Board::hang_up(const std::string& why) {
  carry_up(true);
  let_go(true);
  agent_->on_closed(why, now());
}

void Board::let_go(bool manager_notices) {
  if (!line_) return;
  if (manager_notices || line_->end.closed) {
    line_->session->on_close(line_->end, std::nullopt);
  } else {
    ghosts_.push_back(std::move(line_));
  }
  line_.reset();
}

void Board::carry_up(bool all) {
  if (!line_ || line_->end.closed || line_->end.paused) return;
  const std::size_t size = part(line_->to_manager.size(), all);
  if (size == 0) return;
  const Buffer bytes(line_->to_manager.begin(), line_->to_manager.begin() + static_cast<std::ptrdiff_t>(size));
  line_->to_manager.erase(line_->to_manager.begin(), line_->to_manager.begin() + static_cast<std::ptrdiff_t>(size));
  line_->session->on_bytes(line_->end, bytes);
}

void Board::carry_down(bool all) {
  if (!line_) return;
  Buffer& sent = line_->end.sent;
  const std::size_t size = part(sent.size(), all);
  const Buffer bytes(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(size));
  sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(size));
  const bool ended = line_->end.closed && sent.empty();
  if (!bytes.empty()) agent_->on_bytes(bytes, now());
  if (!ended) return;
  let_go(true);
  agent_->on_closed("", now());
}

void Board::tend_ghosts() {
  std::erase_if(ghosts_, [](const std::unique_ptr<Line>& ghost) {
    if (!ghost->end.closed) return false;
    ghost->session->on_close(ghost->end, std::nullopt);
    return true;
  });
}

void Board::cut_power(bool manager_notices) {
  let_go(manager_notices);
  agent_.reset();
  outbox_.reset();
  disk_.cut_power([&](std::size_t loose) { return choice_.below(loose + 1); });
}

void Board::cut_line(bool manager_notices) {
  if (!line_) return;
  let_go(manager_notices);
  agent_->on_closed("the line is cut", now());
}

void Board::manager_died() {
  const bool had_line = line_ != nullptr;
  line_.reset();
  ghosts_.clear();
  if (had_line) agent_->on_closed("connection reset", now());
}

}  // namespace signet::sim
