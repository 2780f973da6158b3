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
  const json::object answer = TRY(ask_all(session, "/v3/workspaces", "workspaces"));
  return show_list(session, answer, "workspaces", {"ID", "Name", "Description"}, {"id", "name", "description"});
}

Status run_workspace_create(Session& session) {
  const json::object body{{"name", session.args.name}, {"description", session.args.description}};
  const json::object answer = TRY(ask(session, "POST", "/v3/workspaces", body));
  return show_made(session, answer, "workspace", {"ID", "Name", "Description"}, {"id", "name", "description"});
}

Status run_fleet_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/fleets";
  const json::object answer = TRY(ask_all(session, path, "fleets"));
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

Status run_workspace_update(Session& session) {
  const json::object body = TRY(renaming_of(session.args));
  const std::string path = TRY(workspace_path(session));
  const json::object answer = TRY(ask(session, "PUT", path, body));
  return show_made(session, answer, "workspace", {"ID", "Name", "Description"}, {"id", "name", "description"});
}

Status run_workspace_rm(Session& session) {
  const std::string path = TRY(workspace_path(session));
  TRY(confirm_first(session,
                    "Workspace " + session.args.workspace + " will be removed, with its keys and invitations."));
  const json::object answer = TRY(ask(session, "DELETE", path));
  tell_done(session, answer, "Removed: " + session.args.workspace);
  return {};
}

Status run_fleet_update(Session& session) {
  const json::object body = TRY(renaming_of(session.args));
  const std::string fleet = TRY(fleet_id(session, session.args.fleet));
  const std::string path = TRY(workspace_path(session)) + "/fleets/" + fleet;
  const json::object answer = TRY(ask(session, "PUT", path, body));
  return show_made(session, answer, "fleet", {"ID", "Name", "Description", "WorkspaceID"},
                   {"id", "name", "description", "workspace_id"});
}

Status run_fleet_rm(Session& session) {
  const std::string fleet = TRY(fleet_id(session, session.args.fleet));
  const std::string path = TRY(workspace_path(session)) + "/fleets/" + fleet;
  TRY(confirm_first(session, "Fleet " + session.args.fleet + " will be removed."));
  const json::object answer = TRY(ask(session, "DELETE", path));
  tell_done(session, answer, "Removed: " + session.args.fleet);
  return {};
}

}  // namespace signet::cli
