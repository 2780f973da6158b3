#include "mqtt/delivery.h"

#include "mqtt/publish.h"
#include "mqtt/topic.h"

#include <algorithm>

namespace signet::mqtt {
namespace {

// 3.3.2.3.3: what is left of it, in whole seconds and never more than was given.
std::uint32_t seconds_left(Instant expires, Instant now) {
  const auto left = std::chrono::ceil<Seconds>(expires - now).count();
  return static_cast<std::uint32_t>(std::clamp<Seconds::rep>(left, 0, session_never_expires));
}

}  // namespace

void Delivery::set_peer(Version version, std::uint16_t window, std::size_t packet_bytes_max) {
  version_ = version;
  packet_bytes_max_ = packet_bytes_max;
  ids_.set_window(window);
}

void Delivery::resume(std::vector<Message> outbound) {
  for (Message& message : outbound) {
    const bool numbered = message.packet_id != 0 && message.qos != Qos::at_most_once;
    if (numbered && !ids_.adopt(message.packet_id, Outgoing::Phase::waiting))
      continue;  // a damaged state names it twice
    line_.push_back(std::move(message));
  }
}

Result<std::uint16_t> Delivery::publish(Buffer& out, Qos qos, std::string_view topic, Bytes payload,
                                        const Properties& properties) {
  TRY(check_topic_name(topic));
  const bool numbered = qos != Qos::at_most_once;
  if (numbered && !line_.empty()) return Error{Errc::exhausted, "others wait for the peer's window"};
  const std::uint16_t id = numbered ? TRY(ids_.take(qos)) : std::uint16_t{0};
  const std::size_t before = out.size();
  encode(out, version_,
         Publish{.qos = qos, .topic = topic, .packet_id = id, .payload = payload, .properties = properties});
  if (out.size() - before > packet_bytes_max_) {
    out.resize(before);
    ids_.remove(id);
    return Error{Errc::too_large, "[MQTT-3.1.2-24] [MQTT-3.2.2-15] packet passes the peer's maximum"};
  }
  return id;
}

Status Delivery::deliver(Buffer& out, Message message, Instant now) {
  TRY(check_topic_name(message.topic));
  if (line_.size() >= line_max) return Error{Errc::exhausted, "line_max messages wait for the peer's window"};
  const bool numbered = message.packet_id != 0 && message.qos != Qos::at_most_once;
  if (numbered) TRY(ids_.adopt(message.packet_id, Outgoing::Phase::waiting));
  line_.push_back(std::move(message));
  pump(out, now);
  return {};
}

void Delivery::pump(Buffer& out, Instant now) {
  auto message = line_.begin();
  while (message != line_.end() && send(out, *message, now) != Sent::not_now) ++message;
  line_.erase(line_.begin(), message);
  if (line_.empty()) std::vector<Message>{}.swap(line_);
}

Delivery::Sent Delivery::give_up(const Message& message, ReasonCode reason, bool expired) {
  ids_.remove(message.packet_id);
  unsent_.push_back({message.packet_id, reason, expired});
  return Sent::never;
}

// Puts PUBLISH into `out`, if the peer takes one so large.
bool Delivery::encode_message(Buffer& out, const Message& message, Instant now) const {
  Publish publish{.dup = message.sent && message.qos != Qos::at_most_once,
                  .qos = message.qos,
                  .topic = message.topic,
                  .packet_id = message.packet_id,
                  .payload = bytes_of(message.payload)};
  if (message.expires && version_ == Version::v5) {
    publish.properties.set(PropertyId::message_expiry, seconds_left(*message.expires, now));  // [MQTT-3.3.2-6]
  }
  const std::size_t before = out.size();
  encode(out, version_, publish);
  const bool fits = out.size() - before <= packet_bytes_max_;
  if (!fits) out.resize(before);
  return fits;
}

Delivery::Sent Delivery::send(Buffer& out, Message& message, Instant now) {
  if (message.released) {  // [MQTT-4.4.0-1]; it does not count against the window (4.9)
    ids_.move(message.packet_id, Outgoing::Phase::released);
    encode(out, version_, Pubrel{.packet_id = message.packet_id});
    return Sent::yes;
  }
  // [MQTT-3.3.2-5]; what was begun is finished [MQTT-4.3.3-7]
  if (message.expires && !message.sent && now >= *message.expires) return give_up(message, ReasonCode::success, true);
  const bool numbered = message.qos != Qos::at_most_once;
  if (numbered && ids_.free() == 0) return Sent::not_now;
  const bool ours = numbered && message.packet_id == 0;
  if (ours) {
    const auto id = ids_.take(message.qos);
    if (!id) return Sent::not_now;
    message.packet_id = id.value();
  }
  if (!encode_message(out, message, now)) {
    return give_up(message, ReasonCode::packet_too_large, false);  // [MQTT-3.1.2-25]
  }
  if (numbered && !ours) ids_.send(message.packet_id, message.qos);
  return Sent::yes;
}

std::optional<Delivery::Ended> Delivery::take_unsent() {
  if (unsent_.empty()) return std::nullopt;
  const Ended first = unsent_.front();
  unsent_.erase(unsent_.begin());
  return first;
}

Result<Delivery::Ended> Delivery::on(const Puback& puback) {
  if (ids_.phase(puback.packet_id) != Outgoing::Phase::sent_1) {
    return Error{Errc::conflict, "[MQTT-2.2.1-5] PUBACK for a packet id that is not in use"};
  }
  ids_.remove(puback.packet_id);
  return Ended{puback.packet_id, puback.reason};
}

Result<Delivery::AfterPubrec> Delivery::on(Buffer& out, const Pubrec& pubrec) {
  const std::uint16_t id = pubrec.packet_id;
  const auto phase = ids_.phase(id);
  if (!phase) {  // of a session that we have lost: the peer is let go
    encode(out, version_, Pubrel{.packet_id = id, .reason = ReasonCode::packet_id_not_found});
    return AfterPubrec{};
  }
  switch (*phase) {
    case Outgoing::Phase::received: return AfterPubrec{};
    case Outgoing::Phase::released: return encode(out, version_, Pubrel{.packet_id = id}), AfterPubrec{};
    case Outgoing::Phase::sent_2: break;
    case Outgoing::Phase::waiting:
    case Outgoing::Phase::sent_1:
    case Outgoing::Phase::request:
      return Error{Errc::conflict, "[MQTT-2.2.1-5] PUBREC for a packet id that is not of QoS 2"};
  }
  if (is_error(pubrec.reason)) {  // [MQTT-4.4.0-2]
    ids_.remove(id);
    return AfterPubrec{Ended{id, pubrec.reason}};
  }
  ids_.move(id, Outgoing::Phase::received);
  return AfterPubrec{Received{id}};
}

Result<std::optional<Delivery::Ended>> Delivery::on(const Pubcomp& pubcomp) {
  const auto phase = ids_.phase(pubcomp.packet_id);
  if (!phase) return std::optional<Ended>{};  // the answer to a PUBREL that was sent again
  if (*phase != Outgoing::Phase::released) {
    return Error{Errc::conflict, "[MQTT-4.3.3-5] PUBCOMP without PUBREL"};
  }
  ids_.remove(pubcomp.packet_id);
  return std::optional{Ended{pubcomp.packet_id, ReasonCode::success}};
}

void Delivery::release(Buffer& out, std::uint16_t packet_id) {
  ENSURE(ids_.phase(packet_id) == Outgoing::Phase::received);
  ids_.move(packet_id, Outgoing::Phase::released);
  encode(out, version_, Pubrel{.packet_id = packet_id});  // [MQTT-4.3.3-4]
}

bool Delivery::answer(std::uint16_t packet_id) {
  return ids_.phase(packet_id) == Outgoing::Phase::request && ids_.remove(packet_id);
}

}  // namespace signet::mqtt
