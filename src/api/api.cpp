#include "api/api.h"

#include "api/asked_once.h"
#include "api/check.h"
#include "api/errors.h"
#include "api/rate_limit.h"
#include "api/session.h"
#include "base/log.h"
#include "fleet/own_account.h"

namespace signet::api {
namespace {

// What one customer holds: an IPv4 address, an IPv6 /64. Its port the peer
// chooses freely.
std::string site_of(const std::string& address) {
  const Result<guard::Prefix> peer = guard::Prefix::of_peer(address);
  return peer ? peer.value().site().text() : address.substr(0, address.rfind(':'));
}

net::HttpResponse too_many(Seconds wait, std::string_view request_id) {
  const std::string seconds = std::to_string(wait.count());
  net::HttpResponse out =
      refusal(Error{Errc::exhausted, "too many requests, or too long ones: wait " + seconds + " seconds"}, request_id);
  out.headers["retry-after"] = seconds;
  return out;
}

// Whose requests are counted.
struct Payer {
  RequestLimit* limit = nullptr;
  std::string key;
};

// A route for the path, and the methods that the path has.
struct Found {
  const Route* route = nullptr;
  PathValues path;
  std::string methods;
};

Found find_route(const net::HttpRequest& request) {
  Found out;
  for (const Route& route : routes()) {
    std::optional<PathValues> path = match_path(route.path, request.path);
    if (!path) continue;
    out.methods.append(out.methods.empty() ? "" : ", ").append(route.method);
    if (route.method != request.method) continue;
    out.route = &route;
    out.path = std::move(*path);
  }
  return out;
}

net::HttpResponse no_route(const Found& found, std::string_view request_id) {
  if (found.methods.empty()) {
    return refusal(Error{Errc::not_found, "there is no such path; GET /v3/openapi.json lists what there is"},
                   request_id);
  }
  net::HttpResponse out =
      refusal(405, "malformed", "Method not allowed", "this path takes only: " + found.methods, request_id);
  out.headers["allow"] = found.methods;
  return out;
}

}  // namespace

struct Api::State {
  State(fleet::Fleet& fleet, Clock& clock, Gate gate, About about, IssueEnrolled issue, RequestLimits limits,
        fleet::Readings* readings)
      : streams(fleet, clock),
        service{fleet, clock, std::move(gate), std::move(about), std::move(issue), streams, meter, readings},
        of_tokens(limits.of_token),
        of_strangers(limits.of_stranger) {}

  Streams streams;
  HttpMeter meter;
  Service service;
  RateLimit sign_ins{sign_in_attempts_max};
  RequestLimit of_tokens;
  RequestLimit of_strangers;

