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

std::size_t bytes_in(const std::vector<fleet::DeviceSession::Down>& down) {
  std::size_t bytes = 0;
  for (const auto& one : down) bytes += one.payload.size();
  return bytes;
}

}  // namespace

// Its lifetime begins, or it ends with its connection.
void Registrar::retire(const DeviceId& device, const Passing& passing) {
  const Seat* seat = find(device, passing.session);
  if (!seat || !seat->stored) return;
  const bool last_words = seat->has_will && passing.last_words;
  wills_may_be_due_ = wills_may_be_due_ || last_words;
  leaving_.insert_or_assign(device, fleet::SessionLeft{device, fleet_.now(), passing.lifetime, last_words});
}

// What the store has, and what it does not know yet. It may be over.
Result<std::optional<fleet::DeviceSession>> Registrar::former_session(const DeviceId& device) {
  auto read = fleet_.session(device);
  if (!read && read.error().code == Errc::corrupt) {
    log_error("gateway.session_lost", {{"device", device.str()}, {"why", read.error().what}});  // it hears so
    return {std::nullopt};
  }
  std::optional<fleet::DeviceSession> found = TRY(std::move(read));
  const auto unwritten = leaving_.find(device);
  if (found && unwritten != leaving_.end()) {
    const fleet::SessionLeft& left = unwritten->second;
    found->ends_at = left.at + left.lifetime;
    if (!left.last_words) found->will.reset();
    if (found->will) found->will->due = left.at + std::min(found->will->delay, left.lifetime);
  }
  return found;
}

// Who is back in time has not died [MQTT-3.1.3-9]; when its session is over, or its time, it has.
void Registrar::settle_will(fleet::DeviceSession& former, bool goes_on, fleet::SessionBatch& batch) {
  const auto will = std::exchange(former.will, std::nullopt);
  if (will && (!goes_on || will->due <= fleet_.now())) batch.wills.push_back({former.device, *will});
}

// The will is in the store with it, or alone, from now on: whatever becomes of the manager, it is published
// [MQTT-3.1.2-8].
Status Registrar::open_session(Seat& seat, Opening& opening, fleet::SessionBatch& batch) {
  const DeviceId& device = seat.who.device;
  auto found = TRY(former_session(device));
  const bool was_kept = found && found->lifetime != Seconds{0};
  const bool goes_on = was_kept && !seat.clean_start && !found->is_over(fleet_.now());  // [MQTT-3.1.2-4]
  opening.entered.present = goes_on;                                                    // [MQTT-3.2.2-3]
  if (found) settle_will(*found, goes_on, batch);
  fleet::DeviceSession session;
  if (goes_on) session = std::move(*found);
  session.device = device, session.lifetime = seat.lifetime;
  session.ends_at.reset();
  const auto will = std::exchange(seat.will, nullptr);
  seat.has_will = will != nullptr;
  const bool keeps = seat.lifetime != Seconds{0} || goes_on;
  seat.stored = keeps || will;
  opening.writes = seat.stored || found;
  if (keeps) keep(seat, session, opening);
  if (will) session.will = *will;
  if (seat.stored)
    batch.opened.push_back(std::move(session));
  else if (found)
    batch.left.push_back({device, fleet_.now(), Seconds{0}});
  return {};
}

// What was in line is handed to the connection with the answer: from now on it may have been sent.
void Registrar::keep(Seat& seat, fleet::DeviceSession& session, Opening& opening) {
  opening.entered.kept = std::make_shared<const fleet::DeviceSession>(session);
  for (fleet::DeviceSession::Down& down : session.down) down.sent = true;
  seat.kept = std::make_unique<fleet::DeviceSession>(session);
}

bool Registrar::sweep() {
  const auto published = fleet_.publish_wills_due();
  const bool failed_before = std::exchange(failing_, !published);
  if (published) return published.value();
  if (!failed_before) {
    log_error("gateway.wills_wait", {{"why", published.error().what}, {"next", "tried every second"}});
  }
  return false;
}

void Registrar::changed(Seat& seat, Change how) {
  if (seat.changed == Change::none) changed_.push_back({seat.who.device, seat.session});
  seat.changed = std::max(seat.changed, how);
}

