// The road down: what a device listens to, what it is sent, and what of that a kept session remembers.
#include "base/log.h"
#include "gateway/session.h"

namespace signet::gateway {

void Session::on(const mqtt::SubscribeRequested& event) {
  spend(commit_cost);
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
  answer_subscribing({event.subscribe.packet_id, std::move(reasons), false});
}

void Session::on(const mqtt::UnsubscribeRequested& event) {
  spend(commit_cost);
  std::vector<mqtt::ReasonCode> reasons;
  for (const std::string_view filter : event.unsubscribe.filters) {
    const bool had = subscribed_ && filter == down_topic(who_.device);
    if (had) subscribed_.reset();
    reasons.push_back(had ? mqtt::ReasonCode::success : mqtt::ReasonCode::no_subscription_existed);
  }
  answer_subscribing({event.unsubscribe.packet_id, std::move(reasons), true});
}

// At once; in a kept session when it is durable.
void Session::answer_subscribing(Subscribing one) {
  if (kept_) {
    if (subscribing_.size() >= subscribing_max) {
      return mqtt_->disconnect(mqtt::ReasonCode::quota_exceeded,
                               {Errc::exhausted, "subscribing_max SUBSCRIBE wait for their answer"});
    }
    std::optional<std::uint8_t> listens;
    if (subscribed_) listens = static_cast<std::uint8_t>(*subscribed_);
    const std::uint16_t packet_id = one.packet_id;
    subscribing_.push_back(std::move(one));
    note(SessionNoted{number_, who_.device, Noting::listens, packet_id, listens});
  } else if (one.ends) {
    mqtt_->answer_unsubscribe(one.packet_id, std::move(one.reasons));
  } else {
    mqtt_->answer_subscribe(one.packet_id, std::move(one.reasons));
  }
}

void Session::on(const mqtt::PublishReleased& event) {
  if (!kept_) return mqtt_->complete(event.packet_id);
  note(SessionNoted{number_, who_.device, Noting::released, event.packet_id});
}

void Session::on_noted(const Noted& noted) {
  if (!mqtt_ || mqtt_->closed()) return;
  if (noted.what == Noting::released) {
    mqtt_->complete(noted.packet_id);
  } else if (!subscribing_.empty()) {  // they are answered in their order
    Subscribing one = std::move(subscribing_.front());
    subscribing_.erase(subscribing_.begin());
    if (one.ends) {
      mqtt_->answer_unsubscribe(one.packet_id, std::move(one.reasons));
    } else {
      mqtt_->answer_subscribe(one.packet_id, std::move(one.reasons));
    }
  }
  settle();
}

void Session::send_down(std::vector<fleet::DownMessage> messages, const std::vector<std::uint16_t>& ids) {
  if (!ids.empty()) return send_kept(std::move(messages), ids);
  if (!subscribed_) return;  // it asked, but does not listen
  std::size_t bytes = 0;
  for (const std::string& payload : down_) bytes += payload.size();
  for (fleet::DownMessage& message : messages) {
    bytes += message.payload.size();
    if (down_.size() == down_queue_max || bytes > down_queue_bytes_max) {
      return mqtt_->disconnect(mqtt::ReasonCode::quota_exceeded,
                               {Errc::exhausted, "down_queue_max messages wait for its PUBACK"});
    }
    down_.push_back(std::move(message.payload));
  }
  pump();
}

// They are in the kept session, which counts them. Who has unsubscribed meanwhile gets them all the same: they were
// begun before [MQTT-3.10.4-3].
void Session::send_kept(std::vector<fleet::DownMessage> messages, const std::vector<std::uint16_t>& ids) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const mqtt::Qos qos = ids[i] == 0 ? mqtt::Qos::at_most_once : mqtt::Qos::at_least_once;
    const Status sent = mqtt_->deliver(
        {.packet_id = ids[i], .qos = qos, .topic = down_topic(who_.device), .payload = std::move(messages[i].payload)},
        hall_->clock().monotonic());
    if (!sent) log_warn("gateway.not_sent", {{"device", who_.device.str()}, {"why", sent.error().what}});
  }
}

void Session::pump() {
  std::size_t sent = 0;
  while (sent < down_.size() && subscribed_ && mqtt_->connected()) {
    const auto told = mqtt_->publish(*subscribed_, down_topic(who_.device), bytes_of(down_[sent]));
    if (!told && told.error().code == Errc::exhausted) break;  // its PUBACK brings us back
    if (!told) log_warn("gateway.not_sent", {{"device", who_.device.str()}, {"why", told.error().what}});
    ++sent;
  }
  down_.erase(down_.begin(), down_.begin() + static_cast<std::ptrdiff_t>(sent));
  if (down_.empty()) down_.shrink_to_fit();
}

void Session::on(const mqtt::PublishAcknowledged& event) {
  if (kept_) note(SessionNoted{number_, who_.device, Noting::delivered, event.packet_id});
  pump();
}

}  // namespace signet::gateway
