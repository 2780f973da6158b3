// framer.h -- cuts a byte stream into packets.
#pragma once

#include "mqtt/types.h"

namespace signet::mqtt {

// One packet without its fixed header. Borrows `body`.
struct Packet {
  PacketType type;
  std::uint8_t flags;
  Bytes body;
};

// Keeps at most one packet, and of it only bytes that have arrived: an announced length allocates nothing. A packet
// that came whole within one input is not copied.
class Framer {
 public:
  // `packet_bytes_max` limits the remaining length.
  explicit Framer(std::size_t packet_bytes_max) : limit_(packet_bytes_max) {}

  // The next whole packet; takes what it uses from the front of `input`. Nothing: all input is taken, bring more. The
  // packet is gone at the next call, and no longer valid than `input`'s bytes. After an error the stream is lost.
  // too_large as soon as the header announces more than the limit; malformed for type 0 or a length of five bytes.
  Result<std::optional<Packet>> next(Bytes& input);

  std::size_t buffered() const { return held_.size(); }

 private:
  Result<std::optional<Packet>> next_in_parts(Bytes& input);
  Status check(std::size_t remaining) const;
  bool fill(std::size_t size, Bytes& input);

  std::size_t limit_;
  Buffer held_;             // header and body so far, of a packet that came in parts
  std::size_t header_ = 0;  // bytes of the fixed header in held_, once known
  std::size_t size_ = 0;    // of the whole packet, once known
  bool given_ = false;      // held_ was handed out by the last call
};

}  // namespace signet::mqtt
