// telemetry.h -- collects one turn's readings, has them kept together, and only then lets them be acknowledged.
#pragma once

#include "fleet/telemetry.h"
#include "gateway/desk.h"
#include "gateway/turn.h"

#include <deque>

namespace signet::gateway {

// Who is told what became of a message: a session, as long as it lives.
struct Sender {
  virtual ~Sender() = default;
  virtual void answer(std::uint16_t packet_id, mqtt::ReasonCode reason) = 0;
  virtual void answered() = 0;  // all answers that came together are given: time to send
};

class Telemetry {
 public:
  Telemetry(Desk& desk, std::size_t hall, Turn& turn) : desk_(desk), hall_(hall), turn_(turn) {}

  // An error when this is no reading; nobody is asked then. Otherwise the sender hears of it after its turn.
  // `packet_id` 0 is not answered (QoS 0, or a will).
  Status add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, TakenReading reading);

  // Ends the turn now; otherwise the turn's own end does.
  void finish();
  void on_kept(const ReadingsKept& kept);  // the answer to what finish() has asked

 private:
  struct Owed {
    std::weak_ptr<Sender> sender;
    std::uint16_t packet_id;
  };
  void finish_later();

  Desk& desk_;
  std::size_t hall_;
  Turn& turn_;
  fleet::PayloadCheck payload_check_;
  std::vector<TakenReading> readings_;
  std::vector<Owed> owed_;                                // for each of readings_ one
  std::deque<std::vector<Owed>> asked_;                   // for each answer that is to come one
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // a turn may end after us
  bool turn_asked_ = false;
};

}  // namespace signet::gateway
