#include "cli/session.h"

#include <algorithm>

namespace signet::cli {

Status run_status(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/server"));
  const json::object server = TRY(object_member(answer, "server"));
  const json::object listed = TRY(ask_all(session, "/v3/workspaces", "workspaces"));
  const std::vector<json::object> workspaces = TRY(objects(listed, "workspaces"));
  json::array counted;
  std::vector<Row> rows;
  for (const json::object& workspace : workspaces) {
    const json::object found = TRY(ask_all(session, "/v3/workspaces/" + cell(workspace, "id") + "/devices", "devices"));
    const std::vector<json::object> devices = TRY(objects(found, "devices"));
    const auto online = std::count_if(devices.begin(), devices.end(),
                                      [](const json::object& device) { return cell(device, "online") == "yes"; });
    counted.push_back(json::object{{"id", cell(workspace, "id")},
                                   {"name", cell(workspace, "name")},
                                   {"devices", devices.size()},
                                   {"online", online}});
    rows.push_back(
        {cell(workspace, "id"), cell(workspace, "name"), std::to_string(devices.size()), std::to_string(online)});
  }
  std::ostream& out = session.env.out;
  if (session.args.as_json) {
    print_json(out, json::object{{"url", session.config.server}, {"server", server}, {"workspaces", counted}});
    return {};
  }
  out << "Manager      " << session.config.server << " (signetd " << printable(cell(server, "version")) << ")\n"
      << "Account      " << (session.env.api_key.empty() ? printable(session.config.email) : "API key") << '\n'
      << "CA           " << printable(cell(server, "fingerprint")) << '\n'
      << "Devices at   port " << cell(server, "device_port") << "\n\n";
  print_table(out, {"ID", "Workspace", "Devices", "Online"}, rows);
  return {};
}

}  // namespace signet::cli
