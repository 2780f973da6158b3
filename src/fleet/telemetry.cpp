#include "fleet/telemetry.h"

#include "base/json.h"
#include "fleet/state.h"

#include <simdjson.h>

#include <algorithm>

namespace signet::fleet {

// The whole document is parsed, not only its outer braces: it will be handed out again as JSON.
struct PayloadCheck::Parser {
  simdjson::dom::parser parser{payload_bytes_max};
  std::vector<char> padded = std::vector<char>(payload_bytes_max + simdjson::SIMDJSON_PADDING);
  bool ready = parser.allocate(payload_bytes_max, json_depth_max) == simdjson::SUCCESS;
};

PayloadCheck::PayloadCheck() : parser_(std::make_unique<Parser>()) { ENSURE(parser_->ready); }
PayloadCheck::PayloadCheck(PayloadCheck&&) noexcept = default;
PayloadCheck::~PayloadCheck() = default;

Status PayloadCheck::operator()(std::string_view payload) {
  if (payload.size() > payload_bytes_max) {
    return Error{Errc::too_large, "payload is longer than " + std::to_string(payload_bytes_max) + " bytes"};
  }
  std::copy(payload.begin(), payload.end(), parser_->padded.begin());
  simdjson::dom::element root;
  const auto error = parser_->parser.parse(parser_->padded.data(), payload.size(), false).get(root);
  if (error) return Error{Errc::malformed, std::string{"payload is not JSON: "} + simdjson::error_message(error)};
  if (!root.is_object()) return Error{Errc::malformed, "payload is not a JSON object"};
  return {};
}

Status check_tag(std::string_view tag) {
  if (tag.empty()) return Error{Errc::malformed, "tag is empty"};
  if (tag.size() > tag_bytes_max) {
    return Error{Errc::too_large, "tag is longer than " + std::to_string(tag_bytes_max) + " bytes"};
  }
  if (!is_utf8(tag)) return Error{Errc::malformed, "tag is not UTF-8"};
  const auto barred = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '+' || c == '#'; };
  const auto c1 = [](char a, char b) { return a == '\xc2' && static_cast<unsigned char>(b) < 0xa0; };  // U+0080 to 9F
  if (std::any_of(tag.begin(), tag.end(), barred) || std::adjacent_find(tag.begin(), tag.end(), c1) != tag.end()) {
    return Error{Errc::malformed, "tag holds '+', '#' or a control character"};
  }
  if (tag.front() == '/' || tag.back() == '/') return Error{Errc::malformed, "tag begins or ends with '/'"};
  return {};
}

Status check_device_time(Timestamp at, Timestamp now) {
  if (at < device_time_min) {
    return Error{Errc::malformed, "device time " + rfc3339(at) + " is before 2020: its clock was not set"};
  }
  if (at > now + device_time_ahead_max) {
    return Error{Errc::malformed, "device time " + rfc3339(at) + " is more than a day ahead of " + rfc3339(now)};
  }
  return {};
}

Result<Reading> ReadingJudge::operator()(const DeviceId& device, std::string_view tag,
                                         std::optional<Timestamp> device_time, std::string_view payload) {
  if (tag.empty()) tag = default_tag;
  TRY(check_tag(tag));
  TRY(check_payload_(payload));
  const Timestamp now = clock_.now();
  Reading out{device, std::string{tag}, now, now, std::string{payload}};
  if (device_time) {
    TRY(check_device_time(*device_time, now));
    out.device_time = *device_time;
    return out;
  }
  const bool set_back = now + Seconds{1} < last_arrival_;
  last_arrival_ = set_back ? now : std::max(now, last_arrival_ + Micros{1});
  out.device_time = last_arrival_;
  out.arrival_stamped = true;
  return out;
}

Result<Reading> Fleet::judge(const Admission& who, std::string_view tag, std::optional<Timestamp> device_time,
                             std::string_view payload) {
  return state_->judge(who.device, tag, device_time, payload);
}

// A device that is online was seen when its last reading came, whatever the clock did since. One that has left
// meanwhile was seen later than what is drained after it.
void Fleet::State::seen(std::span<const Reading> readings) {
  for (const Reading& reading : readings) {
    Live& of = live[reading.device];
    if (of.sessions > 0 || !of.last_seen || *of.last_seen < reading.received_at) of.last_seen = reading.received_at;
  }
  publish(readings);
}

Result<std::uint64_t> Fleet::drained(std::string_view log) { return state_->store.log_position(log); }

Result<std::size_t> Fleet::drain(std::span<const Reading> readings, std::string_view log, std::uint64_t position) {
  State& s = *state_;
  const auto commit = [&](std::span<const Reading> batch) {
    return s.store.change([&](Changes& to) -> Status {
      TRY(to.append(batch));
      return to.set_log_position(log, position);
    });
  };
  const Status all = commit(readings);
  if (all) {
    s.seen(readings);
    return std::size_t{0};
  }
  if (all.error().code != Errc::not_found) return all.error();
  // The store is older than the log: a backup was put back. It must not stop at what the store does not know.
  std::vector<Reading> known;
  for (const Reading& reading : readings) {
    if (TRY(s.store.device(reading.device))) known.push_back(reading);
  }
  TRY(commit(known));
  s.seen(known);
  return readings.size() - known.size();
}

void Fleet::before_questions(std::function<Status()> catch_up) { state_->catch_up = std::move(catch_up); }

}  // namespace signet::fleet
