#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "mqtt/disconnect.h"
#include "mqtt/framer.h"
#include "mqtt/puback.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"
#include "mqtt/unsubscribe.h"

#include <cstdlib>

namespace {

using namespace signet;
using namespace signet::mqtt;

Result<Connect> connect_of(Version, std::uint8_t flags, Bytes body) {
  static_cast<void>(connect_level(body));
  return decode_connect(flags, body);
}
using mqtt::encode;
void encode(Buffer& out, Version, const Connect& connect) { mqtt::encode(out, connect); }

// What was read is written, and what is written is read and written again the same.
template <auto decode>
void check(Version version, const Packet& packet) {
  const auto first = decode(version, packet.flags, packet.body);
  if (!first) return;
  Buffer once, twice;
  encode(once, version, first.value());
  Framer framer{remaining_length_max};
  Bytes input{once};
  const auto cut = framer.next(input);
  ENSURE(cut && cut.value() && cut.value()->type == packet.type);
  const auto second = decode(version, cut.value()->flags, cut.value()->body);
  ENSURE(second);
  encode(twice, version, second.value());
  ENSURE(once == twice);
}

}  // namespace

// byte 0: version and packet type; byte 1: flags; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Version version = data[0] & 0x80 ? Version::v5 : Version::v311;
  const Packet packet{static_cast<PacketType>(data[0] & 0x0f), static_cast<std::uint8_t>(data[1] & 0x0f),
                      Bytes{data + 2, size - 2}};
  switch (packet.type) {
    case PacketType::connect: check<connect_of>(version, packet); break;
    case PacketType::connack: check<decode_connack>(version, packet); break;
    case PacketType::publish: check<decode_publish>(version, packet); break;
    case PacketType::puback: check<decode_puback>(version, packet); break;
    case PacketType::pubrec: check<decode_pubrec>(version, packet); break;
    case PacketType::pubrel: check<decode_pubrel>(version, packet); break;
    case PacketType::pubcomp: check<decode_pubcomp>(version, packet); break;
    case PacketType::subscribe: check<decode_subscribe>(version, packet); break;
    case PacketType::suback: check<decode_suback>(version, packet); break;
    case PacketType::unsubscribe: check<decode_unsubscribe>(version, packet); break;
    case PacketType::unsuback: check<decode_unsuback>(version, packet); break;
    case PacketType::disconnect: check<decode_disconnect>(version, packet); break;
    default: break;
  }
  return 0;
}
