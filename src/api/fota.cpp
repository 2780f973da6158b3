// Updates of devices.
#include "fleet/fota.h"
#include "api/rollout.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

constexpr std::size_t history_size_default = 20;

Result<net::HttpResponse> get_fota(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const fleet::Update last = TRY(fleet::Fota{service.fleet}.last(call.actor, device));
  return reply({{"fota", shape(last)}});
}

Result<net::HttpResponse> list_fota(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const std::size_t size = TRY(call.query_number("size", history_size_default));
  json::array out;
  for (const fleet::Update& one : TRY(fleet::Fota{service.fleet}.updates(call.actor, device, size))) {
    out.push_back(shape(one));
  }
  return reply({{"updates", std::move(out)}});
}

Result<net::HttpResponse> schedule_fota(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const fleet::FirmwareId firmware = TRY(fleet::FirmwareId::parse(call.segment("fmw")));
  const fleet::Update made =
      TRY(fleet::Fota{service.fleet}.schedule(call.actor, device, firmware, call.segment("ver")));
  return reply({{"fota", shape(made)}});
}

Result<net::HttpResponse> schedule_fota_on_fleets(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId firmware = TRY(fleet::FirmwareId::parse(call.segment("fmw")));
  std::vector<FleetId> fleets;
  const auto [fleet, end] = call.request.query.equal_range("fleet");
  for (auto at = fleet; at != end; ++at) fleets.push_back(TRY(FleetId::parse(at->second)));
  const std::vector<fleet::Update> made =
      TRY(fleet::Fota{service.fleet}.schedule_all(call.actor, workspace, fleets, firmware, call.segment("ver")));
  const json::object like = shape(made.front());
  json::object out;
  for (const char* shared : {"scheduled_at", "status", "value"}) out[shared] = like.at(shared);
  json::array devices;
  for (const fleet::Update& one : made) devices.emplace_back(one.device.str());
  out["devices"] = std::move(devices);
  return reply({{"fota", std::move(out)}});
}

Result<net::HttpResponse> cancel_fota(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const fleet::Update ended = TRY(fleet::Fota{service.fleet}.cancel(call.actor, device));
  return reply({{"fota", shape(ended)}});
}

}  // namespace

// As documented in "value", and under the later names too.
json::object shape(const fleet::Update& one) {
  json::array percent;
  for (const unsigned part : one.percent) percent.emplace_back(part);
  return {{"scheduled_at", rfc3339(one.scheduled_at)},
          {"status", name_of(one.status)},
          {"value", json::object{{"firmware_id", one.firmware.str()}, {"firmware_version", one.version}}},
          {"id", one.id.str()},
          {"device_id", one.device.str()},
          {"told_at", or_null(one.told_at)},
          {"progress", one.progress},
          {"percent", std::move(percent)},
          {"progress_at", or_null(one.progress_at)},
          {"finished_at", or_null(one.finished_at)},
          {"detail", one.detail},
          {"rollout_id", one.rollout ? json::value(one.rollout->str()) : json::value(nullptr)},
          {"wave", one.rollout ? json::value(one.wave) : json::value(nullptr)}};
}

std::vector<Schema> with_fota(std::vector<Schema> all) {
  all.insert(all.end(), {{"Update",
                          {{"scheduled_at", "time"},
                           {"status", "string", "waiting (for its wave), pending, done, failed or cancelled"},
                           {"value", "object", "{\"firmware_id\", \"firmware_version\"}"},
                           {"id", "string"},
                           {"device_id", "string"},
                           {"told_at", "time?", "it is expected of the device since"},
                           {"progress", "string", "the device's last word on its way"},
                           {"percent", "integer[]", "downloaded: of the OS, of the application"},
                           {"progress_at", "time?"},
                           {"finished_at", "time?"},
                           {"detail", "string", "why it ended"},
                           {"rollout_id", "string?"},
                           {"wave", "integer?", "of the rollout, from 0"}}},
                         {"FleetUpdate",
                          {{"scheduled_at", "time"},
                           {"status", "string"},
                           {"value", "object", "{\"firmware_id\", \"firmware_version\"}"},
                           {"devices", "string[]"}}}});
  return with_rollouts(std::move(all));
}

void add_fota(std::vector<Route>& to) {
  constexpr const char* path = "/v3/devices/{dev}/fota";
  const std::vector<Value> answer{{"fota", "Update"}};
  to.push_back({"GET", path, Access::token, "The device's last update, and how it goes", get_fota, {}, {}, answer});
  to.push_back({"GET",
                "/v3/devices/{dev}/fota/history",
                Access::token,
                "Its updates, the last first; the last 50 that ended are kept",
                list_fota,
                {{"size", "integer?", "at most so many; 20"}},
                {},
                {{"updates", "Update[]"}}});
  to.push_back({"POST",
                "/v3/devices/{dev}/fota/{fmw}/versions/{ver}",
                Access::token,
                "Update the device to that version, as soon as it is there; takes the place of an update that is open",
                schedule_fota,
                {},
                {},
                answer});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/fota/{fmw}/versions/{ver}",
                Access::token,
                "The same of every device of fleets, all or none, at once; a rollout goes step by step",
                schedule_fota_on_fleets,
                {{"fleet", "string[]?", "only these; may be given more than once"}},
                {},
                {{"fota", "FleetUpdate"}}});
  to.push_back({"DELETE",
                path,
                Access::token,
                "Cancel the update that is open: the device is given nothing more of it",
                cancel_fota,
                {},
                {},
                answer});
  add_rollouts(to);
}

}  // namespace signet::api
