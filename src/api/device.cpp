#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

Result<net::HttpResponse> one_device(Service& service, const Call& call, const fleet::Device& device) {
  const DeviceNames names = TRY(names_in(service.fleet, call.actor, device.workspace));
  return reply({{"device", shape(device, names, TRY(service.fleet.identities_of(call.actor, device.id)))}});
}

Result<std::optional<FleetId>> fleet_in_body(const Call& call) {
  const std::optional<std::string> text = call.optional_text("fleet_id");
  if (!text) return std::optional<FleetId>{};
  return std::optional{TRY(FleetId::parse(*text))};
}

}  // namespace

Result<net::HttpResponse> list_devices(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const DeviceNames names = TRY(names_in(service.fleet, call.actor, workspace));
  json::array out;
  for (const fleet::Device& device : TRY(service.fleet.devices(call.actor, workspace))) {
    out.push_back(shape(device, names, TRY(service.fleet.identities_of(call.actor, device.id))));
  }
  return reply({{"devices", std::move(out)}});
}

Result<net::HttpResponse> create_device(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const std::optional<FleetId> fleet = TRY(fleet_in_body(call));
  return one_device(service, call, TRY(service.fleet.create_device(call.actor, workspace, call.text("name"), fleet)));
}

Result<net::HttpResponse> get_device(Service& service, const Call& call) {
  return one_device(service, call, TRY(device_of(service, call)));
}

Result<net::HttpResponse> update_device(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const DeviceId device = TRY(call.device());
  const std::optional<FleetId> fleet = TRY(fleet_in_body(call));
  return one_device(service, call,
                    TRY(service.fleet.update_device(call.actor, workspace, device, call.optional_text("name"), fleet)));
}

Result<net::HttpResponse> list_identities(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  return reply({{"identities", shapes(TRY(service.fleet.identities_of(call.actor, device.id)))}});
}

Result<net::HttpResponse> get_workspace_twin(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  return reply({{"twin", TRY(shape(TRY(service.fleet.twin(call.actor, device.id))))}});
}

Result<net::HttpResponse> get_device_status(Service& service, const Call& call) {
  return reply({{"status", TRY(shape(TRY(service.fleet.twin(call.actor, TRY(call.device())))))}});
}

}  // namespace signet::api
