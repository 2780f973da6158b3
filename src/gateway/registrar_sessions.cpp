// Sessions that outlive their connection, as the registrar keeps them: in memory while their device is here, and in the
// store before anything is answered that promises it.
#include "base/log.h"
#include "gateway/registrar.h"

namespace signet::gateway {
namespace {

constexpr std::uint8_t at_least_once = 1;

auto with_id(std::uint16_t packet_id) {
  return [packet_id](const fleet::DeviceSession::Down& down) { return down.packet_id == packet_id; };
}

std::uint16_t next_id(fleet::DeviceSession& session) {
  do {
    if (++session.last_id == 0) session.last_id = 1;
  } while (std::any_of(session.down.begin(), session.down.end(), with_id(session.last_id)));
  return session.last_id;
}

}  // namespace

// What was in line is handed to the connection with the answer: from now on it may have been sent.
Status Registrar::open_session(Seat& seat, bool& present) {
  const DeviceId& device = seat.who.device;
  auto found = TRY(fleet_.session(device));
  if (seat.clean_start && found) {  // [MQTT-3.1.2-4]
    TRY(fleet_.end_session(device));
    found.reset();
  }
  present = found.has_value();  // [MQTT-3.2.2-3]
  if (seat.lifetime == Seconds{0} && !found) return {};
  fleet::DeviceSession session = found.value_or(fleet::DeviceSession{});
  session.device = device, session.lifetime = seat.lifetime;
  session.ends_at.reset();
  auto kept = std::make_shared<fleet::DeviceSession>(std::move(session));
  fleet::DeviceSession sent = *kept;
  for (fleet::DeviceSession::Down& down : sent.down) down.sent = true;
  TRY(put(sent));
  seat.kept = std::move(kept);
  return {};
}

Status Registrar::put(fleet::DeviceSession& session) { return fleet_.keep_sessions(std::span{&session, 1}); }

void Registrar::changed(Seat& seat) {
  if (!std::exchange(seat.changed, true)) changed_.emplace_back(seat.who.device, seat.session);
}

// Its messages get the ids under which they are sent, now and again [MQTT-4.5.0-1].
void Registrar::keep_down(Seat& seat, MessageTaken& taken) {
  if (seat.kept->listens != at_least_once) return;
  for (const fleet::DownMessage& message : taken.outcome.value()) {
    if (message.momentary) {
      taken.ids.push_back(0);
      continue;
    }
    if (seat.kept->down.size() >= down_queue_max) return send_away(seat, mqtt::ReasonCode::quota_exceeded);
    const std::uint16_t packet_id = next_id(*seat.kept);
    seat.kept->down.push_back({packet_id, true, std::nullopt, message.payload});
    taken.ids.push_back(packet_id);
  }
}

// The reading and the id that it came under are one commit: neither PUBREC without the reading, nor the reading twice.
void Registrar::on(ReadingHeard& heard) {
  Seat* seat = find(heard.reading.device, heard.session);
  if (!seat || !seat->kept) return;
  const TakenReading& one = heard.reading;
  MessageTaken taken{heard.session, heard.packet_id, std::vector<fleet::DownMessage>{}};
  auto reading = fleet_.judge(seat->who, one.tag, one.device_time, one.payload);
  if (reading) {
    fleet::DeviceSession with_id = *seat->kept;
    with_id.unreleased.push_back(heard.packet_id);
    if (const Status kept = fleet_.keep_once(reading.value(), with_id)) {
      *seat->kept = std::move(with_id);
    } else {
      log_error("telemetry.not_kept", {{"why", kept.error().what}});
      taken.outcome = kept.error();
    }
  } else {
    fleet_.refused(seat->address, seat->who.dcn, reading.error());
    taken.outcome = reading.error();
  }
  answer_later(heard.session, std::move(taken));
}

void Registrar::on(SessionNoted& noted) {
  Seat* seat = find(noted.device, noted.session);
  if (!seat || !seat->kept) return;
  fleet::DeviceSession& session = *seat->kept;
  switch (noted.what) {
    case Noting::listens: session.listens = noted.listens; break;
    case Noting::released: std::erase(session.unreleased, noted.packet_id); break;
    case Noting::delivered: std::erase_if(session.down, with_id(noted.packet_id)); break;
  }
  changed(*seat);
  if (noted.what != Noting::delivered) answer_later(noted.session, Noted{noted.session, noted.what, noted.packet_id});
}

// Whose session cannot be written is sent away: it comes back to what is written, and sends again what was not
// answered.
void Registrar::write_sessions() {
  std::vector<fleet::DeviceSession> sessions;
  const auto changed = std::exchange(changed_, {});
  for (const auto& [device, number] : changed) {
    Seat* seat = find(device, number);
    if (!seat || !seat->kept) continue;
    seat->changed = false;
    sessions.push_back(*seat->kept);
  }
  const Status written = sessions.empty() ? Status{} : fleet_.keep_sessions(sessions);
  auto later = std::exchange(later_, {});
  if (!written) {
    log_error("gateway.sessions_not_kept", {{"why", written.error().what}});
    for (const auto& [device, number] : changed) {
      std::erase_if(later, [&](const auto& one) { return one.first == number; });
      Seat* seat = find(device, number);
      if (!seat) continue;
      seat->kept.reset();
      send_away(*seat, mqtt::ReasonCode::implementation_error);
    }
  }
  for (auto& [session, one] : later) answer(session, std::move(one));
}

// Its lifetime begins, or it ends with its connection.
void Registrar::retire(const DeviceId& device, const Passing& passing) {
  Seat* seat = find(device, passing.session);
  if (!seat || !seat->kept) return;
  Status done;
  if (passing.lifetime == Seconds{0}) {
    done = fleet_.end_session(device);
  } else {
    seat->kept->lifetime = passing.lifetime;
    done = fleet_.leave_session(*seat->kept);
  }
  if (!done) log_error("gateway.sessions_not_kept", {{"device", device.str()}, {"why", done.error().what}});
}

}  // namespace signet::gateway
