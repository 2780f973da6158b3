// bus_arbiter.h -- several hosts on one bus: who may speak to the chip now. Sans-I/O: bytes in, bytes out.
//
// A host holds the bus from its WAKE until the chip is idle or asleep again: by its own command, its watchdog, or the
// host's disconnection. Another host's WAKE is answered when the bus is free, in the order of asking; its READ and
// WRITE without a WAKE are not acknowledged. When the bus passes between two hosts that are both connected, the chip's
// volatile state is dropped, so that no host ever works with another's TempKey.
//
// A disconnection is no power cycle: a chip that was left awake stays so, and the next host goes on where the last one
// stopped, with a WAKE or without. docs/formats/element-bus.md
#pragma once

#include "element/wire/bus.h"

#include <deque>
#include <map>
#include <vector>

namespace signet::element {

inline constexpr std::size_t bus_clients_max = 64;

class BusArbiter {
 public:
  using ClientId = int;
  struct Send {
    ClientId to;
    Buffer bytes;
  };
  struct Close {
    ClientId who;
    Error why;
  };
  struct Actions {
    std::vector<Send> sends;
    std::vector<Close> closes;  // already forgotten here: no on_disconnect for them
  };

  // The device must outlive the arbiter.
  explicit BusArbiter(BusDevice& device) : device_(device) {}

  // exhausted when bus_clients_max are connected.
  Status on_connect(ClientId id);
  Actions on_bytes(ClientId id, Bytes bytes);
  Actions on_disconnect(ClientId id);
  Actions on_time();
  // When on_time is due: the watchdog ends a turn. Nothing while the bus is free.
  std::optional<Instant> due() { return holder_ ? device_.awake_until() : std::nullopt; }

 private:
  void pump(Actions& out);
  bool step(ClientId id, Actions& out);  // true when a request was answered
  Buffer perform(ClientId id, const BusRequest& request);
  void take_bus(ClientId id);
  bool may_speak(ClientId id, const BusRequest& request);
  void release_when_asleep();
  void forget(ClientId id);
  bool is_waiting(ClientId id) const;

  BusDevice& device_;
  std::map<ClientId, Buffer> clients_;  // with what they sent and nobody has looked at
  std::deque<ClientId> waiting_;        // their WAKE stands first in their buffer
  std::optional<ClientId> holder_;
  std::optional<ClientId> last_holder_;  // while still connected
};

}  // namespace signet::element
