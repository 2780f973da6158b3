// incoming.h -- the peer's messages of QoS 1 and 2 that are not done with (4.3, the receiver's half): what one end
// remembers so that it acknowledges each as often as it must, and hands each on once.
#pragma once

#include "mqtt/types.h"

#include <vector>

namespace signet::mqtt {

inline constexpr std::size_t unreleased_max = 1024;  // QoS 2 whose PUBREL has not come, in one session

class Incoming {
 public:
  // QoS 2 acknowledged on an earlier connection: known, and not counted against the window of this one (4.9).
  void resume(const std::vector<std::uint16_t>& unreleased);

  enum class Verdict : std::uint8_t {
    fresh,     // the owner decides, then settle
    pending,   // the same once more; the owner still decides
    recorded,  // QoS 2 that was taken: PUBREC again, and to nobody else [MQTT-4.3.3-10]
    in_use,    // another message has that id
    full,      // more than `window` [MQTT-3.3.4-7]
    too_many   // more than unreleased_max
  };
  Verdict receive(std::uint16_t packet_id, Qos qos, std::size_t window);
  // The owner has decided. Returns the QoS. What was not taken may come again as new [MQTT-4.3.3-9].
  // REQUIRES: receive said fresh.
  Qos settle(std::uint16_t packet_id, bool taken);

  enum class Release : std::uint8_t { fresh, pending, unknown, early };
  Release release(std::uint16_t packet_id);  // PUBREL came
  void complete(std::uint16_t packet_id);    // and the owner has forgotten the id. REQUIRES: release said fresh
  std::vector<std::uint16_t> unreleased() const;
  std::size_t size() const { return ids_.size(); }

 private:
  enum class Phase : std::uint8_t { taken_1, taken_2, recorded, releasing };  // taken: by the owner, undecided
  struct Id {
    std::uint16_t packet_id;
    Phase phase;
    bool counts;
  };
  std::vector<Id>::iterator find(std::uint16_t packet_id);  // end: not there
  std::vector<Id>::iterator place_of(std::uint16_t packet_id);
  void erase(std::vector<Id>::iterator at);

  std::vector<Id> ids_;  // sorted
  std::size_t used_ = 0;
};

}  // namespace signet::mqtt
