#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

#include <set>

namespace signet::api {
namespace {

const fleet::TwinEntry* find(const std::vector<fleet::TwinEntry>& side, std::string_view key) {
  for (const fleet::TwinEntry& entry : side) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

// The device's own: "@", "#" and "_" have a meaning to the system.
bool is_variable(std::string_view key) { return std::string_view{"@#_"}.find(key.front()) == std::string_view::npos; }

json::value time_of(const fleet::TwinEntry* entry) {
  return entry ? json::value(rfc3339(Timestamp{Millis{entry->millis}})) : json::value(nullptr);
}

Result<json::value> value_of(const fleet::TwinEntry* entry) {
  if (!entry) return json::value(nullptr);
  Result<json::value> value = parse_json(entry->value);
  if (!value) return Error{Errc::corrupt, "twin entry " + entry->key + ": " + value.error().what};
  return value;
}

Result<json::object> variable(const fleet::Twin& twin, std::string_view name) {
  const fleet::TwinEntry* current = find(twin.current, name);
  const fleet::TwinEntry* pending = find(twin.expected, name);
  const json::value value = TRY(value_of(current)), wanted = TRY(value_of(pending));
  return json::object{{"name", name},
                      {"value", value},
                      {"updated_at", time_of(current)},
                      {"pending", wanted},
                      {"pending_since", time_of(pending)}};
}

Result<net::HttpResponse> one_variable(const fleet::Twin& twin, std::string_view name) {
  return reply({{"variable", TRY(variable(twin, name))}});
}

Result<net::HttpResponse> whole_twin(const fleet::Twin& twin) {
  net::HttpResponse out = reply({{"twin", TRY(shape(twin))}});
  out.headers["etag"] = '"' + fleet::version_of(twin.expected) + '"';
  return out;
}

std::optional<std::string> version_seen(const Call& call) {
  const auto found = call.request.headers.find("if-match");
  if (found == call.request.headers.end() || found->second == "*") return std::nullopt;
  std::string version = found->second;
  std::erase(version, '"');
  return version;
}

// Expects one value of the path's variable; null: nothing any more.
Result<net::HttpResponse> expect_one(Service& service, const Call& call, const json::value& value) {
  const std::string_view name = call.segment("name");
  const std::vector<fleet::Wish> wishes{{std::string{name}, json::serialize(value)}};
  const DeviceId device = TRY(call.device());
  return one_variable(TRY(service.fleet.expect(call.actor, device, wishes, version_seen(call))), name);
}

}  // namespace

Result<net::HttpResponse> list_variables(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const fleet::Twin twin = TRY(service.fleet.twin(call.actor, device));
  std::set<std::string> names;
  for (const auto* side : {&twin.current, &twin.expected}) {
    for (const fleet::TwinEntry& entry : *side) {
      if (is_variable(entry.key)) names.insert(entry.key);
    }
  }
  std::vector<Listed> all;
  for (const std::string& name : names) {
    json::object shown = TRY(variable(twin, name));
    all.push_back({name, std::move(shown)});
  }
  return reply_page(call, "variables", std::move(all));
}

Result<net::HttpResponse> get_variable(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  const fleet::Twin twin = TRY(service.fleet.twin(call.actor, device));
  const std::string_view name = call.segment("name");
  if (!find(twin.current, name) && !find(twin.expected, name)) {
    return Error{Errc::not_found,
                 "the device has no variable \"" + std::string{name} + "\", and none is expected of it"};
  }
  return one_variable(twin, name);
}

Result<net::HttpResponse> set_variable(Service& service, const Call& call) {
  return expect_one(service, call, call.body.at("value"));
}

Result<net::HttpResponse> unset_variable(Service& service, const Call& call) {
  return expect_one(service, call, nullptr);
}

Result<net::HttpResponse> get_twin(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  return whole_twin(TRY(service.fleet.twin(call.actor, device)));
}

Result<net::HttpResponse> change_twin(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  std::vector<fleet::Wish> wishes;
  for (const auto& [key, value] : call.body.at("expected").as_object()) {
    wishes.push_back({std::string{key}, json::serialize(value)});
  }
  return whole_twin(TRY(service.fleet.expect(call.actor, device, wishes, version_seen(call))));
}

}  // namespace signet::api
