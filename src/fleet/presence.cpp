// Who is here: devices that came and went, in the audit and in what people see of them.
#include "fleet/state.h"

namespace signet::fleet {
namespace {

AuditEntry entry_of(const Passage& passage, Timestamp at) {
  return {0,
          at,
          "device " + passage.who.device.str(),
          passage.left ? "device.disconnect" : "device.connect",
          passage.who.dcn,
          passage.address,
          true,
          passage.left.value_or("")};
}

DeviceEvent event_of(const Passage& passage, Timestamp at) {
  const json::object payload{{"device_ip", host_of(passage.address)},
                             {passage.left ? "disconnected_at" : "connected_at", rfc3339(at)}};
  return {passage.who.device, passage.left ? "disconnection" : "connection", false, at, json::serialize(payload)};
}

// Trouble of the store as a whole: to try one by one would only be slower.
bool concerns_all(Errc code) { return code == Errc::exhausted || code == Errc::unavailable || code == Errc::corrupt; }

}  // namespace

Status Fleet::State::write_passages(std::span<const Passage> passages, const std::vector<std::size_t>& which) {
  return change_soon([&](Changes& to) -> Status {
    for (const std::size_t i : which) {
      TRY(to.set_last_seen(passages[i].who.device, clock.now()));
      TRY(tell_out(to, event_of(passages[i], clock.now())));
      TRY(note(to, entry_of(passages[i], clock.now())));
    }
    return {};
  });
}

std::vector<Status> Fleet::passed(std::span<const Passage> passages) {
  State& s = *state_;
  std::vector<Status> out(passages.size());
  std::vector<std::size_t> hold;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    if (!passages[i].left) out[i] = still_admitted(passages[i].who);  // it may have been revoked since the handshake
    if (out[i]) hold.push_back(i);
  }
  if (hold.empty()) return out;
  const Status written = s.write_passages(passages, hold);
  const bool one_by_one = !written && hold.size() > 1 && !concerns_all(written.error().code);
  for (const std::size_t i : hold) {
    out[i] = one_by_one ? s.write_passages(passages, {i}) : written;
    const Passage& one = passages[i];
    if (!out[i] && !one.left) continue;
    if (!out[i] && out[i].error().code == Errc::not_found) {  // it went because it was removed
      s.live.erase(one.who.device);
      out[i] = {};
      continue;
    }
    Live& live = s.live[one.who.device];
    live.last_seen = s.clock.now();
    if (!one.left) {
      ++live.sessions;
    } else if (live.sessions > 0) {
      --live.sessions;
    }
  }
  return out;
}

Status Fleet::still_admitted(const Admission& who) {
  const std::optional<Index::Row> row = TRY(index())->find(who.fingerprint);
  if (!row) return unknown_certificate(who.fingerprint);
  TRY(check_admissible(*row, who.dcn, state_->clock.now()));
  if (row->device.id() != who.device) return Error{Errc::forbidden, who.dcn + " belongs to another device now"};
  return {};
}

Status Fleet::settle() {
  State& s = *state_;
  if (s.uses.is_due(s.clock.monotonic())) {
    TRY(s.store.change_soon([&](Changes& to) { return s.uses.write(to); }));
    s.uses.written(s.clock.monotonic());
  }
  return s.store.settle();
}

}  // namespace signet::fleet
