#include "fleet/house.h"

#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {

Result<net::HttpResponse> list_workspaces(Service& service, const Call& call) {
  std::vector<Listed> all;
  for (const fleet::Workspace& one : TRY(service.fleet.workspaces(call.actor)))
    all.push_back({one.id.str(), shape(one)});
  return reply_page(call, "workspaces", std::move(all));
}

Result<net::HttpResponse> create_workspace(Service& service, const Call& call) {
  return reply({{"workspace",
                 shape(TRY(service.fleet.create_workspace(call.actor, call.text("name"), call.text("description"))))}});
}

Result<net::HttpResponse> get_workspace(Service& service, const Call& call) {
  return reply({{"workspace", shape(TRY(service.fleet.workspace(call.actor, TRY(call.workspace()))))}});
}

Result<net::HttpResponse> list_fleets(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::FleetGroup& one : TRY(service.fleet.fleets(call.actor, workspace))) {
    all.push_back({one.id.str(), shape(one)});
  }
  return reply_page(call, "fleets", std::move(all));
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

Result<net::HttpResponse> update_workspace(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  return reply({{"workspace",
                 shape(TRY(fleet::House{service.fleet}.update_workspace(call.actor, workspace, call.renaming())))}});
}

Result<net::HttpResponse> remove_workspace(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  TRY(fleet::House{service.fleet}.remove_workspace(call.actor, workspace));
  return reply({});
}

Result<net::HttpResponse> update_fleet(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const FleetId id = TRY(call.fleet());
  return reply(
      {{"fleet", shape(TRY(fleet::House{service.fleet}.update_fleet(call.actor, workspace, id, call.renaming())))}});
}

Result<net::HttpResponse> remove_fleet(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const FleetId id = TRY(call.fleet());
  TRY(fleet::House{service.fleet}.remove_fleet(call.actor, workspace, id));
  return reply({});
}

}  // namespace signet::api
