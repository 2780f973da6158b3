#include "guard/guard.h"

namespace signet::guard {
namespace {

constexpr double failures_of_net_factor = 8;

Rate scaled(Rate rate, double factor) { return {rate.per_second * factor, rate.burst * factor}; }

Rate failures_of(const Policy& policy) {
  return {policy.ban_after / std::chrono::duration<double>(policy.ban_window).count(),
          static_cast<double>(policy.ban_after)};
}

// For an operator's screen: a peer has a hand in the words.
std::string printable(std::string_view text) {
  std::string out{text.substr(0, reason_bytes_max)};
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) c = '?';  // a character of several bytes may be cut within
  }
  return out;
}

}  // namespace

const char* words_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::welcome: return "welcome";
    case Verdict::banned: return "banned";
    case Verdict::too_often: return "connects too often";
    case Verdict::net_fails: return "its net fails too often";
    case Verdict::crowded: return "no room for strangers";
  }
  return "";
}

Guard::Guard(Policy policy, std::uint64_t key)
    : policy_(std::move(policy)), sites_(sites_max, key), nets_(nets_max, ~key) {}

bool Guard::is_exempt(const Prefix& peer) const {
  return std::any_of(policy_.exempt.begin(), policy_.exempt.end(), [&](const Prefix& p) { return p.covers(peer); });
}

Verdict Guard::judge(const Prefix& peer, Record& site, Instant now) {
  if (bans_.find(peer, now)) return Verdict::banned;
  if (is_exempt(peer)) return Verdict::welcome;
  const bool at_home = site.is_at_home(now);
  Record& net = nets_.find_or_add(peer.net(), now);
  net.last = now;
  if (!at_home) {
    const Rate failures = scaled(failures_of(policy_), failures_of_net_factor);
    if (!net.failures.has(failures, now)) return Verdict::net_fails;
    if (open_ >= policy_.open_of_strangers || half_open_strangers_ >= policy_.half_open_of_strangers ||
        site.half_open >= std::max<std::size_t>(policy_.half_open_of_strangers / 2, 1)) {
      return Verdict::crowded;
    }
    if (!net.connections.has(policy_.connections_of_net, now)) return Verdict::too_often;
  }
  if (!site.connections.take(scaled(policy_.connections_of_site, at_home ? home_factor : 1), now)) {
    return Verdict::too_often;
  }
  if (!at_home) net.connections.take(policy_.connections_of_net, now);
  return Verdict::welcome;
}

Guard::Answer Guard::on_connect(const Prefix& peer, Instant now) {
  const std::lock_guard lock{mutex_};
  Record& site = sites_.find_or_add(peer.site(), now);
  site.last = now;
  ++site.seen;
  const Verdict verdict = judge(peer, site, now);
  if (verdict != Verdict::welcome) {
    ++site.refused;
    site.reason = words_of(verdict);
    return {verdict, {}};
  }
  Visit visit{site.of, is_exempt(peer), false, true};
  visit.is_stranger = !visit.is_exempt && !site.is_at_home(now);
  ++open_;
  ++site.half_open;
  if (visit.is_stranger) ++half_open_strangers_;
  return {verdict, visit};
}

void Guard::end_handshake(Visit& visit) {
  if (!std::exchange(visit.is_half_open, false)) return;
  if (visit.is_stranger) --half_open_strangers_;
  Record* const site = sites_.find(visit.site);
  if (site && site->half_open > 0) --site->half_open;  // its record may be a new one
}

void Guard::on_admitted(Visit& visit, Instant now) {
  const std::lock_guard lock{mutex_};
  end_handshake(visit);
  sites_.find_or_add(visit.site, now).admitted = now;
}

std::optional<Seconds> Guard::on_failed(Visit& visit, std::string_view reason, Instant now) {
  const std::lock_guard lock{mutex_};
  end_handshake(visit);
  Record& site = sites_.find_or_add(visit.site, now);
  ++site.failed;
  site.reason = printable(reason);
  if (visit.is_exempt) return {};
  const bool at_home = site.is_at_home(now);
  const Rate failures = scaled(failures_of(policy_), at_home ? home_factor : 1);
  if (!at_home)
    nets_.find_or_add(visit.site.net(), now).failures.take(scaled(failures_of(policy_), failures_of_net_factor), now);
  if (site.failures.take(failures, now) && site.failures.has(failures, now)) return {};
  site.failures = {};  // when the ban ends, it begins anew
  return bans_.strike(visit.site, policy_.ban_time, policy_.ban_time_longest, site.reason, now);
}

void Guard::on_closed(Visit& visit) {
  const std::lock_guard lock{mutex_};
  end_handshake(visit);
  --open_;
}

Status Guard::ban(const Prefix& of, Seconds time, std::string_view reason, Instant now) {
  const std::lock_guard lock{mutex_};
  return bans_.set(of, time, printable(reason), now);
}

bool Guard::unban(const Prefix& of, Instant now) {
  const std::lock_guard lock{mutex_};
  return bans_.lift(of, now);
}

std::vector<Ban> Guard::bans(Instant now) const {
  const std::lock_guard lock{mutex_};
  return bans_.list(now);
}

std::vector<Knocker> Guard::top(std::size_t count, Instant now) const {
  const std::lock_guard lock{mutex_};
  std::vector<const Record*> all;
  for (const Record& site : sites_.records()) {
    if (site.is_used) all.push_back(&site);
  }
  const auto more = [](const Record* a, const Record* b) {
    const auto faults = [](const Record* r) { return r->failed + r->refused; };
    return faults(a) != faults(b) ? faults(a) > faults(b) : a->seen > b->seen;
  };
  count = std::min({count, top_max, all.size()});
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), more);
  std::vector<Knocker> out;
  for (std::size_t i = 0; i < count; ++i) {
    const Record& r = *all[i];
    const Ban* const ban = bans_.find(r.of, now);
    out.push_back({r.of, r.seen, r.refused, r.failed, r.is_at_home(now), r.last, r.reason,
                   ban ? std::optional{ban->until} : std::nullopt});
  }
  return out;
}

}  // namespace signet::guard
