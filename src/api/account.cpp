#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {

Result<net::HttpResponse> set_up(Service& service, const Call& call) {
  return reply(shape(TRY(
      service.fleet.set_up(call.text("token"), call.text("email"), call.text("password"), call.request.peer_address))));
}

Result<net::HttpResponse> log_in(Service& service, const Call& call) {
  return reply(shape(TRY(
      service.fleet.sign_in(call.text("email"), call.text("password"), call.request.peer_address, call.text("code")))));
}

Result<net::HttpResponse> log_out(Service& service, const Call& call) {
  TRY(service.fleet.sign_out(call.actor, call.token));
  return reply({});
}

}  // namespace signet::api
