#include "api/api.h"

#include "api/check.h"
#include "api/errors.h"
#include "api/rate_limit.h"
#include "api/session.h"
#include "base/log.h"

namespace signet::api {
namespace {

// Without its port, which the peer chooses freely: "203.0.113.7:51234", "[2001:db8::1]:443".
std::string host_of(const std::string& address) { return address.substr(0, address.rfind(':')); }

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

net::HttpResponse no_route(const Found& found) {
  if (found.methods.empty()) {
    return refusal(Error{Errc::not_found, "there is no such path; GET /v3/openapi.json lists what there is"});
  }
  net::HttpResponse out = refusal(405, "malformed", "Method not allowed", "this path takes only: " + found.methods);
  out.headers["allow"] = found.methods;
  return out;
}

}  // namespace

struct Api::State {
  State(fleet::Fleet& fleet, Clock& clock, Gate gate, About about, IssueEnrolled issue, fleet::Readings* readings)
      : streams(fleet, clock), service{fleet,   clock, std::move(gate), std::move(about), std::move(issue),
                                       streams, meter, readings} {}

  Streams streams;
  HttpMeter meter;
  Service service;
  RateLimit strangers{sign_in_attempts_max};

  Result<net::HttpResponse> serve(const Route& route, PathValues path, const net::HttpRequest& request);
  net::HttpResponse finish(net::HttpResponse made, const Route* row, Instant begun);
};

Api::Api(fleet::Fleet& fleet, Clock& clock, Gate gate, About about, IssueEnrolled issue, fleet::Readings* readings)
    : state_(new State{fleet, clock, std::move(gate), std::move(about), std::move(issue), readings}) {}
Api::~Api() = default;
void Api::tend() { state_->streams.tend(); }

Result<net::HttpResponse> Api::State::serve(const Route& route, PathValues path, const net::HttpRequest& request) {
  Call call{request, std::move(path), {}, {}, {}};
  const bool is_use = route.content_type != "text/event-stream";  // it goes on when nobody is there any more
  switch (route.access) {
    case Access::open: break;
    case Access::limited: TRY(strangers.pass(host_of(request.peer_address), service.clock.monotonic())); break;
    case Access::metrics:
      if (is_same_secret(header_token(request), service.about.metrics_token)) break;
      [[fallthrough]];
    case Access::token: call.actor = TRY(identify(service, call, is_use)); break;
  }
  TRY(check_query(route, request));
  call.body = TRY(check_body(route, request.body));
  return route.handler(service, call);
}

// From any thread.
net::HttpResponse Api::State::finish(net::HttpResponse made, const Route* row, Instant begun) {
  meter.count(row ? row->method : "-", row ? row->path : "-", made.status, service.clock.monotonic() - begun);
  made.headers["cache-control"] = "no-store";
  made.headers["x-content-type-options"] = "nosniff";
  return made;
}

net::HttpResponse Api::handle(const net::HttpRequest& request) {
  const Instant begun = state_->service.clock.monotonic();
  const Route* row = nullptr;
  const auto answer = [&]() -> net::HttpResponse {
    if (request.path.size() > path_bytes_max || !is_utf8(request.path)) {
      return refusal(Error{Errc::too_large, "the path is too long, or not UTF-8"});
    }
    Found found = find_route(request);
    if (!found.route) return no_route(found);
    row = found.route;
    Result<net::HttpResponse> done = state_->serve(*found.route, std::move(found.path), request);
    if (done) return std::move(done).value();
    const Error& error = done.error();
    if (log_level_of(error.code) == LogLevel::error) {
      log_error("api.failed", {{"method", request.method}, {"path", found.route->path}, {"error", error.what}});
    }
    return refusal(error);
  };
  net::HttpResponse out = answer();
  state_->service.streams.look_again();
  if (!out.later) return state_->finish(std::move(out), row, begun);
  auto later = [state = state_.get(), row, begun, make = std::move(out.later)] {
    return state->finish(make(), row, begun);
  };
  if (!state_->service.readings) return later();
  out.later = std::move(later);
  return out;
}

}  // namespace signet::api
