#include "guard/guard.h"

#include <numeric>

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

std::uint64_t faults(const Record& site) {
  return std::accumulate(site.counts.begin() + 1, site.counts.end(), std::uint64_t{0});  // all but the welcome
}

}  // namespace

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
  const Verdict verdict = judge(peer, site, now);
  if (verdict != Verdict::welcome) {
    count(site, verdict);
    return {verdict, {}};
  }
  Visit visit;
  visit.site = site.of;
  visit.is_exempt = is_exempt(peer);
  visit.is_stranger = !visit.is_exempt && !site.is_at_home(now);
  ++open_;
  ++site.half_open;
  if (visit.is_stranger) ++half_open_strangers_;
  return {verdict, visit};
}

void Guard::count(Record& site, Verdict verdict) {
  const auto at = static_cast<std::size_t>(verdict);
  ++site.counts[at];
  ++counts_[at];
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
  Record& site = sites_.find_or_add(visit.site, now);
  site.admitted = now;
  ++site.devices;
  visit.is_admitted = true;
  count(site, Verdict::welcome);
}

std::optional<Seconds> Guard::on_failed(Visit& visit, Verdict why, std::string_view reason, Instant now) {
  const std::lock_guard lock{mutex_};
  end_handshake(visit);
  Record& site = sites_.find_or_add(visit.site, now);
  count(site, why);
  const bool is_offence = why == Verdict::unknown || why == Verdict::not_tls;
  if (!is_offence || visit.is_exempt || site.is_at_home(now)) return {};
  const Rate failures = failures_of(policy_);
  nets_.find_or_add(visit.site.net(), now).failures.take(scaled(failures, failures_of_net_factor), now);
  if (site.failures.take(failures, now) && site.failures.has(failures, now)) return {};
  site.failures = {};  // when the ban ends, it begins anew
  const auto time = bans_.strike(visit.site, policy_.ban_time, policy_.ban_time_longest, printable(reason), now);
  if (time) ++ban_changes_;
  return time;
}

void Guard::on_closed(Visit& visit, Instant now) {
  const std::lock_guard lock{mutex_};
  end_handshake(visit);
  --open_;
  if (!visit.is_admitted) return;
  Record& site = sites_.find_or_add(visit.site, now);
  site.admitted = now;
  if (site.devices > 0) --site.devices;  // its record may be a new one
}

Status Guard::ban(const Prefix& of, Seconds time, std::string_view reason, Instant now) {
  const std::lock_guard lock{mutex_};
  TRY(bans_.set(of, time, printable(reason), now));
  ++ban_changes_;
  return {};
}

bool Guard::unban(const Prefix& of, Instant now) {
  const std::lock_guard lock{mutex_};
  ++ban_changes_;
  return bans_.lift(of, now);
}

std::vector<Ban> Guard::bans(Instant now) const {
  const std::lock_guard lock{mutex_};
  return bans_.list(now);
}

std::vector<Ban> Guard::remembered_bans(Instant now) const {
  const std::lock_guard lock{mutex_};
  return bans_.remembered(now);
}

void Guard::restore(const std::vector<Ban>& bans, Instant now) {
  const std::lock_guard lock{mutex_};
  for (const Ban& ban : bans) bans_.restore(ban, now);
}

std::vector<Knocker> Guard::top(std::size_t count, Instant now) const {
  const std::lock_guard lock{mutex_};
  std::vector<const Record*> all;
  for (const Record& site : sites_.records()) {
    if (site.is_used && faults(site) > 0) all.push_back(&site);
  }
  const auto more = [](const Record* a, const Record* b) {
    return faults(*a) != faults(*b) ? faults(*a) > faults(*b) : a->last > b->last;
  };
  count = std::min({count, top_max, all.size()});
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), more);
  std::vector<Knocker> out;
  for (std::size_t i = 0; i < count; ++i) {
    const Record& r = *all[i];
    const Ban* const ban = bans_.find(r.of, now);
    out.push_back({r.of, r.counts, r.is_at_home(now), r.last, ban ? std::optional{ban->until} : std::nullopt});
  }
  return out;
}

Counts Guard::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

}  // namespace signet::guard
