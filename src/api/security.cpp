#include "api/routes.h"

#include <algorithm>

namespace signet::api {
namespace {

// The guard counts on a clock that never jumps; people read wall time.
json::string wall_time(Service& service, Instant at) {
  return json::string{rfc3339(std::chrono::floor<Seconds>(service.clock.now() + (at - service.clock.monotonic())))};
}

// Those that are not zero, the greatest first.
json::array counts_shape(const guard::Counts& counts) {
  std::vector<std::pair<std::uint64_t, std::size_t>> sorted;
  for (std::size_t i = 1; i < counts.size(); ++i) {  // 0 is no refusal
    if (counts[i] > 0) sorted.emplace_back(counts[i], i);
  }
  std::sort(sorted.rbegin(), sorted.rend());
  json::array out;
  for (const auto& [count, verdict] : sorted) {
    out.push_back(json::object{{"reason", guard::words_of(guard::Verdict(verdict))}, {"count", count}});
  }
  return out;
}

json::object knocker_shape(Service& service, const guard::Knocker& knocker) {
  json::object out{{"address", knocker.site.text()},
                   {"admitted", knocker.counts.front()},
                   {"refusals", counts_shape(knocker.counts)},
                   {"at_home", knocker.is_at_home},
                   {"last_seen", wall_time(service, knocker.last)},
                   {"banned_until", nullptr}};
  if (knocker.banned_until) out["banned_until"] = wall_time(service, *knocker.banned_until);
  return out;
}

json::object ban_shape(Service& service, const guard::Ban& ban) {
  return {{"address", ban.of.text()},
          {"until", wall_time(service, ban.until)},
          {"manual", ban.is_manual},
          {"strikes", ban.strikes},
          {"reason", ban.reason}};
}

Status save(Service& service) {
  Status saved = service.gate.save_bans();
  if (saved) return {};
  Error error = std::move(saved).error();
  error.what += ": it is so now, but not after a restart; mend the cause and say it again";
  return error;
}

}  // namespace

Result<net::HttpResponse> get_security(Service& service, const Call& call) {
  const std::size_t size = TRY(call.query_number("size", 20));
  TRY(service.fleet.secure(call.actor, "security.read", "", ""));
  if (size > guard::top_max) {
    return Error{Errc::too_large, "query \"size\" is at most " + std::to_string(guard::top_max)};
  }
  const Instant now = service.clock.monotonic();
  json::array knockers, bans;
  for (const guard::Knocker& each : service.gate.guard.top(size, now)) knockers.push_back(knocker_shape(service, each));
  for (const guard::Ban& each : service.gate.guard.bans(now)) bans.push_back(ban_shape(service, each));
  const guard::Counts counts = service.gate.guard.counts();
  return reply({{"admitted", counts.front()},
                {"refusals", counts_shape(counts)},
                {"knockers", std::move(knockers)},
                {"bans", std::move(bans)}});
}

Result<net::HttpResponse> ban(Service& service, const Call& call) {
  const guard::Prefix address = TRY(guard::Prefix::parse(call.text("address")));
  const json::value* const seconds = call.body.if_contains("seconds");
  const Seconds time = seconds && seconds->is_int64() ? Seconds{seconds->as_int64()} : ban_time_default;
  TRY(guard::check_manual_ban(time));
  const std::string reason = call.optional_text("reason").value_or("");
  TRY(service.fleet.secure(call.actor, "security.ban", address.text(), reason));
  TRY(service.gate.guard.ban(address, time, reason, service.clock.monotonic()));
  TRY(save(service));
  return reply({});
}

Result<net::HttpResponse> unban(Service& service, const Call& call) {
  const guard::Prefix address = TRY(guard::Prefix::parse(call.query("address").value_or("")));
  TRY(service.fleet.secure(call.actor, "security.unban", address.text(), ""));
  if (!service.gate.guard.unban(address, service.clock.monotonic())) {
    return Error{Errc::not_found, address.text() + " is not banned; GET /v3/security/top lists the bans"};
  }
  TRY(save(service));
  return reply({});
}

}  // namespace signet::api
