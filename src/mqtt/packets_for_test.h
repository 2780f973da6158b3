// packets_for_test.h -- packets as bytes, and the moment at which sessions begin.
#pragma once

#include "base/clock.h"
#include "mqtt/connect.h"
#include "mqtt/wire.h"

namespace signet::mqtt {

inline constexpr Instant start{Seconds{1000}};

template <class T>
Buffer written(Version version, const T& packet) {
  Buffer out;
  encode(out, version, packet);
  return out;
}
inline Buffer written(const Connect& connect) {
  Buffer out;
  encode(out, connect);
  return out;
}
inline Buffer raw(PacketType type, std::uint8_t flags, const Buffer& body = {}) {
  Buffer out;
  write_packet(out, type, flags, body);
  return out;
}
inline Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace signet::mqtt
