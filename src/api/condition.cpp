#include "api/routes.h"
#include "api/shapes.h"

#include <charconv>

namespace signet::api {
namespace {

Result<std::optional<bool>> read_open(const Call& call) {
  const auto status = call.query("status");
  if (!status) return std::optional<bool>{};
  if (*status == "open" || *status == "closed") return std::optional{*status == "open"};
  return Error{Errc::malformed, "query \"status\" is none of open, closed"};
}

Result<net::HttpResponse> list(Service& service, const Call& call, fleet::ConditionQuery query) {
  query.open = TRY(read_open(call));
  query.tag = call.query("tag").value_or("");
  query.size = TRY(call.query_number("size", query.size));
  const std::size_t threshold = TRY(call.query_number("threshold", 0));
  if (threshold > std::numeric_limits<std::int32_t>::max()) return Error{Errc::malformed, "\"threshold\" is too large"};
  query.longer_than = Seconds{static_cast<std::int64_t>(threshold)};
  if (call.query("before")) query.before = static_cast<std::int64_t>(TRY(call.query_number("before", 0)));
  json::array out;
  for (const fleet::ConditionRow& row : TRY(service.fleet.conditions(call.actor, query))) {
    out.push_back(TRY(shape(row)));
  }
  return reply({{"conditions", std::move(out)}});
}

}  // namespace

Result<net::HttpResponse> list_conditions(Service& service, const Call& call) {
  fleet::ConditionQuery query{.workspace = TRY(call.workspace())};
  if (const auto device = call.query("device")) query.device = TRY(DeviceId::parse(*device));
  const fleet::Workspace mine = TRY(service.fleet.workspace(call.actor, query.workspace));
  if (query.device) TRY(service.fleet.device(call.actor, mine.id, *query.device));
  return list(service, call, query);
}

Result<net::HttpResponse> list_device_conditions(Service& service, const Call& call) {
  return list(service, call, {.workspace = {}, .device = TRY(call.device())});
}

}  // namespace signet::api
