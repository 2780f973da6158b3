// telemetry.h -- collects a turn's readings in the loop's log, makes them durable together, and only then lets them be
// acknowledged.
#pragma once

#include "fleet/telemetry.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/turn.h"
#include "mqtt/types.h"
#include "store/log/writer.h"

namespace signet::gateway {

// So many in a turn are company enough: they are made durable when it ends, and do not wait for commit_delay.
inline constexpr std::size_t company = 64;
inline constexpr std::size_t commit_readings_max = 4000;  // then a turn is committed in parts

// Who is told what became of a message: a session, as long as it lives.
struct Sender {
  virtual ~Sender() = default;
  virtual void answer(std::uint16_t packet_id, mqtt::ReasonCode reason) = 0;
  virtual void answered() = 0;  // all answers that came together are given: time to send
};

class Telemetry {
 public:
  // `log` is this loop's; all outlive the telemetry.
  Telemetry(const Config& config, store::LogWriter& log, Turn& turn)
      : config_(config), log_(log), turn_(turn), judge_(turn.clock()) {}

  // An error when this is no reading, or when there is no room for it (exhausted); nothing else is said then. Otherwise
  // the sender hears of it once it is durable, or cannot be. `packet_id` 0 is not answered (QoS 0, or a will).
  Status add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, const TakenReading& reading);
  // The store is far behind: who publishes is not read until it is not.
  bool is_congested() const { return log_.backlog() > config_.ingest_backlog_max / 2; }

  void finish();  // makes durable and answers now what has been added

 private:
  struct Owed {
    std::weak_ptr<Sender> sender;
    std::uint16_t packet_id;
  };
  void finish_later();
  void at_turn_end();
  Status append(const TakenReading& reading);
  void tell(const Status& kept);

  const Config& config_;
  store::LogWriter& log_;
  Turn& turn_;
  fleet::ReadingJudge judge_;
  Buffer record_;
  std::vector<Owed> owed_;                                // for each reading that is pending in the log one
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // a turn may end after us
  bool turn_asked_ = false;
  bool delayed_ = false;
  bool failing_ = false;  // logged once, not once a turn
};

}  // namespace signet::gateway
