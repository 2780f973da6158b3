// routes.h -- private to api/: every endpoint is one row, from which requests are judged and OpenAPI is written.
#pragma once

#include "api/api.h"
#include "api/metrics.h"
#include "api/streams.h"
#include "base/json.h"

namespace signet::api {

// A value that goes in or comes out. `type` is "string", "integer", "number", "boolean", "object", "time", "any", a
// Schema's name, or one of these with "[]" behind it; "?" at the end: may be null or absent.
struct Value {
  std::string_view name;
  std::string_view type;
  std::string_view meaning = "";
};

struct Schema {
  std::string_view name;
  std::vector<Value> fields;
};
const std::vector<Schema>& schemas();
std::vector<Schema> people_schemas();  // shapes_people.cpp
std::vector<Value> signed_in();        // what a sign-in answers
inline constexpr Value cookie_asked{"cookie", "boolean?",
                                    "for browsers: the session is a cookie that no script reads, and no token is told"};

enum class Access : std::uint8_t {
  open,     // to anybody
  limited,  // to anybody, rate limited by address
  token,    // with X-API-KEY or Authorization: Bearer, or with the cookie of a browser that signed in
  metrics,  // the same, or with the token of metrics_token_file, which opens nothing else
};

struct Call;
struct Service {
  fleet::Fleet& fleet;
  Clock& clock;
  Gate gate;
  About about;
  IssueEnrolled issue;
  Streams& streams;
  HttpMeter& meter;
  fleet::Readings* readings;  // for answers that are made later; none: the fleet's own, at once
  std::shared_ptr<const int> uploads = std::make_shared<int>();  // each that is under way holds one more of it
};
using Handler = Result<net::HttpResponse> (*)(Service&, const Call&);

struct Route {
  std::string_view method;
  std::string_view path;  // "{wks}" takes one segment
  Access access;
  std::string_view summary;
  Handler handler;
  std::vector<Value> query = {};
  std::vector<Value> body = {};
  std::vector<Value> answer = {};  // members of the JSON object; empty: see content_type
  std::string_view content_type = "application/json";
  std::size_t body_max = body_bytes_max;
  std::string_view body_type = "application/json";  // another: the body is bytes, and none of the members above
  bool is_promised = false;                         // a POST whose answer is made in steps: HttpResponse::later
};
const std::vector<Route>& routes();
void add_work(std::vector<Route>& to);          // routes_work.cpp
void add_data(std::vector<Route>& to);          // routes_data.cpp
void add_integrations(std::vector<Route>& to);  // integration.cpp
void add_exports(std::vector<Route>& to);       // export.cpp
std::vector<Schema> with_exports(std::vector<Schema> all);
void add_firmware(std::vector<Route>& to);  // firmware.cpp
std::vector<Schema> with_firmware(std::vector<Schema> all);
void add_fota(std::vector<Route>& to);  // fota.cpp
std::vector<Schema> with_fota(std::vector<Schema> all);
void add_dead_letters(std::vector<Route>& to);  // dead_letter.cpp
Schema dead_letter_schema();
void add_events(std::vector<Route>& to);   // events.cpp
void add_metrics(std::vector<Route>& to);  // metrics.cpp
void add_docs(std::vector<Route>& to);     // docs.cpp
std::vector<Schema> with_integrations(std::vector<Schema> all);
void add_people(std::vector<Route>& to);  // routes_people.cpp

// One request that found its route. Body and query hold only what the route names, of the types it names.
struct Call {
  const net::HttpRequest& request;
  std::vector<std::pair<std::string_view, std::string_view>> path;  // {"wks", "wks-..."}
  json::object body;
  fleet::Actor actor;
  std::string token;
  bool by_cookie = false;                           // the token was in the browser's cookie
  std::shared_ptr<const net::HttpRequest> whole{};  // the request, for what is made later

