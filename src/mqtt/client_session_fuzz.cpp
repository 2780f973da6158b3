#include "mqtt/client_session.h"

#include <cstdlib>

// byte 0: version; byte 1: how many bytes come at once; the rest is what a server says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::mqtt;
  if (size < 2) return 0;
  Instant now{};
  ClientSession session{{.version = data[0] & 1 ? Version::v5 : Version::v311,
                         .client_id = data[0] & 2 ? "" : "d",
                         .packet_bytes_max = 4096,
                         .receive_max = 4},
                        now};
  int endings = 0;
  const std::size_t piece = data[1] + std::size_t{1};
  for (Bytes rest{data + 2, size - 2}; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
    now += Millis{10};
    session.receive(rest.first(std::min(piece, rest.size())), now);
    while (auto event = session.next()) {
      const auto* message = std::get_if<MessageReceived>(&*event);
      if (message && message->publish.packet_id != 0 && data[0] & 4) session.acknowledge(message->publish.packet_id);
      if (std::get_if<Closed>(&*event)) ++endings;
    }
    static_cast<void>(session.publish(data[0] & 8 ? Qos::exactly_once : Qos::at_least_once, "t", {}, {}, now));
    static_cast<void>(session.subscribe("t", Qos::at_least_once, now));
    static_cast<void>(session.unsubscribe("t", now));
    session.tick(now);
    session.take_output();
  }
  while (auto event = session.next()) {
    if (std::get_if<Closed>(&*event)) ++endings;
  }
  ENSURE(endings == (session.closed() ? 1 : 0));
  return 0;
}
