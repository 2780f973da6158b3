#include "fleet/firmware.h"
#include "fleet/house.h"

#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

json::value running_shape(const std::optional<fleet::RunningFirmware>& running) {
  if (!running) return nullptr;
  return json::object{{"id", running->id ? json::value(running->id->str()) : json::value(nullptr)},
                      {"name", running->name},
                      {"version", running->version.empty() ? json::value(nullptr) : json::value(running->version)},
                      {"on_trial", running->is_on_trial},
                      {"since", rfc3339(running->since)}};
}

Result<net::HttpResponse> one_device(Service& service, const Call& call, const fleet::Device& device) {
  const DeviceNames names = TRY(names_in(service.fleet, call.actor, device.workspace));
  json::object out = shape(device, names, TRY(service.fleet.identities_of(call.actor, device.id)));
  out["firmware"] = running_shape(TRY(fleet::Firmwares{service.fleet}.running(call.actor, device.id)));
  return reply({{"device", std::move(out)}});
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
  const PageAsked asked = TRY(page_asked(call));
  fleet::DeviceQuery query{.workspace = workspace, .size = asked.size + 1};  // is there one more?
  if (!asked.after.empty()) query.after = TRY(DeviceId::parse(asked.after));
  if (const auto fleet = call.query("fleet")) query.fleet = TRY(FleetId::parse(*fleet));
  query.name = call.query("name").value_or("");
  std::vector<fleet::Device> found = TRY(service.fleet.devices(call.actor, query));
  const bool is_last = found.size() <= asked.size;
  if (!is_last) found.pop_back();
  json::array out;
  for (const fleet::Device& device : found) {
    out.push_back(shape(device, names, TRY(service.fleet.identities_of(call.actor, device.id))));
  }
  json::value next = nullptr;
  if (!is_last) next = cursor_of(found.back().id.str());
  return reply({{"devices", std::move(out)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> create_device(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const std::optional<FleetId> fleet = TRY(fleet_in_body(call));
  return one_device(
      service, call,
      TRY(service.fleet.create_device(call.actor, workspace, call.text("name"), fleet, call.text("description"))));
}

Result<net::HttpResponse> get_device(Service& service, const Call& call) {
  return one_device(service, call, TRY(device_of(service, call)));
}

Result<net::HttpResponse> update_device(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const DeviceId device = TRY(call.device());
  const std::optional<FleetId> fleet = TRY(fleet_in_body(call));
  return one_device(service, call,
                    TRY(service.fleet.update_device(call.actor, workspace, device, call.renaming(), fleet)));
}

Result<net::HttpResponse> remove_device(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const DeviceId device = TRY(call.device());
  TRY(fleet::House{service.fleet}.remove_device(call.actor, workspace, device));
  return reply({});
}

Result<net::HttpResponse> list_identities(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  std::vector<Listed> all;
  for (const fleet::Identity& one : TRY(service.fleet.identities_of(call.actor, device.id))) {
    all.push_back({key_of(one.not_before, hex(one.fingerprint)), shape(one)});
  }
  return reply_page(call, "identities", std::move(all));
}

Result<net::HttpResponse> get_workspace_twin(Service& service, const Call& call) {
  const fleet::Device device = TRY(device_of(service, call));
  return reply({{"twin", TRY(shape(TRY(service.fleet.twin(call.actor, device.id))))}});
}

Result<net::HttpResponse> get_device_status(Service& service, const Call& call) {
  return reply({{"status", TRY(shape(TRY(service.fleet.twin(call.actor, TRY(call.device())))))}});
}

}  // namespace signet::api