  Result<WorkspaceId> workspace() const;
  Result<DeviceId> device() const;
  Result<FleetId> fleet() const;
  fleet::Renaming renaming() const;  // "name" and "description" of the body
  std::string_view segment(std::string_view name) const;
  std::string text(std::string_view member) const;  // of the body; "" when absent
  std::optional<std::string> optional_text(std::string_view member) const;
  std::optional<std::vector<std::string>> optional_texts(std::string_view member) const;  // of a list in the body
  std::optional<std::string> query(std::string_view name) const;
  Result<std::size_t> query_number(std::string_view name, std::size_t fallback) const;
};

net::HttpResponse reply(json::object body);
// The device of the path, when it stands in the workspace of the path.
Result<fleet::Device> device_of(Service& service, const Call& call);

// Handlers, by the noun they are about.
#define SIGNET_HANDLER(name) Result<net::HttpResponse> name(Service& service, const Call& call)
SIGNET_HANDLER(set_up);  // account.cpp
SIGNET_HANDLER(log_in);
SIGNET_HANDLER(log_out);
SIGNET_HANDLER(get_session);  // session.cpp
SIGNET_HANDLER(get_account);  // own_account.cpp
SIGNET_HANDLER(list_sessions);
SIGNET_HANDLER(end_session);
SIGNET_HANDLER(end_other_sessions);
SIGNET_HANDLER(change_password);
SIGNET_HANDLER(enrol_totp);
SIGNET_HANDLER(confirm_totp);
SIGNET_HANDLER(disable_totp);
SIGNET_HANDLER(list_members);  // people.cpp
SIGNET_HANDLER(update_member);
SIGNET_HANDLER(remove_member);
SIGNET_HANDLER(list_invitations);
SIGNET_HANDLER(create_invitation);
SIGNET_HANDLER(remove_invitation);
SIGNET_HANDLER(accept_invitation);
SIGNET_HANDLER(join);
SIGNET_HANDLER(list_api_keys);
SIGNET_HANDLER(create_api_key);
SIGNET_HANDLER(revoke_api_key);
SIGNET_HANDLER(list_workspaces);  // workspace.cpp
SIGNET_HANDLER(create_workspace);
SIGNET_HANDLER(get_workspace);
SIGNET_HANDLER(update_workspace);
SIGNET_HANDLER(remove_workspace);
SIGNET_HANDLER(list_fleets);
SIGNET_HANDLER(create_fleet);
SIGNET_HANDLER(get_fleet);
SIGNET_HANDLER(update_fleet);
SIGNET_HANDLER(remove_fleet);
SIGNET_HANDLER(list_devices);  // device.cpp
SIGNET_HANDLER(create_device);
SIGNET_HANDLER(get_device);
SIGNET_HANDLER(update_device);
SIGNET_HANDLER(remove_device);
SIGNET_HANDLER(list_identities);
SIGNET_HANDLER(get_workspace_twin);
SIGNET_HANDLER(get_device_status);
SIGNET_HANDLER(begin_claim);  // claim.cpp
SIGNET_HANDLER(finish_claim);
SIGNET_HANDLER(claim_legacy);
SIGNET_HANDLER(unclaim);
SIGNET_HANDLER(revoke);
SIGNET_HANDLER(import_manifest);  // registry.cpp
SIGNET_HANDLER(list_registry);
SIGNET_HANDLER(get_registered);
SIGNET_HANDLER(quarantine);
SIGNET_HANDLER(release);
SIGNET_HANDLER(enroll);
SIGNET_HANDLER(list_jobs);  // job.cpp
SIGNET_HANDLER(get_job);
SIGNET_HANDLER(schedule_job);
SIGNET_HANDLER(schedule_jobs);
SIGNET_HANDLER(cancel_job);
SIGNET_HANDLER(list_variables);  // variable.cpp
SIGNET_HANDLER(get_variable);
SIGNET_HANDLER(set_variable);
SIGNET_HANDLER(unset_variable);
SIGNET_HANDLER(get_twin);
SIGNET_HANDLER(change_twin);
SIGNET_HANDLER(list_conditions);  // condition.cpp
SIGNET_HANDLER(list_device_conditions);
SIGNET_HANDLER(get_data);  // data.cpp
SIGNET_HANDLER(get_data_page);
SIGNET_HANDLER(get_data_csv);
SIGNET_HANDLER(get_data_jsonl);
SIGNET_HANDLER(aggregate_data);
SIGNET_HANDLER(set_retention);
SIGNET_HANDLER(get_audit);     // audit.cpp
SIGNET_HANDLER(get_security);  // security.cpp
SIGNET_HANDLER(ban);
SIGNET_HANDLER(unban);
SIGNET_HANDLER(get_server);  // server.cpp
SIGNET_HANDLER(get_ca);
SIGNET_HANDLER(get_health);
SIGNET_HANDLER(get_openapi);
#undef SIGNET_HANDLER

}  // namespace signet::api
