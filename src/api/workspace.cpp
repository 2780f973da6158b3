#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {

Result<net::HttpResponse> list_workspaces(Service& service, const Call& call) {
  return reply({{"workspaces", shapes(TRY(service.fleet.workspaces(call.actor)))}});
}

Result<net::HttpResponse> create_workspace(Service& service, const Call& call) {
  return reply({{"workspace",
                 shape(TRY(service.fleet.create_workspace(call.actor, call.text("name"), call.text("description"))))}});
}

Result<net::HttpResponse> get_workspace(Service& service, const Call& call) {
  return reply({{"workspace", shape(TRY(service.fleet.workspace(call.actor, TRY(call.workspace()))))}});
}

Result<net::HttpResponse> list_fleets(Service& service, const Call& call) {
  return reply({{"fleets", shapes(TRY(service.fleet.fleets(call.actor, TRY(call.workspace()))))}});
}

Result<net::HttpResponse> create_fleet(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  return reply({{"fleet", shape(TRY(service.fleet.create_fleet(call.actor, workspace, call.text("name"),
                                                               call.text("description"))))}});
}

Result<net::HttpResponse> get_fleet(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const FleetId id = TRY(call.fleet());
  return reply({{"fleet", shape(TRY(service.fleet.fleet(call.actor, workspace, id)))}});
}

}  // namespace signet::api
