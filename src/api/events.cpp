#include "api/routes.h"

namespace signet::api {
namespace {

std::vector<std::string> texts_of(const Call& call, const std::string& name) {
  std::vector<std::string> out;
  const auto [first, end] = call.request.query.equal_range(name);
  for (auto at = first; at != end; ++at) out.push_back(at->second);
  return out;
}

Result<net::HttpResponse> get_events(Service& service, const Call& call) {
  Watch what{.workspace = TRY(call.workspace())};
  for (const std::string& name : texts_of(call, "stream")) what.streams.insert(name);
  for (const std::string& device : texts_of(call, "device")) what.devices.push_back(TRY(DeviceId::parse(device)));
  for (const std::string& fleet : texts_of(call, "fleet")) what.fleets.push_back(TRY(FleetId::parse(fleet)));
  what.tags = texts_of(call, "tag");
  const auto header = call.request.headers.find("last-event-id");
  const std::string last =
      header == call.request.headers.end() ? call.query("last_event_id").value_or("") : header->second;
  return service.streams.open({call.actor, call.token, call.request.peer_address}, std::move(what), last);
}

}  // namespace

void add_events(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/events",
                Access::token,
                "What happens, while it happens: Server-Sent Events; a header Last-Event-ID goes on behind that one",
                get_events,
                {{"stream", "string[]?", "data, status, job, condition; security (the manager's operator alone)"},
                 {"device", "string[]?", "only these"},
                 {"fleet", "string[]?", "only these"},
                 {"tag", "string[]?", "only these, of data and conditions"},
                 {"last_event_id", "string?", "for clients that cannot send the header"}},
                {},
                {},
                "text/event-stream"});
}

}  // namespace signet::api
