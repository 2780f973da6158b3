#include "cli/session.h"

namespace signet::cli {
namespace {

const Row device_header{"ID", "Name", "Fleet", "Online", "Last seen", "Identity"};

// The dcn that the device has now, "revoked" when it has only those, "-" when it never had one.
std::string identity_cell(const json::object& device) {
  const json::value* list = device.if_contains("identities");
  if (!list || !list->is_array()) return "-";
  std::string out = "-";
  for (const json::value& item : list->as_array()) {
    if (!item.is_object()) continue;
    if (cell(item.as_object(), "revoked") == "no") return cell(item.as_object(), "dcn");
    out = cell(item.as_object(), "dcn") + " (revoked)";
  }
  return out;
}

Row device_row(const json::object& device) {
  return {cell(device, "id"),     cell(device, "name"),      cell(device, "fleet_name"),
          cell(device, "online"), cell(device, "last_seen"), identity_cell(device)};
}

Status show_device(Session& session, const json::object& answer) {
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object device = TRY(object_member(answer, "device"));
  print_table(session.env.out, device_header, {device_row(device)});
  return {};
}

}  // namespace

Status run_device_create(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/devices";
  json::object body{{"name", session.args.name}};
  if (!session.args.fleet.empty()) body["fleet_id"] = TRY(fleet_id(session, session.args.fleet));
  return show_device(session, TRY(ask(session, "POST", path, body)));
}

Status run_device_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/devices";
  const json::object answer = TRY(ask_all(session, path, "devices"));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  std::vector<Row> rows;
  for (const json::object& device : TRY(objects(answer, "devices"))) rows.push_back(device_row(device));
  print_table(session.env.out, device_header, rows);
  return {};
}

Status run_device_get(Session& session) {
  const std::string path = TRY(device_path(session));
  return show_device(session, TRY(ask(session, "GET", path)));
}

Status run_device_identities(Session& session) {
  const std::string path = TRY(device_path(session)) + "/identities";
  const json::object answer = TRY(ask(session, "GET", path));
  return show_list(session, answer, "identities", {"DeviceID", "Dcn", "Revoked", "Expiry date", "Assurance"},
                   {"device_id", "dcn", "revoked", "expires_at", "assurance"});
}

Status run_device_revoke(Session& session) {
  const std::string path = TRY(device_path(session));
  TRY(confirm_first(session, "The identity of " + session.args.device + " will be refused for ever."));
  const json::object answer =
      TRY(ask(session, "POST", path + "/revoke", json::object{{"reason", session.args.reason}}));
  tell_done(session, answer, "Revoked: " + session.args.device + " is refused from now on, a live session is closed");
  return {};
}

Status run_device_update(Session& session) {
  const json::object body = TRY(renaming_of(session.args));
  const std::string path = TRY(device_path(session));
  return show_device(session, TRY(ask(session, "PUT", path, body)));
}

Status run_device_move(Session& session) {
  const std::string fleet = TRY(fleet_id(session, session.args.fleet));
  const std::string path = TRY(device_path(session));
  return show_device(session, TRY(ask(session, "PUT", path, json::object{{"fleet_id", fleet}})));
}

Status run_device_rm(Session& session) {
  const std::string path = TRY(device_path(session));
  TRY(confirm_first(session, session.args.device + " will be removed, with its readings, jobs and variables."));
  const json::object answer = TRY(ask(session, "DELETE", path));
  tell_done(session, answer, "Removed: " + session.args.device + "; its unit may be claimed again");
  return {};
}

}  // namespace signet::cli
