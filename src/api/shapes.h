// shapes.h -- private to api/: the nouns of the domain as JSON, with the names of the documented v3 API.
#pragma once

#include "base/json.h"
#include "fleet/fleet.h"

#include <array>

namespace signet::api {

// In the order of fleet::JobStatus.
inline constexpr std::array<std::string_view, 5> job_statuses{"pending", "done", "failed", "expired", "cancelled"};

json::object shape(const fleet::Account& account);  // shapes_people.cpp
json::object shape(const fleet::SignedIn& in);
json::object shape(const fleet::Member& member);
json::object shape(const fleet::Invitation& invitation);
json::object shape(const fleet::Token& key);  // an API key, without what it is asked with
json::object shape(const fleet::Workspace& workspace);
json::object shape(const fleet::FleetGroup& fleet);
json::object shape(const fleet::Identity& identity);
json::object shape(const fleet::AuditEntry& entry);
Result<json::object> shape(const fleet::Job& job);           // corrupt when a stored value is no JSON
Result<json::object> shape(const fleet::ConditionRow& row);  // the same
json::value or_null(const std::optional<Timestamp>& at);
// {"current": {key: {"t","v"}}, "expected": {...}}; corrupt when a stored value is no JSON.
Result<json::object> shape(const fleet::Twin& twin);

json::value or_null(const std::optional<Timestamp>& at);

// The names that a device's JSON shows beside its ids.
struct DeviceNames {
  std::string workspace;
  std::map<FleetId, std::string> fleets;
};
Result<DeviceNames> names_in(fleet::Fleet& fleet, const fleet::Actor& actor, const WorkspaceId& workspace);
json::object shape(const fleet::Device& device, const DeviceNames& names,
                   const std::vector<fleet::Identity>& identities);

template <class T>
json::array shapes(const std::vector<T>& all) {
  json::array out;
  for (const T& one : all) out.push_back(shape(one));
  return out;
}

}  // namespace signet::api
