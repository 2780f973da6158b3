#include "guard/bans.h"

#include <algorithm>

namespace signet::guard {

Status check_manual_ban(Seconds time) {
  if (time > Seconds{0} && time <= manual_ban_max) return {};
  return Error{Errc::too_large, "a ban lasts from one second to " + std::to_string(manual_ban_max.count())};
}

const Ban* Bans::find(const Prefix& address, Instant now) const {
  for (unsigned bits = 0; bits < lengths_.size(); ++bits) {
    if (lengths_[bits] == 0 || bits > address.bits()) continue;
    const auto found = bans_.find(address.cut_to(bits));
    if (found != bans_.end() && now < found->second.until) return &found->second;
  }
  return nullptr;
}

// Forgets what is long over; if that is not enough, the automatic ones that end first.
bool Bans::make_room(Instant now) {
  const auto drop = [&](auto at) {
    --lengths_[at->first.bits()];
    return bans_.erase(at);
  };
  for (auto at = bans_.begin(); at != bans_.end();) {
    at = now >= at->second.until + strikes_forgotten_after ? drop(at) : std::next(at);
  }
  if (bans_.size() < bans_max) return true;
  std::vector<std::map<Prefix, Ban>::iterator> may_go;
  for (auto at = bans_.begin(); at != bans_.end(); ++at) {
    if (!at->second.is_manual || now >= at->second.until) may_go.push_back(at);
  }
  const std::size_t count = std::min(may_go.size(), bans_dropped_at_once);
  std::partial_sort(may_go.begin(), may_go.begin() + static_cast<std::ptrdiff_t>(count), may_go.end(),
                    [](const auto& a, const auto& b) { return a->second.until < b->second.until; });
  for (std::size_t i = 0; i < count; ++i) drop(may_go[i]);
  return count > 0;
}

Ban* Bans::place_for(const Prefix& of, Instant now) {
  const auto found = bans_.find(of);
  if (found != bans_.end()) return &found->second;
  if (bans_.size() >= bans_max && !make_room(now)) return nullptr;
  ++lengths_[of.bits()];
  Ban& made = bans_[of];
  made.of = of;
  return &made;
}

std::optional<Seconds> Bans::strike(const Prefix& of, Seconds first, Seconds longest, std::string_view reason,
                                    Instant now) {
  Ban* const ban = place_for(of, now);
  if (!ban || now < ban->until) return {};  // those in a handshake when it was banned fail too
  if (now >= ban->until + strikes_forgotten_after) ban->strikes = 0;
  Seconds time = first;
  for (unsigned i = 0; i < ban->strikes && time < longest; ++i) time *= 2;
  time = std::min(time, longest);
  ban->until = now + time;
  ban->is_manual = false;
  ban->reason = reason;
  ++ban->strikes;
  return time;
}

Status Bans::set(const Prefix& of, Seconds time, std::string_view reason, Instant now) {
  TRY(check_manual_ban(time));
  Ban* const ban = place_for(of, now);
  if (!ban) return Error{Errc::exhausted, "there are " + std::to_string(bans_max) + " bans: lift some first"};
  ban->until = now + time;
  ban->is_manual = true;
  ban->reason = reason;
  return {};
}

bool Bans::lift(const Prefix& of, Instant now) {
  const auto found = bans_.find(of);
  if (found == bans_.end()) return false;
  const bool stood = now < found->second.until;
  --lengths_[of.bits()];
  bans_.erase(found);
  return stood;
}

std::vector<Ban> Bans::list(Instant now) const {
  std::vector<Ban> out;
  for (const auto& [of, ban] : bans_) {
    if (now < ban.until) out.push_back(ban);
  }
  return out;
}

std::vector<Ban> Bans::remembered(Instant now) const {
  std::vector<Ban> out;
  for (const auto& [of, ban] : bans_) {
    if (now < ban.until + strikes_forgotten_after) out.push_back(ban);
  }
  return out;
}

void Bans::restore(const Ban& ban, Instant now) {
  if (Ban* const place = place_for(ban.of, now)) *place = ban;
}

}  // namespace signet::guard