  // Well, or what the client is answered at once: it asks too often.
  Result<std::optional<net::HttpResponse>> let_in(const Route& route, Call& call, Payer& payer);
  std::optional<net::HttpResponse> count(Payer& payer, RequestLimit& limit, std::string key, const Route& route,
                                         const Call& call);
  Result<net::HttpResponse> serve(const Route& route, Call& call, Payer& payer);
  net::HttpResponse answer(std::shared_ptr<const net::HttpRequest> whole, const Route*& row, Payer& payer);
  void note(const net::HttpRequest& request, const Route* row, const fleet::Actor& who, const Error& why);
  void charge(const Payer& payer, Instant begun);
  net::HttpResponse finish(net::HttpResponse made, const Route* row, Instant begun);
};

Api::Api(fleet::Fleet& fleet, Clock& clock, Gate gate, About about, IssueEnrolled issue, RequestLimits limits,
         fleet::Readings* readings)
    : state_(new State{fleet, clock, std::move(gate), std::move(about), std::move(issue), limits, readings}) {}
Api::~Api() = default;
void Api::tend() { state_->streams.tend(); }

// For the audit: a request that was refused for how it is made, or how often. Who may not do what it asks for, and
// whose id it is not, the fleet has noted.
void Api::State::note(const net::HttpRequest& request, const Route* row, const fleet::Actor& who, const Error& why) {
  fleet::Actor from = who;
  from.address = request.peer_address;
  from.request = request.id;
  fleet::OwnAccount{service.fleet}.note_refused(
      from, request.method + " " + (row ? std::string{row->path} : request.path), why);
}

std::optional<net::HttpResponse> Api::State::count(Payer& payer, RequestLimit& limit, std::string key,
                                                   const Route& route, const Call& call) {
  const std::optional<Seconds> wait = limit.pass(key, service.clock.monotonic());
  if (wait) {
    note(call.request, &route, call.actor, {Errc::exhausted, "too many requests, or too long ones"});
    return too_many(*wait, call.request.id);
  }
  if (&limit == &of_tokens) payer = {&limit, std::move(key)};  // how long strangers take is bounded where they sign in
  return std::nullopt;
}

// Who has a good token is counted by it alone: strangers behind the same
// address take nothing from them.
Result<std::optional<net::HttpResponse>> Api::State::let_in(const Route& route, Call& call, Payer& payer) {
  const std::string site = site_of(call.request.peer_address);
  if (route.access == Access::open || route.access == Access::limited) {
    std::optional<net::HttpResponse> refused = count(payer, of_strangers, site, route, call);
    if (refused || route.access != Access::limited) return refused;
    Status passed = sign_ins.pass(site, service.clock.monotonic());
    if (passed) return refused;
    note(call.request, &route, call.actor, passed.error());
    return std::move(passed).error();
  }
  if (route.access == Access::metrics && is_same_secret(header_token(call.request), service.about.metrics_token)) {
    return count(payer, of_strangers, site, route, call);
  }
  const bool is_use = route.content_type != "text/event-stream";  // it goes on when nobody is there any more
  Result<fleet::Actor> actor = identify(service, call, is_use);
  if (!actor) {
    std::optional<net::HttpResponse> refused = count(payer, of_strangers, site, route, call);
    if (refused) return refused;
    return std::move(actor).error();
  }
  call.actor = std::move(actor).value();
  call.actor.request = call.request.id;
  return count(payer, of_tokens, call.actor.token.str(), route, call);
}

Result<net::HttpResponse> Api::State::serve(const Route& route, Call& call, Payer& payer) {
  std::optional<net::HttpResponse> refused = TRY(let_in(route, call, payer));
  if (refused) return *std::move(refused);
  const auto perform = [&]() -> Result<net::HttpResponse> {
    TRY(check_query(route, call.request));
    call.body = TRY(check_body(route, call.request.body));
    return route.handler(service, call);
  };
  const std::optional<std::string> key = TRY(idempotency_key_of(route, call.request));
  if (!key) return perform();
  return route.is_promised ? promise_once(service, call, *key, TRY(perform()))
                           : perform_once(service, call, *key, perform);
}

net::HttpResponse Api::State::answer(std::shared_ptr<const net::HttpRequest> whole, const Route*& row, Payer& payer) {
  const net::HttpRequest& request = *whole;
  if (request.path.size() > path_bytes_max || !is_utf8(request.path)) {
    const Error why{Errc::too_large, "the path is too long, or not UTF-8"};
    note(request, nullptr, {}, why);
    return refusal(why, request.id);
  }
  Found found = find_route(request);
  if (!found.route) {
    note(request, nullptr, {}, {Errc::not_found, found.methods.empty() ? "there is no such path" : "no such method"});
    return no_route(found, request.id);
  }
  row = found.route;
  Call call{request, std::move(found.path), {}, {}, {}, false, std::move(whole)};
  Result<net::HttpResponse> done = serve(*row, call, payer);
  if (done) return std::move(done).value();
  const Error& error = done.error();
  if (error.code == Errc::malformed || error.code == Errc::too_large) note(request, row, call.actor, error);
  if (log_level_of(error.code) == LogLevel::error) {
    log_error("api.failed", {{"method", request.method},
                             {"path", row->path},
                             {"error", error.what},
                             {"request", request.id},
                             {"who", call.actor.email}});
  }
  return refusal(error, request.id);
}

// From any thread.
net::HttpResponse Api::State::finish(net::HttpResponse made, const Route* row, Instant begun) {
  meter.count(row ? row->method : "-", row ? row->path : "-", made.status, service.clock.monotonic() - begun);
  made.headers["cache-control"] = "no-store";
  made.headers["x-content-type-options"] = "nosniff";
  return made;
}

// From any thread.
void Api::State::charge(const Payer& payer, Instant begun) {
  const Instant end = service.clock.monotonic();
  if (payer.limit) payer.limit->took(payer.key, end - begun, end);
}

net::HttpResponse Api::handle(net::HttpRequest request) {
  State* const state = state_.get();
  const Instant begun = state->service.clock.monotonic();
  const Route* row = nullptr;
  Payer payer;
  net::HttpResponse out = state->answer(std::make_shared<const net::HttpRequest>(std::move(request)), row, payer);
  state->service.streams.look_again();
  state->charge(payer, begun);
  if (!out.later) return state->finish(std::move(out), row, begun);
  auto later = [state, row, begun, payer, make = std::move(out.later)] {
    const Instant its_begin = state->service.clock.monotonic();
    net::HttpResponse made = make();
    state->charge(payer, its_begin);
    if (!made.then) return state->finish(std::move(made), row, begun);
    made.then = [state, row, begun, then = std::move(made.then)] { return state->finish(then(), row, begun); };
    return made;
  };
  if (!state->service.readings) {
    net::HttpResponse made = later();
    return made.then ? made.then() : made;
  }
  out.later = std::move(later);
  return out;
}

}  // namespace signet::api
