#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

net::HttpResponse signed_in(const fleet::SignedIn& in) {
  return reply({{"token", in.token}, {"account", shape(in.account)}, {"workspace", shape(in.workspace)}});
}

}  // namespace

Result<net::HttpResponse> set_up(Service& service, const Call& call) {
  return signed_in(TRY(
      service.fleet.set_up(call.text("token"), call.text("email"), call.text("password"), call.request.peer_address)));
}

Result<net::HttpResponse> log_in(Service& service, const Call& call) {
  return signed_in(TRY(service.fleet.sign_in(call.text("email"), call.text("password"), call.request.peer_address)));
}

Result<net::HttpResponse> log_out(Service& service, const Call& call) {
  TRY(service.fleet.sign_out(call.actor, call.token));
  return reply({});
}

Result<net::HttpResponse> create_api_key(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const std::string name = call.text("name");
  const std::string key = TRY(service.fleet.create_api_key(call.actor, workspace, name));
  return reply({{"api_key", json::object{{"name", name}, {"workspace_id", workspace.str()}, {"key", key}}}});
}

}  // namespace signet::api
