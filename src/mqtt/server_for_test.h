// server_for_test.h -- a ServerSession, fed by hand, that remembers what it said.
#pragma once

#include "mqtt/connack.h"
#include "mqtt/disconnect.h"
#include "mqtt/packets_for_test.h"
#include "mqtt/puback.h"
#include "mqtt/server_session.h"

namespace signet::mqtt {

// A session, and what it said of itself when fed.
struct Server {
  explicit Server(ServerLimits limits = {}) : session(limits, start) {}

  // Accepts the connection (with `kept`, if there is one), acknowledges nothing, remembers the last event of each kind.
  Server& feed(const Buffer& bytes, Instant now = start) {
    session.receive(bytes, now);
    while (auto event = session.next()) remember(*event);
    output = session.take_output();
    return *this;
  }
  void remember(ServerEvent& event) {
    if (std::holds_alternative<ConnectRequested>(event))
      kept ? session.resume(welcome, *kept) : session.accept(welcome);
    if (const auto* p = std::get_if<PublishReceived>(&event)) {
      ids.push_back(p->publish.packet_id);
      topics.emplace_back(p->publish.topic);
    }
    if (const auto* a = std::get_if<PublishAcknowledged>(&event)) {
      acknowledged.push_back(a->packet_id);
      last_ack = *a;
    }
    if (const auto* r = std::get_if<PublishReleased>(&event)) released.push_back(r->packet_id);
    if (const auto* d = std::get_if<DeliveryReceived>(&event)) delivered.push_back(d->packet_id);
    if (const auto* s = std::get_if<SubscribeRequested>(&event)) ids.push_back(s->subscribe.packet_id);
    if (auto* c = std::get_if<SessionClosed>(&event)) closed = std::move(*c);
  }
  Server& connect(Version version, Connect connect = {.client_id = "d"}) {
    connect.version = version;
    return feed(written(connect));
  }
  Buffer said() { return session.take_output(); }

  ServerSession session;
  Welcome welcome;
  std::optional<SessionState> kept;
  std::vector<std::uint16_t> ids, acknowledged, released, delivered;
  std::vector<std::string> topics;
  PublishAcknowledged last_ack{};
  std::optional<SessionClosed> closed;
  Buffer output;
};

}  // namespace signet::mqtt
