#include "board/desk.h"

#include <algorithm>

namespace signet::board {

crypto::Digest app_digest(Bytes message) {
  crypto::Sha256 hash;
  hash.update(bytes_of(app_signature_domain));
  hash.update(message);
  return hash.finish();
}

void Desk::on_request(const Frame& request, Instant now) {
  if (request.kind != FrameKind::request) return;
  if (waiting_.size() >= waiting_requests_max) {
    return refuse(request.id, Error{Errc::exhausted, "64 requests wait already"});
  }
  const auto object = parse_json_object(request.body);
  const auto result = object ? answer(request.id, object.value(), now) : Result<Answer>{object.error()};
  if (!result) return refuse(request.id, result.error());
  if (result.value()) reply(request.id, *result.value());
}

Result<Desk::Answer> Desk::answer(std::uint32_t id, const json::object& request, Instant now) {
  const std::string what = TRY(string_member(request, "do"));
  if (what.starts_with("wifi.")) return answer_wifi(what, id, request, now);
  if (what.starts_with("eth.")) return answer_ethernet(what);
  if (what.starts_with("element.")) return answer_element(what, request);
  if (what.starts_with("secret.")) return answer_secret(what, request);
  if (what.starts_with("watchdog.")) return answer_watchdog(what, request, now);
  if (what == "board.init") return Answer{json::object{}};
  if (what == "board.summary") return Answer{services_.summary()};
  if (what == "net.dial") return answer_dial(id, request, now);
  if (what.starts_with("agent.")) return answer_agent(what, id, request, now);
  return Error{Errc::not_found, "the board knows no \"" + what + "\""};
}

Result<Desk::Answer> Desk::answer_element(const std::string& what, const json::object& request) {
  element::Element& element = services_.element();
  if (what == "element.uid") return Answer{json::object{{"uid", hex(TRY(element.uid()))}}};
  if (what == "element.common_name") return Answer{json::object{{"common_name", element::dcn_of(TRY(element.uid()))}}};
  if (what == "element.pubkey") return Answer{json::object{{"pubkey", hex(TRY(element.public_key()))}}};
  if (what == "element.certificate") {
    return Answer{json::object{{"certificate", base64(TRY(services_.device_certificate()))}}};
  }
  if (what == "element.sign") {
    const std::string text = TRY(string_member(request, "message"));
    const Buffer message = TRY(decode_base64(text));
    return Answer{json::object{{"signature", hex(TRY(element.sign(app_digest(message))))}}};
  }
  return Error{Errc::not_found, "the board knows no \"" + what + "\""};
}

Result<Desk::Answer> Desk::answer_secret(const std::string& what, const json::object& request) {
  if (what == "secret.get") {
    const std::string name = TRY(string_member(request, "name"));
    if (is_board_secret(name)) return Error{Errc::forbidden, "the secret \"" + name + "\" is the board's alone"};
    const auto value = services_.secrets().get(name);
    if (!value) return value.error();
    return Answer{json::object{{"value", base64(value.value().reveal())}}};
  }
  if (what == "secret.names") {
    json::array names;
    for (const std::string& name : TRY(services_.secrets().names())) {
      if (!is_board_secret(name)) names.emplace_back(name);
    }
    return Answer{json::object{{"names", std::move(names)}}};
  }
  return Error{Errc::not_found, "the board knows no \"" + what + "\""};
}

void Desk::on_settled(Timestamp device_time, const Status& outcome) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) {
    return w.what == Awaits::reading && w.reading == device_time;
  });
  if (found == waiting_.end()) return;
  const std::uint32_t id = found->id;
  waiting_.erase(found);
  if (!outcome) return refuse(id, outcome.error());
  reply(id, {{"device_time", epoch_micros(device_time)}});
}

void Desk::on_agent_change() {
  if (hears_connection_ && services_.online() != told_online_) {
    told_online_ = !told_online_;
    give("#connection", {{"event", "connection"}, {"online", told_online_}});
  }
  if (waiting_.empty() || !services_.online()) return;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->what != Awaits::online) {
      ++it;
      continue;
    }
    reply(it->id, services_.agent_state());
    it = waiting_.erase(it);
  }
}

// Until the program ends it is to be kicked: once set up it cannot be put to sleep.
Result<Desk::Answer> Desk::answer_watchdog(const std::string& what, const json::object& request, Instant now) {
  if (what == "watchdog.setup") {
    const std::int64_t millis = TRY(integer_member(request, "ms"));
    if (millis < watchdog_min_ms || millis > wait_max_ms) {
      return Error{Errc::malformed, "a watchdog waits 100 to 3600000 milliseconds"};
    }
    watchdog_ = Millis{millis};
  } else if (what != "watchdog.kick") {
    return Error{Errc::not_found, "the board knows no \"" + what + "\""};
  }
  if (watchdog_ == Millis{0}) return Error{Errc::conflict, "there is no watchdog: watchdog.setup(ms) first"};
  watchdog_until_ = now + watchdog_;
  return Answer{json::object{}};
}

void Desk::tick(Instant now) {
  if (watchdog_ != Millis{0} && now >= watchdog_until_) {
    watchdog_ = Millis{0};
    return services_.watchdog_bit();  // which ends the program, and all its waiting
  }
  const auto due =
      std::stable_partition(waiting_.begin(), waiting_.end(), [now](const Waiting& w) { return now < w.until; });
  const std::vector<Waiting> over{due, waiting_.end()};
  waiting_.erase(due, waiting_.end());
  for (const Waiting& waiting : over) give_up(waiting);
}

void Desk::give_up(const Waiting& waiting) {
  switch (waiting.what) {
    case Awaits::online: return reply(waiting.id, services_.agent_state());
    case Awaits::event: return reply(waiting.id, {{"event", nullptr}});
    case Awaits::wifi: return give_up_wifi(waiting);
    case Awaits::dial:
      services_.give_up_dial(waiting.id);
      return refuse(waiting.id, Error{Errc::unavailable, "the host did not answer in time"});
    case Awaits::reading: break;
  }
  refuse(waiting.id, Error{Errc::unavailable, "no acknowledgement in time; the reading is kept and will be sent"});
}

std::optional<Instant> Desk::deadline() const {
  const auto first = std::min_element(waiting_.begin(), waiting_.end(),
                                      [](const Waiting& a, const Waiting& b) { return a.until < b.until; });
  std::optional<Instant> at;
  if (first != waiting_.end()) at = first->until;
  if (watchdog_ != Millis{0}) at = at ? std::min(*at, watchdog_until_) : watchdog_until_;
  return at;
}

}  // namespace signet::board
