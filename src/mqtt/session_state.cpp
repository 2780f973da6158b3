#include "mqtt/session_state.h"

#include <algorithm>

namespace signet::mqtt {
namespace {

auto with_id(std::uint16_t packet_id) {
  return [packet_id](const Message& message) { return message.packet_id == packet_id; };
}

}  // namespace

Status SessionState::subscribe(std::string_view filter, Qos qos) {
  for (Subscribed& one : subscriptions) {
    if (one.filter == filter) return one.qos = qos, Status{};
  }
  if (subscriptions.size() == kept_subscriptions_max) {
    return Error{Errc::exhausted, "kept_subscriptions_max subscriptions in one session"};
  }
  subscriptions.push_back({std::string{filter}, qos});
  return {};
}

bool SessionState::unsubscribe(std::string_view filter) {
  return std::erase_if(subscriptions, [&](const Subscribed& one) { return one.filter == filter; }) != 0;
}

Result<std::uint16_t> SessionState::add(Message message) {
  ENSURE(message.qos != Qos::at_most_once);
  if (outbound.size() >= kept_messages_max) return Error{Errc::exhausted, "kept_messages_max messages wait"};
  do {
    if (++last_id == 0) last_id = 1;
  } while (std::any_of(outbound.begin(), outbound.end(), with_id(last_id)));
  message.packet_id = last_id;
  outbound.push_back(std::move(message));
  return last_id;
}

void SessionState::received(std::uint16_t packet_id) {
  const auto found = std::find_if(outbound.begin(), outbound.end(), with_id(packet_id));
  if (found == outbound.end()) return;
  found->sent = found->released = true;
  found->topic.clear(), found->payload.clear();  // never sent again [MQTT-4.3.3-6]
}

bool SessionState::remove(std::uint16_t packet_id) { return std::erase_if(outbound, with_id(packet_id)) != 0; }

void SessionState::all_sent() {
  for (Message& message : outbound) message.sent = true;
}

void SessionState::expire(Instant now) {
  std::erase_if(outbound, [&](const Message& m) { return !m.sent && m.expires && *m.expires <= now; });
}

}  // namespace signet::mqtt
