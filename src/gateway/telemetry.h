// telemetry.h -- collects one turn's readings, keeps them with one commit, and only then lets them be acknowledged.
#pragma once

#include "fleet/fleet.h"
#include "gateway/turn.h"
#include "mqtt/types.h"

namespace signet::gateway {

// Who is told what became of a message: a session, as long as it lives.
struct Sender {
  virtual ~Sender() = default;
  // Called in the order of add(), at the end of the turn.
  virtual void answer(std::uint16_t packet_id, mqtt::ReasonCode reason) = 0;
  virtual void answered() = 0;  // all of the turn's answers are given: time to send
};

class Telemetry {
 public:
  Telemetry(fleet::Fleet& fleet, Turn& turn) : fleet_(fleet), turn_(turn) {}

  // A judged reading. `packet_id` 0 is not answered (QoS 0, or a will).
  void add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, fleet::Reading reading);
  // A message that was dealt with otherwise; it is answered in its place among the readings [MQTT-4.6.0-2].
  void add_answer(std::weak_ptr<Sender> sender, std::uint16_t packet_id, mqtt::ReasonCode reason);

  // Ends the turn now; otherwise the turn's own end does.
  void finish();

 private:
  struct Owed {
    std::weak_ptr<Sender> sender;
    std::uint16_t packet_id;
    mqtt::ReasonCode reason;
    std::optional<std::size_t> reading;  // index; the answer depends on whether it was kept
  };
  void owe(Owed owed);
  std::vector<mqtt::ReasonCode> keep(const std::vector<fleet::Reading>& readings);

  fleet::Fleet& fleet_;
  Turn& turn_;
  std::vector<fleet::Reading> readings_;
  std::vector<Owed> owed_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // a turn may end after us
  bool turn_asked_ = false;
  bool failing_ = false;  // logged once, not once a turn
};

}  // namespace signet::gateway
