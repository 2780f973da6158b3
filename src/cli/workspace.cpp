#include "cli/session.h"

namespace signet::cli {
namespace {

// A list of the one thing that an answer holds.
json::object as_list(const json::object& answer, std::string_view member, std::string_view list) {
  json::array items;
  if (const json::value* found = answer.if_contains(member)) items.push_back(*found);
  return {{list, std::move(items)}};
}

Status show_made(Session& session, const json::object& answer, std::string_view member, const Row& header,
                 const std::vector<std::string_view>& members) {
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  return show_list(session, as_list(answer, member, "made"), "made", header, members);
}

}  // namespace

Status run_workspace_ls(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/workspaces"));
  return show_list(session, answer, "workspaces", {"ID", "Name", "Description"}, {"id", "name", "description"});
}

Status run_workspace_create(Session& session) {
  const json::object body{{"name", session.args.name}, {"description", session.args.description}};
  const json::object answer = TRY(ask(session, "POST", "/v3/workspaces", body));
  return show_made(session, answer, "workspace", {"ID", "Name", "Description"}, {"id", "name", "description"});
}

Status run_fleet_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/fleets";
  const json::object answer = TRY(ask(session, "GET", path));
  return show_list(session, answer, "fleets", {"ID", "Name", "Description", "WorkspaceID"},
                   {"id", "name", "description", "workspace_id"});
}

Status run_fleet_create(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/fleets";
  const json::object body{{"name", session.args.name}, {"description", session.args.description}};
  const json::object answer = TRY(ask(session, "POST", path, body));
  return show_made(session, answer, "fleet", {"ID", "Name", "Description", "WorkspaceID"},
                   {"id", "name", "description", "workspace_id"});
}

}  // namespace signet::cli
