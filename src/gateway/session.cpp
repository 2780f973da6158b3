#include "gateway/session.h"

#include "base/log.h"
#include "crypto/digest.h"
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
  if (!hall_) return;
  hall_->leave(who_.device, *this);
  hall_->forget(*this);
}

void Session::detach() {
  hall_->forget(*this);
  hall_ = nullptr;
}

void Session::on_open(net::Connection& connection) {
  if (!hall_) return connection.close_now();
  connection_ = &connection;
  address_ = connection.peer_address();
  auto admitted = hall_->fleet().admit(crypto::sha256(connection.peer_certificate()));
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
  if (hall_) hall_->forget(*this);
}

// For the audit of a handshake that failed. A certificate that is admitted was not the trouble: its key, or TLS, was.
std::string Session::name_of(const Buffer& certificate) const {
  if (certificate.empty()) return "unknown";
  const auto known = hall_->fleet().admit(crypto::sha256(certificate));
  if (known) return known.value().dcn;
  const auto read = identity::parse_certificate(certificate);
  if (!read) return "unknown";
  const std::string claimed = read.value().subject_common_name.substr(0, 64);
  return known.error().code == Errc::unauthenticated ? "unknown, calls itself " + claimed : claimed;
}

void Session::tick() {
  if (!mqtt_ || !connection_) return;
  const Instant now = hall_->clock().monotonic();
  if (entered_) {  // a certificate may expire while its device is connected
    const auto still = hall_->fleet().admit(who_.fingerprint);
    if (!still && still.error().code == Errc::forbidden) {
      audit(still.error());
      return end(mqtt::ReasonCode::not_authorized, still.error(), Will::kept_back);
    }
  }
  if (paused_) {  // it cannot be heard, so its silence is no offence
    if (rate_->exhausted(now)) return;
    paused_ = false;
    mqtt_->forgive(now);
    return connection_->pause_reading(false);
  }
  mqtt_->tick(now);
  settle();
}

void Session::settle() {
  if (settling_ || !hall_) return;
  settling_ = true;
  while (auto event = mqtt_->next()) perform(*event);
  settling_ = false;
  if (!connection_) return;
  const Buffer output = mqtt_->take_output();
  if (!output.empty()) connection_->send(output);
  if (mqtt_->closed()) {
    connection_->close_after_send();
    connection_ = nullptr;
  }
}

void Session::perform(const mqtt::ServerEvent& event) {
  std::visit([this](const auto& one) { on(one); }, event);
}

void Session::on(const mqtt::ConnectRequested& event) {
  mqtt::ReasonCode reason = mqtt::ReasonCode::not_authorized;
  if (const Status fine = check_connect(event.connect, reason); !fine) {
    audit(fine.error());
    return mqtt_->refuse(reason, fine.error());
  }
  if (const Status told = hall_->fleet().connected(who_, address_); !told) {
    const bool withdrawn = told.error().code == Errc::forbidden || told.error().code == Errc::unauthenticated;
    withdrawn ? audit(told.error())
              : log_error("gateway.cannot_admit", {{"device", who_.device.str()}, {"why", told.error().what}});
    return mqtt_->refuse(withdrawn ? mqtt::ReasonCode::not_authorized : mqtt::ReasonCode::server_unavailable,
                         told.error());
  }
  entered_ = true;
  const auto former = hall_->enter(who_.device, *this);
  mqtt_->accept(event.connect.client_id.empty() ? who_.device.str() : std::string{});
  log_info("device.connected",
           {{"device", who_.device.str()}, {"address", address_}, {"tls", connection_->tls_version()}});
  if (former) hall_->fleet().taken_over(who_, address_, *former);
}

Status Session::check_connect(const mqtt::Connect& connect, mqtt::ReasonCode& reason) {
  if (!connect.client_id.empty() && connect.client_id != who_.device.str()) {
    reason = mqtt::ReasonCode::client_id_invalid;
    return Error{Errc::forbidden,
                 "client id \"" + std::string{connect.client_id.substr(0, 64)} + "\" is not " + who_.device.str()};
  }
  will_ = TRY(read_will(connect));
  if (!hall_->has_room_for(who_.device)) {
    reason = mqtt::ReasonCode::server_busy;
    return Error{Errc::exhausted, "sessions_max devices are connected already"};
  }
  return {};
}

Result<std::optional<Session::OwnWill>> Session::read_will(const mqtt::Connect& connect) const {
  if (!connect.will) return std::optional<OwnWill>{};
  const DeviceTopic topic = TRY(parse_topic(connect.will->topic, who_.device));
  OwnWill will{topic.road, std::string{topic.tag}, std::string{text_of(connect.will->payload)},
               TRY(device_time(connect.will->properties))};
  return std::optional{std::move(will)};
}

void Session::on(const mqtt::PublishReceived& event) {
  const Instant now = hall_->clock().monotonic();
  rate_->spend(now, event.publish.topic.starts_with("j/up/") ? up_cost : 1);
  if (!paused_ && rate_->exhausted(now)) {
    paused_ = true;
    connection_->pause_reading(true);
    log_warn("device.slowed", {{"device", who_.device.str()}, {"why", "publishes_per_second is reached"}});
  }
  if (const Status taken = take(event.publish); !taken) refuse(event.publish, taken.error());
}