// Its messages get the ids under which they are sent, now and again [MQTT-4.5.0-1].
void Registrar::keep_down(Seat& seat, MessageTaken& taken) {
  fleet::DeviceSession& session = *seat.kept;
  if (session.listens != at_least_once) return;
  std::size_t bytes = bytes_in(session.down);
  for (const fleet::DownMessage& message : taken.outcome.value()) {
    if (message.momentary) {
      taken.ids.push_back(0);
      continue;
    }
    bytes += message.payload.size();
    if (session.down.size() >= down_queue_max || bytes > down_queue_bytes_max) {
      return send_away(seat, mqtt::ReasonCode::quota_exceeded);
    }
    const std::uint16_t packet_id = next_id(session);
    session.down.push_back({packet_id, true, std::nullopt, message.payload});
    taken.ids.push_back(packet_id);
  }
}

// Unasked: jobs. Who is away finds them in its twin. Those of kept sessions are one commit, and told after it.
void Registrar::on_messages(std::span<const fleet::Addressed> messages) {
  for (const fleet::Addressed& one : messages) {
    const auto found = seats_.find(one.to);
    if (found == seats_.end()) continue;
    Seat& seat = found->second.back();
    if (!seat.welcomed || seat.must_go) continue;
    MessageTaken taken{seat.session, 0, std::vector{one.message}};
    if (seat.kept) keep_down(seat, taken);
    const SessionNumber session = seat.session;
    if (taken.ids.empty()) {  // nothing of it is to be kept
      answer(session, std::move(taken));
    } else {
      changed(seat, Change::more);
      answer_later(session, std::move(taken));
    }
  }
  write_sessions();
}

// The reading and the id that it came under are one commit: neither PUBREC without the reading, nor the reading twice.
void Registrar::on(ReadingHeard& heard) {
  Seat* seat = find(heard.reading.device, heard.session);
  if (!seat || !seat->kept) return;
  const TakenReading& one = heard.reading;
  MessageTaken taken{heard.session, heard.packet_id, std::vector<fleet::DownMessage>{}};
  auto reading = fleet_.judge(seat->who, one.tag, one.device_time, one.payload);
  if (reading) {
    seat->kept->unreleased.push_back(heard.packet_id);
    readings_.push_back(std::move(reading).value());
    arrived_.push_back({{one.device, heard.session}, heard.packet_id, later_.size()});
    changed(*seat, Change::readings);
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
  changed(*seat, Change::more);
  if (noted.what != Noting::delivered) answer_later(noted.session, Noted{noted.session, noted.what, noted.packet_id});
}

void Registrar::write_sessions() {
  const std::vector<Changed> changed = std::exchange(changed_, {});
  std::vector<Arrived> arrived = std::exchange(arrived_, {});
  fleet::SessionBatch batch;
  batch.readings = std::exchange(readings_, {});
  for (const Changed& one : changed) {
    const Seat* seat = find(one.device, one.session);
    if (seat && seat->kept) batch.kept.push_back(*seat->kept);
  }
  if (const Status written = fleet_.write_sessions(std::move(batch)); !written)
    undo_sessions(written.error(), changed, arrived);
  for (const Changed& one : changed) {
    if (Seat* seat = find(one.device, one.session)) seat->changed = Change::none;
  }
  for (auto& [session, one] : std::exchange(later_, {})) answer(session, std::move(one));
}

// What a full disk has refused for certain is told, and the device keeps it. Whose session is in doubt, or changed
// otherwise, is sent away: it comes back to what is written, and sends again what was not answered.
void Registrar::undo_sessions(const Error& why, const std::vector<Changed>& changed, std::vector<Arrived>& arrived) {
  log_error("gateway.sessions_not_kept", {{"why", why.what}});
  for (const Arrived& one : arrived) {
    Seat* seat = find(one.of.device, one.of.session);
    if (seat && seat->kept) std::erase(seat->kept->unreleased, one.packet_id);
    std::get<MessageTaken>(later_[one.answer].second).outcome = why;
  }
  for (const Changed& one : changed) {
    Seat* seat = find(one.device, one.session);
    if (!seat || (seat->changed == Change::readings && why.code == Errc::exhausted)) continue;
    std::erase_if(later_, [&](const auto& answer) { return answer.first == one.session; });
    seat->kept.reset();
    send_away(*seat, mqtt::ReasonCode::implementation_error);
  }
}

}  // namespace signet::gateway
