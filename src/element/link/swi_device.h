// swi_device.h -- a chip on a single wire: what it makes of the characters that a host sends. Sans-I/O.
//
// The same chip as on the bus, without an address: a flag takes the place of the word address. A sleeping or working
// chip hears a wake and nothing else. What is no flag, and half a packet followed by silence, is forgotten.
// docs/formats/element-swi.md
#pragma once

#include "element/wire/bus.h"
#include "element/wire/swi.h"

namespace signet::element {

// Longer silence within a packet ends it. A real part waits about so long for the rest of what was begun.
inline constexpr Millis swi_silence_max{100};
inline constexpr std::size_t swi_input_max = 2 * swi_characters_max;  // a call; its answers are bounded by it

class SwiDevice {
 public:
  // The device must outlive it.
  explicit SwiDevice(BusDevice& device) : device_(device) {}

  // What the chip says to these characters, as characters. REQUIRES: at most swi_input_max of them.
  Buffer on_characters(Bytes characters, Instant now);

 private:
  void on_byte(std::uint8_t byte, Buffer& out);
  void on_flag(std::uint8_t flag, Buffer& out);
  bool write(Bytes data) { return device_.write(device_.own_address(), data); }
  void transmit(Buffer& out);
  void reset();

  BusDevice& device_;
  SwiDecoder decoder_;
  std::optional<Instant> last_;
  Buffer packet_;  // word address and what has come of a command; empty: a flag is expected
};

}  // namespace signet::element
