#include "api/routes.h"

#include <algorithm>
#include <charconv>

namespace signet::api {

std::string_view Call::segment(std::string_view name) const {
  const auto found = std::find_if(path.begin(), path.end(), [&](const auto& part) { return part.first == name; });
  ENSURE(found != path.end());  // a handler and its row disagree
  return found->second;
}

Result<WorkspaceId> Call::workspace() const { return WorkspaceId::parse(segment("wks")); }
Result<DeviceId> Call::device() const { return DeviceId::parse(segment("dev")); }
Result<FleetId> Call::fleet() const { return FleetId::parse(segment("flt")); }

std::optional<std::string> Call::optional_text(std::string_view member) const {
  const json::value* found = body.if_contains(member);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string{found->as_string()};
}

std::optional<std::vector<std::string>> Call::optional_texts(std::string_view member) const {
  const json::value* found = body.if_contains(member);
  if (!found || !found->is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const json::value& one : found->as_array()) out.emplace_back(one.as_string());
  return out;
}

fleet::Renaming Call::renaming() const { return {optional_text("name"), optional_text("description")}; }

std::string Call::text(std::string_view member) const { return optional_text(member).value_or(""); }

std::optional<std::string> Call::query(std::string_view name) const {
  const auto found = request.query.find(std::string{name});
  if (found == request.query.end()) return std::nullopt;
  return found->second;
}

Result<std::size_t> Call::query_number(std::string_view name, std::size_t fallback) const {
  const std::optional<std::string> text = query(name);
  if (!text) return fallback;
  std::size_t out = 0;
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (ec != std::errc{} || end != text->data() + text->size()) {
    return Error{Errc::malformed, "query \"" + std::string{name} + "\" is not a number of 0 or more"};
  }
  return out;
}

Result<fleet::Device> device_of(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const DeviceId device = TRY(call.device());
  return service.fleet.device(call.actor, workspace, device);
}

net::HttpResponse reply(json::object body) {
  net::HttpResponse out;
  out.body = json::serialize(body);
  return out;
}

}  // namespace signet::api