// Every message of QoS 1 is answered at the end of the turn, in its order.
Status Session::take(const mqtt::Publish& publish) {
  const DeviceTopic topic = TRY(parse_topic(publish.topic, who_.device));
  fleet::Fleet& fleet = hall_->fleet();
  if (topic.road == Road::data) {
    const auto at = TRY(device_time(publish.properties));
    fleet::Reading reading = TRY(fleet.judge(who_, topic.tag, at, text_of(publish.payload)));
    hall_->telemetry().add(weak_from_this(), publish.packet_id, std::move(reading));
    return {};
  }
  send_down(TRY(fleet.heard(who_, text_of(publish.payload))));
  hall_->telemetry().add_answer(weak_from_this(), publish.packet_id, mqtt::ReasonCode::success);
  return {};
}

// QoS 0 has no answer to refuse with, so the connection is the answer, unless the trouble is ours.
void Session::refuse(const mqtt::Publish& publish, const Error& why) {
  const mqtt::ReasonCode reason = mqtt::puback_reason(why.code);
  if (mqtt::is_worth_retrying(reason)) {
    log_error("gateway.not_taken", {{"device", who_.device.str()}, {"why", why.what}});
  } else {
    audit(why);
  }
  if (publish.qos == mqtt::Qos::at_least_once) {
    hall_->telemetry().add_answer(weak_from_this(), publish.packet_id, reason);
  } else if (!mqtt::is_worth_retrying(reason)) {
    mqtt_->disconnect(reason, why);
  }
}

void Session::on(const mqtt::SubscribeRequested& event) {
  std::vector<mqtt::ReasonCode> reasons;
  for (const mqtt::Subscription& wanted : event.subscribe.subscriptions) {
    if (wanted.filter == down_topic(who_.device)) {
      subscribed_ = std::min(wanted.qos, mqtt::Qos::at_least_once);
      reasons.push_back(static_cast<mqtt::ReasonCode>(*subscribed_));
    } else {
      audit({Errc::forbidden, who_.device.str() + " may not subscribe to \"" + std::string{wanted.filter} + "\""});
      reasons.push_back(mqtt::ReasonCode::not_authorized);
    }
  }
  mqtt_->answer_subscribe(event.subscribe.packet_id, std::move(reasons));
}

void Session::on(const mqtt::UnsubscribeRequested& event) {
  std::vector<mqtt::ReasonCode> reasons;
  for (const std::string_view filter : event.unsubscribe.filters) {
    const bool had = subscribed_ && filter == down_topic(who_.device);
    if (had) subscribed_.reset();
    reasons.push_back(had ? mqtt::ReasonCode::success : mqtt::ReasonCode::no_subscription_existed);
  }
  mqtt_->answer_unsubscribe(event.unsubscribe.packet_id, std::move(reasons));
}

void Session::send_down(std::vector<fleet::DownMessage> messages) {
  if (!subscribed_) return;  // it asked, but does not listen
  for (fleet::DownMessage& message : messages) {
    if (down_.size() == down_queue_max) {
      return mqtt_->disconnect(mqtt::ReasonCode::quota_exceeded,
                               {Errc::exhausted, "down_queue_max messages wait for its PUBACK"});
    }
    down_.push_back(std::move(message.payload));
  }
  pump();
}

void Session::pump() {
  while (!down_.empty() && subscribed_ && mqtt_->connected()) {
    const auto sent = mqtt_->publish(*subscribed_, down_topic(who_.device), bytes_of(down_.front()));
    if (!sent && sent.error().code == Errc::exhausted) return;  // its PUBACK brings us back
    if (!sent) log_warn("gateway.not_sent", {{"device", who_.device.str()}, {"why", sent.error().what}});
    down_.pop_front();
  }
}

void Session::on(const mqtt::PublishAcknowledged&) { pump(); }

void Session::on(const mqtt::SessionClosed& event) {
  const bool orderly = event.by_peer && event.reason == mqtt::ReasonCode::success;  // [MQTT-3.14.4-3]
  if (!orderly) publish_will();
  left(event.why.what);
}

void Session::answer(std::uint16_t packet_id, mqtt::ReasonCode reason) {
  if (mqtt_) mqtt_->acknowledge(packet_id, reason);
}

void Session::end(mqtt::ReasonCode reason, Error why, Will will) {
  if (!mqtt_) {
    if (connection_) connection_->close_now();
    return;
  }
  if (will == Will::kept_back) will_.reset();
  mqtt_->disconnect(reason, std::move(why));
  settle();
}

void Session::publish_will() {
  if (!will_ || !entered_) return;
  const OwnWill will = *std::exchange(will_, std::nullopt);
  if (will.road == Road::up) {
    if (const auto heard = hall_->fleet().heard(who_, will.payload); !heard) audit(heard.error());
    return;
  }
  auto reading = hall_->fleet().judge(who_, will.tag, will.at, will.payload);
  if (!reading) return audit(reading.error());
  hall_->telemetry().add({}, 0, std::move(reading).value());
}

void Session::left(std::string_view why) {
  if (!std::exchange(entered_, false)) return;
  hall_->leave(who_.device, *this);
  log_info("device.disconnected", {{"device", who_.device.str()}, {"address", address_}, {"why", why}});
  if (const Status told = hall_->fleet().disconnected(who_, address_, why); !told) {
    log_error("gateway.not_written", {{"device", who_.device.str()}, {"why", told.error().what}});
  }
}

void Session::audit(const Error& why) {
  // A peer can cause this at will, so only the audit, which is rate limited, keeps it.
  log_debug("gateway.refused", {{"subject", who_.dcn}, {"address", address_}, {"why", why.what}});
  hall_->fleet().refused(address_, who_.dcn, why);
}

}  // namespace signet::gateway
