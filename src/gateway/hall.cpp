#include "gateway/hall.h"

#include "base/log.h"
#include "gateway/download.h"
#include "gateway/session.h"

#include <algorithm>

namespace signet::gateway {
namespace {

constexpr std::uint32_t generation_mask = 0xffffff;
constexpr Millis download_wait{20};  // for the rate's next turn

std::uint32_t place_of(SessionNumber session) { return static_cast<std::uint32_t>(session); }
std::uint32_t generation_of(SessionNumber session) {
  return static_cast<std::uint32_t>(session >> 32) & generation_mask;
}

}  // namespace

Hall::Hall(const Config& config, Gate& gate, Desk& desk, std::size_t number, store::LogWriter& log, Turn& turn)
    : config_(config),
      gate_(gate),
      desk_(desk),
      number_(number),
      turn_(turn),
      telemetry_(config_, log, turn),
      download_rate_(config.share_of_loop(config.download_kib_per_second) + 1,
                     config.share_of_loop(config.download_kib_per_second) + 1, turn.clock().monotonic()) {}

Hall::~Hall() { close_all(); }

SessionNumber Hall::take_place() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back();
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  Place& place = places_[at];
  place.generation = (place.generation + 1) & generation_mask;
  return SessionNumber{number_} << 56 | SessionNumber{place.generation} << 32 | at;
}

std::shared_ptr<Session> Hall::make_session() {
  const SessionNumber number = take_place();
  auto session = std::make_shared<Session>(*this, number);
  places_[place_of(number)].session = session.get();
  return session;
}

std::shared_ptr<Download> Hall::make_download() {
  if (downloads_ >= config_.share_of_loop(config_.downloads_max) + 1) return nullptr;
  const SessionNumber number = take_place();
  auto download = std::make_shared<Download>(*this, number);
  places_[place_of(number)].download = download.get();
  ++downloads_;
  return download;
}

std::size_t Hall::downloads_of(const DeviceId& device) const {
  return static_cast<std::size_t>(std::count_if(places_.begin(), places_.end(), [&](const Place& place) {
    return place.download && place.download->device() == device;
  }));
}

Micros Hall::wait_for_download(std::size_t bytes) {
  if (config_.download_kib_per_second == 0) return Micros{0};
  const Instant now = clock().monotonic();
  if (download_rate_.exhausted(now)) return download_wait;
  download_rate_.spend(now, static_cast<std::int64_t>(bytes / 1024 + 1));
  return Micros{0};
}

const Hall::Place* Hall::place(SessionNumber session) const {
  const std::uint32_t at = place_of(session);
  if (at >= places_.size() || places_[at].generation != generation_of(session)) return nullptr;
  return &places_[at];
}

Session* Hall::find(SessionNumber session) const {
  const Place* const found = place(session);
  return found ? found->session : nullptr;
}

void Hall::forget(SessionNumber session) {
  const Place* const found = place(session);
  if (!found || (!found->session && !found->download)) return;
  if (found->download) --downloads_;
  places_[place_of(session)].session = nullptr;
  places_[place_of(session)].download = nullptr;
  free_.push_back(place_of(session));
}

mqtt::ServerLimits Hall::limits() const {
  return {.packet_bytes_max = fleet::payload_bytes_max + packet_slack_bytes,
          .receive_max = config_.receive_max,
          .send_max = config_.send_max,
          .topic_alias_max = config_.topic_alias_max,
          .qos_max = mqtt::Qos::exactly_once,
          .connect_timeout = config_.connect_timeout,
          .keepalive_max = config_.keepalive_max,
          .session_expiry_max = config_.session_expiry_max};
}

void Hall::give_all(std::vector<Answer> answers) {
  for (Answer& answer : answers) {
    std::visit([this](auto& one) { on(one); }, answer);
  }
  let_in_who_waits();
}

void Hall::give(Answer answer) {
  std::visit([this](auto& one) { on(one); }, answer);
  let_in_who_waits();
}

void Hall::on(Entered& entered) {
  if (Session* session = find(entered.session)) session->on_entered(entered);
}

void Hall::on(MessageTaken& taken) {
  if (Session* session = find(taken.session)) session->on_taken(taken);
}

void Hall::on(Noted& noted) {
  if (Session* session = find(noted.session)) session->on_noted(noted);
}

void Hall::on(ImageJudged& judged) {
  const Place* const found = place(judged.session);
  if (found && found->download) found->download->on_judged(judged);
}

void Hall::on(MustGo& go) {
  Session* session = find(go.session);
  if (!session) return;
  switch (go.reason) {
    case mqtt::ReasonCode::session_taken_over:
      return session->end(go.reason, {Errc::conflict, "the device connected again"}, Session::Will::published);
    case mqtt::ReasonCode::quota_exceeded:
      return session->end(go.reason, {Errc::exhausted, "down_queue_max messages wait for its PUBACK"},
                          Session::Will::published);
    case mqtt::ReasonCode::implementation_error:
      return session->end(go.reason, {Errc::unavailable, "its session cannot be kept"}, Session::Will::published);
    default: return session->end(go.reason, {Errc::forbidden, "its identity was withdrawn"}, Session::Will::kept_back);
  }
}

void Hall::let_in_who_waits() {
  if (waiting_for_room_.empty() || !desk_.has_room()) return;
  for (const SessionNumber waiting : std::exchange(waiting_for_room_, {})) {
    if (Session* session = find(waiting)) session->resume(Session::Pause::desk);
  }
}

void Hall::refused(const std::string& address, const std::string& subject, const Error& why) {
  const auto more = refusals_.pass(fleet::refusal_key(address, "", why.what), clock().monotonic());
  if (more) desk_.ask(Refused{address, subject, why, *more});
}

void Hall::sweep() {
  let_in_who_waits();
  for (std::size_t i = 0; i < places_.size(); ++i) {  // whoever ticks may end, and others come
    if (Session* session = places_[i].session) session->tick();
    if (Download* download = places_[i].download) download->tick();
  }
}

void Hall::close_all() {
  telemetry_.finish();  // what has come in is still kept and acknowledged
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (Download* download = places_[i].download) download->detach();
    Session* session = places_[i].session;
    if (!session) continue;
    session->end(mqtt::ReasonCode::server_shutting_down, {Errc::unavailable, "the gateway stops"},
                 Session::Will::published);
    if (places_[i].session == session) session->detach();
  }
  telemetry_.finish();
}

}  // namespace signet::gateway
