// board.h -- a device without hardware: the real agent over the real outbox, on a disk and a line that can fail.
#pragma once

#include "agent/agent.h"
#include "base/memory_disk_for_test.h"
#include "sim/choice.h"
#include "sim/manager.h"

#include <map>

namespace signet::sim {

// A connection under way. The manager's end may live on when the board's is gone.
struct Line {
  ManagerEnd end;
  std::shared_ptr<gateway::Session> session;
  Buffer to_manager = {};
};

class Board {
 public:
  Board(DeviceId id, Buffer certificate, ManualClock& clock, Choice& choice);

  Status boot();
  void publish(const std::string& tag, const std::string& payload);
  // Carries some of the bytes that are under way, or all of them, both ways; lets the agent see its timers.
  void exchange(Manager& manager, bool all);
  void cut_power(bool manager_notices);
  void cut_line(bool manager_notices);
  void manager_died();  // the line is gone with everything on it
  void step_clock();    // to another error
  bool is_done() const { return outbox_->waiting().empty(); }

  const DeviceId& id() const { return id_; }
  const std::map<Timestamp, std::string>& published() const { return published_; }
  const std::map<Timestamp, std::string>& acknowledged() const { return acknowledged_; }
  std::size_t refused() const { return refused_; }

 private:
  agent::Moment now() const { return {clock_.now() + skew_, clock_.monotonic()}; }
  void perform(Manager* manager);
  void dial(Manager& manager);
  void hang_up(const std::string& why);
  void let_go(bool manager_notices);
  void carry_up(bool all);
  void carry_down(bool all);
  void tend_ghosts();
  std::size_t part(std::size_t size, bool all) { return all ? size : choice_.below(size + 1); }

  DeviceId id_;
  Buffer certificate_;
  ManualClock& clock_;
  Choice& choice_;
  Micros skew_;  // the board's clock is wrong by this
  MemoryDisk_for_test disk_;
  std::unique_ptr<agent::Outbox> outbox_;
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<Line> line_;
  std::vector<std::unique_ptr<Line>> ghosts_;   // the manager does not know yet that nobody is there
  std::map<Timestamp, std::string> published_;  // kept by the outbox
  std::map<Timestamp, std::string> acknowledged_;
  std::size_t refused_ = 0;
};

}  // namespace signet::sim
