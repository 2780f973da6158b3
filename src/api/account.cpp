#include "api/session.h"

namespace signet::api {

Result<net::HttpResponse> set_up(Service& service, const Call& call) {
  const bool as_cookie = TRY(wants_cookie(service, call));
  const fleet::SignedIn in = TRY(
      service.fleet.set_up(call.text("token"), call.text("email"), call.text("password"), call.request.peer_address));
  return begin_session(service, call, in, as_cookie);
}

Result<net::HttpResponse> log_in(Service& service, const Call& call) {
  const bool as_cookie = TRY(wants_cookie(service, call));
  const fleet::SignedIn in = TRY(
      service.fleet.sign_in(call.text("email"), call.text("password"), call.request.peer_address, call.text("code")));
  return begin_session(service, call, in, as_cookie);
}

Result<net::HttpResponse> log_out(Service& service, const Call& call) {
  TRY(service.fleet.sign_out(call.actor, call.token));
  net::HttpResponse out = reply({});
  if (call.by_cookie) forget_cookie(out);
  return out;
}

}  // namespace signet::api
