#include "gateway/session.h"

#include "base/log.h"
#include "identity/certificate.h"

namespace signet::gateway {
namespace {

// MQTT 5: when the device measured. The user property's name is the column's in the REST interface.
Result<std::optional<Timestamp>> device_time(const mqtt::Properties& properties) {
  const auto text = properties.user("timestamp_device");
  if (!text) return std::optional<Timestamp>{};
  auto at = parse_rfc3339(*text);
  if (!at) return std::move(at).error().within("timestamp_device");
  return std::optional{at.value()};
}

}  // namespace

Session::~Session() {
  if (hall_) hall_->forget(number_);
}

void Session::detach() {
  hall_->forget(number_);
  hall_ = nullptr;
}

void Session::on_open(net::Connection& connection) {
  if (!hall_) return connection.close_now();
  connection_ = &connection;
  address_ = connection.peer_address();
  auto admitted = hall_->gate().admit(connection.peer_certificate());
  if (!admitted) {  // withdrawn since the judge was asked
    who_.dcn = name_of(connection.peer_certificate());
    audit(admitted.error());
    return connection.close_now();
  }
  who_ = std::move(admitted).value();
  const Instant now = hall_->clock().monotonic();
  mqtt_.emplace(hall_->limits(), now);
  rate_.emplace(hall_->config().publishes_per_second, hall_->config().publish_burst, now);
}

void Session::on_bytes(net::Connection&, Bytes bytes) {
  if (!hall_ || !mqtt_) return;
  mqtt_->receive(bytes, hall_->clock().monotonic());
  settle();
}

void Session::on_close(net::Connection& connection, const std::optional<Error>& why) {
  connection_ = nullptr;
  if (!hall_) return;
  if (address_.empty()) address_ = connection.peer_address();
  if (!connection.established()) {
    if (why) {
      who_.dcn = name_of(connection.peer_certificate());
      audit(*why);
    }
  } else if (mqtt_) {
    end(mqtt::ReasonCode::unspecified_error, why.value_or(Error{Errc::unavailable, "the device hung up"}),
        Will::published);
  }
  if (hall_) hall_->forget(number_);
}

// For the audit of a handshake that failed. A certificate that is admitted was not the trouble: its key, or TLS, was.
std::string Session::name_of(const Buffer& certificate) const {
  if (certificate.empty()) return "unknown";
  const auto known = hall_->gate().admit(certificate);
  if (known) return known.value().dcn;
  const auto read = identity::parse_certificate(certificate);
  if (!read) return "unknown";
  const std::string claimed = read.value().subject_common_name.substr(0, 64);
  return known.error().code == Errc::unauthenticated ? "unknown, calls itself " + claimed : claimed;
}

void Session::pause(Pause why) {
  if (pauses_ == 0 && connection_) connection_->pause_reading(true);
  pauses_ |= static_cast<std::uint8_t>(why);
}

void Session::resume(Pause why) {
  if (!is_paused(why)) return;
  pauses_ &= static_cast<std::uint8_t>(~static_cast<std::uint8_t>(why));
  if (mqtt_) mqtt_->forgive(hall_->clock().monotonic());  // it could not be heard, so its silence was no offence
  if (pauses_ == 0 && connection_) connection_->pause_reading(false);
}

void Session::tick() {
  if (!mqtt_ || !connection_) return;
  const Instant now = hall_->clock().monotonic();
  if (entrance_ == Entrance::done) {  // a certificate may expire while its device is connected
    const auto still = hall_->gate().still_admits(who_);
    if (!still && still.error().code == Errc::forbidden) {
      audit(still.error());
      return end(mqtt::ReasonCode::not_authorized, still.error(), Will::kept_back);
    }
  }
  if (is_paused(Pause::rate) && !rate_->exhausted(now)) resume(Pause::rate);
  if (is_paused(Pause::store) && !hall_->telemetry().is_congested()) resume(Pause::store);
  if (is_paused(Pause::rate) || is_paused(Pause::desk) || is_paused(Pause::store)) return;
  mqtt_->tick(now);
  settle();
}

void Session::settle() {
  if (settling_ || !hall_) return;
  settling_ = true;
  while (entrance_ != Entrance::asked || mqtt_->closed()) {
    const auto event = mqtt_->next();
    if (!event) break;
    perform(*event);
  }
  settling_ = false;
  if (!connection_) return;
  if (entrance_ == Entrance::asked && held_.empty()) held_ = mqtt_->take_unread();
  const Buffer output = mqtt_->take_output();
  if (!output.empty()) connection_->send(output);
  if (mqtt_->closed()) {
    connection_->close_within(withdrawn_ ? withdrawn_close_timeout : net::close_timeout);
    connection_ = nullptr;
  }
}

void Session::perform(const mqtt::ServerEvent& event) {
  std::visit([this](const auto& one) { on(one); }, event);
}

void Session::on(const mqtt::ConnectRequested& event) {
  mqtt::ReasonCode reason = mqtt::ReasonCode::not_authorized;
  auto will = check_connect(event.connect, reason);
  if (!will) {
    audit(will.error());
    return mqtt_->refuse(reason, will.error());
  }
  if (!hall_->desk().has_room()) {  // ours to mend, so nothing for the audit
    return mqtt_->refuse(mqtt::ReasonCode::server_busy,
                         {Errc::exhausted, "questions_max questions wait for the fleet"});
  }
  assign_id_ = event.connect.client_id.empty();
  entrance_ = Entrance::asked;
  pause(Pause::entrance);
  hall_->desk().ask(
      EnterAsked{number_, who_, address_, mqtt_->clean_start(), mqtt_->expiry(), std::move(will).value()});
}

void Session::on_entered(const Entered& entered) {
  if (entrance_ != Entrance::asked || mqtt_->closed()) return;  // it gave up, and said so
  resume(Pause::entrance);
  switch (entered.verdict) {
    case Verdict::welcome:
      entrance_ = Entrance::done;
      hall_->count(1);
      welcome(entered);
      log_info("device.connected",
               {{"device", who_.device.str()}, {"address", address_}, {"tls", connection_->tls_version()}});
      break;
    case Verdict::withdrawn: refuse_entrance(mqtt::ReasonCode::not_authorized, *entered.why); break;
    case Verdict::full: refuse_entrance(mqtt::ReasonCode::server_busy, *entered.why); break;
    case Verdict::failed: refuse_entrance(mqtt::ReasonCode::server_unavailable, *entered.why); break;
  }
  const Buffer held = std::exchange(held_, {});
  if (!held.empty() && !mqtt_->closed()) mqtt_->receive(held, hall_->clock().monotonic());
  settle();
}

void Session::welcome(const Entered& entered) {
  const std::string id = who_.device.str(), down = down_topic(who_.device);
  mqtt::Welcome say{.response_information = down};
  if (assign_id_) say.assigned_client_id = id;
  kept_ = entered.kept != nullptr;
  if (!entered.present) return mqtt_->accept(say);
  mqtt::SessionState state{.unreleased = entered.kept->unreleased};
  const Timestamp wall = hall_->clock().now();
  const Instant now = hall_->clock().monotonic();
  for (const fleet::DeviceSession::Down& one : entered.kept->down) {
    mqtt::Message message{.packet_id = one.packet_id, .sent = one.sent, .topic = down, .payload = one.payload};
    if (one.expires_at) message.expires = now + (*one.expires_at - wall);
    state.outbound.push_back(std::move(message));
  }
  if (entered.kept->listens) subscribed_ = static_cast<mqtt::Qos>(*entered.kept->listens);
  mqtt_->resume(say, state);
}

void Session::refuse_entrance(mqtt::ReasonCode reason, const Error& why) {
  entrance_ = Entrance::none;  // it has no place that it could leave
  mqtt_->refuse(reason, why);
}

Result<Session::SharedWill> Session::check_connect(const mqtt::Connect& connect, mqtt::ReasonCode& reason) {
  if (!connect.client_id.empty() && connect.client_id != who_.device.str()) {
    reason = mqtt::ReasonCode::client_id_invalid;
    return Error{Errc::forbidden,
                 "client id \"" + std::string{connect.client_id.substr(0, 64)} + "\" is not " + who_.device.str()};
  }
  return read_will(connect);
}

Result<Session::SharedWill> Session::read_will(const mqtt::Connect& connect) const {
  if (!connect.will) return SharedWill{};
  const DeviceTopic topic = TRY(parse_topic(connect.will->topic, who_.device));
  const mqtt::Properties& said = connect.will->properties;
  auto will = std::make_shared<fleet::DeviceSession::Will>();
  will->up = topic.road == Road::up;
  will->tag = topic.tag;
  will->device_time = TRY(device_time(said));
  will->payload = text_of(connect.will->payload);
  will->delay = Seconds{said.number(mqtt::PropertyId::will_delay).value_or(0)};
  return SharedWill{std::move(will)};
}

void Session::on(const mqtt::PublishReceived& event) {
  const mqtt::Publish& publish = event.publish;
  const std::int64_t base = publish.topic.starts_with("j/up/") || once(publish) ? commit_cost : 1;
  spend(base + static_cast<std::int64_t>(publish.payload.size() / bytes_per_cost));
  if (publish.qos != mqtt::Qos::at_most_once) owed_.push_back({publish.packet_id, mqtt::ReasonCode::success, false});
  const Status taken = take(publish);
  if (taken) return;
  if (!mqtt::is_worth_retrying(mqtt::puback_reason(taken.error().code))) audit(taken.error());
  refuse(publish.qos, publish.packet_id, taken.error());
}

void Session::spend(std::int64_t cost) {
  const Instant now = hall_->clock().monotonic();
  rate_->spend(now, cost);
  if (is_paused(Pause::rate) || !rate_->exhausted(now)) return;
  pause(Pause::rate);
  log_warn("device.slowed", {{"device", who_.device.str()}, {"why", "publishes_per_second is reached"}});
}

Status Session::take(const mqtt::Publish& publish) {
  const DeviceTopic topic = TRY(parse_topic(publish.topic, who_.device));
  if (topic.road == Road::up) return ask_up(publish.packet_id, std::string{text_of(publish.payload)}, once(publish));
  const auto at = TRY(device_time(publish.properties));
  if (once(publish)) {
    return ask(ReadingHeard{
        number_, publish.packet_id, {who_.device, std::string{topic.tag}, at, std::string{text_of(publish.payload)}}});
  }
  if (!is_paused(Pause::store) && hall_->telemetry().is_congested()) pause(Pause::store);
  return hall_->telemetry().add(weak_from_this(), publish.packet_id,
                                {who_.device, std::string{topic.tag}, at, std::string{text_of(publish.payload)}});
}

// A message whose packet id must be remembered as long as the session. Without a kept session that is the connection.
bool Session::once(const mqtt::Publish& publish) const { return kept_ && publish.qos == mqtt::Qos::exactly_once; }

Status Session::ask_up(std::uint16_t packet_id, std::string payload, bool once) {
  if (payload.size() > fleet::payload_bytes_max)
    return Error{Errc::too_large, "message is longer than payload_bytes_max"};
  return ask(MessageHeard{number_, who_.device, packet_id, std::move(payload), once});
}

Status Session::ask(Question question) {
  const bool had_room = hall_->desk().has_room();
  if (had_room) hall_->desk().ask(std::move(question));
  wait_for_room();
  if (!had_room) return Error{Errc::exhausted, "questions_max messages wait for the fleet"};
  return {};
}

// Even when there is no room: what belongs to a kept session cannot be refused, and is bounded in each.
void Session::note(Question question) {
  hall_->desk().ask(std::move(question));
  wait_for_room();
}

void Session::wait_for_room() {
  if (hall_->desk().has_room() || is_paused(Pause::desk)) return;
  pause(Pause::desk);
  hall_->wait_for_room(number_);
}

// QoS 0 has no answer to refuse with, so the connection is the answer, unless the trouble is ours.
void Session::refuse(mqtt::Qos qos, std::uint16_t packet_id, const Error& why) {
  const mqtt::ReasonCode reason = mqtt::puback_reason(why.code);
  if (qos != mqtt::Qos::at_most_once) return answer(packet_id, reason);
  if (!mqtt::is_worth_retrying(reason)) mqtt_->disconnect(reason, why);
}

void Session::on_taken(MessageTaken& taken) {
  if (!mqtt_ || mqtt_->closed()) return;
  if (taken.outcome) {
    send_down(std::move(taken.outcome).value(), taken.ids);
    if (taken.packet_id != 0) answer(taken.packet_id, mqtt::ReasonCode::success);
  } else {
    refuse(taken.packet_id != 0 ? mqtt::Qos::at_least_once : mqtt::Qos::at_most_once, taken.packet_id,
           taken.outcome.error());
  }
  settle();
}

void Session::answer(std::uint16_t packet_id, mqtt::ReasonCode reason) {
  const auto owed = std::find_if(owed_.begin() + static_cast<std::ptrdiff_t>(owed_sent_), owed_.end(),
                                 [&](const Owed& one) { return one.packet_id == packet_id; });
  if (owed == owed_.end()) return;
  owed->reason = reason;
  owed->known = true;
  send_finished();
}

void Session::send_finished() {
  while (owed_sent_ < owed_.size() && owed_[owed_sent_].known) {
    const Owed& front = owed_[owed_sent_++];
    mqtt_->acknowledge(front.packet_id, front.reason);
  }
  if (owed_sent_ == owed_.size()) {
    owed_.clear();
    owed_sent_ = 0;
  } else if (owed_sent_ > owed_.size() / 2) {
    owed_.erase(owed_.begin(), owed_.begin() + static_cast<std::ptrdiff_t>(owed_sent_));
    owed_sent_ = 0;
  }
}

void Session::on(const mqtt::SessionClosed& event) {
  const bool orderly = event.by_peer && event.reason == mqtt::ReasonCode::success;
  if (orderly) last_words_ = false;  // [MQTT-3.14.4-3]
  left(event.why.what);
}

void Session::end(mqtt::ReasonCode reason, Error why, Will will) {
  if (!mqtt_) {
    if (connection_) connection_->close_now();
    return;
  }
  if (will == Will::kept_back) last_words_ = false;
  withdrawn_ = why.code == Errc::forbidden;
  if (entrance_ == Entrance::asked && !mqtt_->closed()) {
    const bool withdrawn = reason == mqtt::ReasonCode::administrative_action;
    mqtt_->refuse(withdrawn ? mqtt::ReasonCode::not_authorized : mqtt::ReasonCode::server_unavailable, std::move(why));
  } else {
    mqtt_->disconnect(reason, std::move(why));
  }
  settle();
}

void Session::left(std::string_view why) {
  const Entrance was = std::exchange(entrance_, Entrance::none);
  if (was == Entrance::none) return;
  if (was == Entrance::done) {
    hall_->count(-1);
    log_info("device.disconnected", {{"device", who_.device.str()}, {"address", address_}, {"why", why}});
  }
  hall_->desk().ask(
      Left{number_, who_.device, std::string{why}, mqtt_->expiry(), last_words_ && was == Entrance::done});
}

void Session::audit(const Error& why) {
  // A peer can cause this at will, so only the audit, which is rate limited, keeps it.
  log_debug("gateway.refused", {{"subject", who_.dcn}, {"address", address_}, {"why", why.what}});
  hall_->refused(address_, who_.dcn, why);
}

}  // namespace signet::gateway
