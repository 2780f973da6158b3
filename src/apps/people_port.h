// people_port.h -- which thread answers what comes in at signetd's port for
// people.
#pragma once

#include "api/errors.h"
#include "api/site.h"
#include "base/log.h"
#include "fleet/own_account.h"
#include "net/loop.h"
#include "net/worker.h"

namespace signet {

// About data, and uploaded images, that wait for the one that is being
// answered.
inline constexpr std::size_t questions_max = 64;
inline constexpr const char* fleet_is_busy = "too many requests wait for the fleet";

inline net::HttpResponse busy(const char* why, const std::string& request) {
  log_warn("api.overloaded", {{"error", why}, {"request", request}});
  net::HttpResponse out = api::refusal(Error{Errc::unavailable, why}, request);
  out.headers["retry-after"] = "1";
  return out;
}

// Answers with a page of the console at once, and hands all other requests to
// the fleet's thread, which is the main one, and what takes its time on from
// there to the reader's.
inline net::HttpHandler through(net::Loop& loop, api::Api& api, const api::Site& site, net::Worker& reader) {
  const auto answer = [&loop, &api, &reader](net::HttpRequest request, const net::HttpReply& reply) {
    const std::string id = request.id;
    net::HttpResponse made = api.handle(std::move(request));
    if (!made.later) return reply(std::move(made));
    auto make = [&loop, later = std::move(made.later), reply, id] {
      net::HttpResponse done = later();
      if (!done.then) return reply(std::move(done));
      if (!loop.post([then = std::move(done.then), reply] { reply(then()); })) reply(busy(fleet_is_busy, id));
    };
    if (!reader.post(std::move(make))) reply(busy("too many questions about data wait", id));
  };
  return [&loop, &site, answer](net::HttpRequest request, const net::HttpReply& reply) {
    if (std::optional<net::HttpResponse> page = site.answer(request)) return reply(std::move(*page));
    const std::string id = request.id;
    if (!loop.post([answer, request = std::move(request), reply]() mutable { answer(std::move(request), reply); })) {
      reply(busy(fleet_is_busy, id));
    }
  };
}

// What never became a request is in the audit as well.
inline net::HttpRefused refused_through(net::Loop& loop, fleet::Fleet& fleet) {
  return [&loop, &fleet](const std::string& address, std::string_view why) {
    const auto note = [&fleet, address, why = std::string{why}] {
      fleet::OwnAccount{fleet}.note_refused({{}, "", {}, address}, "", Error{Errc::malformed, why});
    };
    [[maybe_unused]] const Status posted = loop.post(note);  // a loop that is full tells of the next
  };
}

}  // namespace signet
