// session.h -- private to cli/: one command's run: what was asked, where to say it, and the manager to ask.
#pragma once

#include "cli/cli.h"
#include "cli/config.h"
#include "cli/output.h"

#include <optional>

namespace signet::cli {

inline constexpr std::size_t answer_depth_max = 64;  // payloads may be json_depth_max deep, and stand inside answers
inline constexpr std::size_t page_rows = 1000;       // of a list, where a command asks for all of it

// Everything that a command line may say. Each command reads its own.
struct Arguments {
  std::string server;
  std::string ca_file;
  std::string config_file;
  std::string profile;
  std::string workspace;

  std::string name;
  std::optional<std::string> new_name;
  std::optional<std::string> new_description;
  std::string description;
  std::string fleet;
  std::string device;
  std::string board;
  std::string reason;
  std::string link;
  std::string email;
  std::string code;
  std::string role;
  std::string file;
  std::string out_file;
  std::string log_signer;
  std::vector<std::string> roots;
  std::vector<std::string> words;  // of a command whose arguments depend on its flags
  std::vector<std::string> devices;
  std::vector<std::string> tags;
  std::string start;
  std::string end;
  std::optional<std::size_t> count;
  std::optional<unsigned> timeout;  // seconds

  std::string value;
  std::vector<std::pair<std::string, std::string>> pairs;
  std::vector<std::string> fleets;
  std::optional<unsigned> retries;
  std::optional<unsigned> retry_after;  // seconds

  std::vector<std::string> links;
  std::string format;
  std::string interval;
  std::optional<unsigned> days;
  std::string status;
  std::string opcode;
  std::string stream;
  std::vector<std::string> streams;

  std::string version;
  std::string os_version;
  std::string kind;
  std::string machine;
  std::string key;
  std::vector<std::string> keys;
  std::vector<std::string> images;
  std::string folder;
  std::string introduce;
  std::string retire;

  unsigned baud = 115200;
  std::uint16_t port = 8883;
  bool as_json = false;
  bool yes = false;
  bool password_stdin = false;
  bool read_only = false;
  bool all = false;
  bool apply = false;
  bool example = false;
  bool on = false;
  bool off = false;
  bool wait = false;
};

inline constexpr unsigned retries_max = 2;  // of a GET that came too often (429)
inline constexpr Seconds patience_max{30};  // before each; a manager that wants more is told to the person

struct Session {
  Environment& env;
  const Arguments& args;
  Config config;
  std::string config_path;
};

// Reads config.json and lets --server, --ca and SIGNET_API_KEY win over it.
Result<Session> open_session(Environment& env, const Arguments& args);

// One call to the manager: the answer's JSON object. `body` null: none. An error names the next step.
Result<json::object> ask(Session& session, std::string_view method, const std::string& path,
                         const json::value& body = nullptr);

// A list that comes in pages: an answer with all of it.
Result<json::object> ask_all(Session& session, const std::string& path, std::string_view list);

// The answer's bytes as they come, until `take` says false. `behind`: id of the last event that is known.
Status ask_for_stream(Session& session, const std::string& path, const std::string& behind, Seconds timeout,
                      const std::function<bool(std::string_view)>& take);
// The same, whatever the answer is made of.
Result<net::HttpAnswer> fetch(Session& session, std::string_view method, const std::string& path,
                              const json::value& body = nullptr);

// The same with a file as its body.
Result<json::object> ask_with_file(Session& session, std::string_view method, const std::string& path, Bytes file);

// What --workspace says, an id or a name; the only one when it says nothing.
Result<std::string> workspace_of(Session& session);
// "/v3/workspaces/<id>"
Result<std::string> workspace_path(Session& session);
// Ids from what a person may write: an id, or a name that only one has.
Result<std::string> fleet_id(Session& session, const std::string& name);
// Values are JSON where they can be, and text otherwise.
json::object object_of(const std::vector<std::pair<std::string, std::string>>& pairs);
Result<std::string> device_id(Session& session, const std::string& name);
// What --name and --description say of something that is there; malformed when they say nothing.
Result<json::object> renaming_of(const Arguments& args);
// The manager's answer, or one line about what was done.
void tell_done(Session& session, const json::object& answer, const std::string& line);
// The id of the one that is called so.
Result<std::string> pick(const std::vector<json::object>& all, const std::string& wanted, const std::string& noun);
// "/v3/workspaces/<id>/devices/<id>" of args.device.
Result<std::string> device_path(Session& session);

// The objects of a list in an answer; what is no object is skipped.
Result<std::vector<json::object>> objects(const json::object& answer, std::string_view name);
// The manager's answer as JSON, or what it means in words.
Status say(Session& session, const json::object& answer, const std::string& words);
// The answer as JSON, or `one` of it as a table of all its members.
Status show_members(Session& session, const json::object& answer, const json::object& one);
// The manager's answer as JSON, or its list as a table of these members.
Status show_list(Session& session, const json::object& answer, std::string_view list, const Row& header,
                 const std::vector<std::string_view>& members);

// Asks before what cannot be undone; conflict when the person does not say yes.
Status confirm_first(Session& session, const std::string& question);

using Command = Status (*)(Session&);
Status run_setup(Session& session);  // account.cpp
Status run_join(Session& session);
Status run_login(Session& session);
Status run_logout(Session& session);
Status run_status(Session& session);        // status.cpp
Status run_workspace_ls(Session& session);  // workspace.cpp
Status run_workspace_create(Session& session);
Status run_fleet_ls(Session& session);
Status run_fleet_create(Session& session);
Status run_workspace_update(Session& session);
Status run_workspace_rm(Session& session);
Status run_fleet_update(Session& session);
Status run_fleet_rm(Session& session);
Status run_account_show(Session& session);  // own_account.cpp
Status run_account_sessions(Session& session);
Status run_account_password(Session& session);
Status run_account_totp_enable(Session& session);
Status run_account_totp_disable(Session& session);
Status run_member_ls(Session& session);  // member.cpp
Status run_member_invite(Session& session);
Status run_member_uninvite(Session& session);
Status run_member_role(Session& session);
Status run_member_rm(Session& session);
Status run_key_create(Session& session);
Status run_key_ls(Session& session);
Status run_key_revoke(Session& session);
Status run_device_create(Session& session);  // device.cpp
Status run_device_ls(Session& session);
Status run_device_get(Session& session);
Status run_device_identities(Session& session);
Status run_device_revoke(Session& session);
Status run_device_update(Session& session);
Status run_device_move(Session& session);
Status run_device_rm(Session& session);
Status run_device_claim(Session& session);  // claim.cpp
Status run_device_unclaim(Session& session);
Status run_secret_set(Session& session);  // secret.cpp
Status run_secret_ls(Session& session);
Status run_secret_rm(Session& session);
Status run_registry_import(Session& session);  // registry.cpp
Status run_registry_ls(Session& session);
Status run_registry_show(Session& session);
Status run_registry_quarantine(Session& session);
Status run_registry_release(Session& session);
Status run_registry_enroll(Session& session);
Status run_job_schedule(Session& session);  // job.cpp
Status run_job_check(Session& session);
Status run_job_ls(Session& session);
Status run_variable_ls(Session& session);  // variable.cpp
Status run_variable_get(Session& session);
Status run_variable_set(Session& session);
Status run_variable_unset(Session& session);
Status run_audit_verify(Session& session);  // audit_chain.cpp
Status run_audit_export(Session& session);
Status run_condition_ls(Session& session);  // condition.cpp
Status run_job_cancel(Session& session);
Status run_integration_create(Session& session);  // integration.cpp
Status run_integration_ls(Session& session);
Status run_integration_show(Session& session);
Status run_integration_update(Session& session);
Status run_integration_rm(Session& session);
Status run_integration_test(Session& session);
Status run_dead_ls(Session& session);  // dead_letter.cpp
Status run_dead_show(Session& session);
Status run_dead_replay(Session& session);
Status run_dead_rm(Session& session);
Result<std::string> integration_path(Session& session);  // of args.name, an id or a name
Status run_watch(Session& session);                      // watch.cpp
Status run_data_ls(Session& session);                    // data.cpp
Status run_data_tail(Session& session);
Status run_data_aggregate(Session& session);
Status run_data_retention(Session& session);
Status run_data_export(Session& session);  // data_export.cpp
Status run_element_new(Session& session);  // element_new.cpp
Status run_element_request(Session& session);
Status run_element_install(Session& session);
Status run_security_top(Session& session);  // security.cpp
Status run_security_ban(Session& session);
Status run_security_unban(Session& session);
Status run_security_nft(Session& session);
Status run_audit_ls(Session& session);  // audit.cpp
Status run_audit_tail(Session& session);
Status run_element_show(Session& session);  // element.cpp
Status run_element_explain(Session& session);
Status run_element_selftest(Session& session);
Status run_element_probe(Session& session);    // element_probe.cpp
Status run_element_plan(Session& session);     // element_plan.cpp
Status run_firmware_keygen(Session& session);  // firmware_key.cpp
Status run_firmware_sign(Session& session);
Status run_firmware_build(Session& session);  // firmware.cpp
Status run_firmware_inspect(Session& session);
Status run_firmware_verify(Session& session);
Status run_firmware_flash(Session& session);  // firmware_flash.cpp
Status run_firmware_install(Session& session);
Status run_firmware_confirm(Session& session);
Status run_firmware_create(Session& session);  // firmware_manager.cpp
Status run_firmware_ls(Session& session);
Status run_firmware_update(Session& session);
Status run_firmware_show(Session& session);
Status run_firmware_upload(Session& session);
Status run_firmware_rm(Session& session);
Result<std::string> firmware_id(Session& session, const std::string& name);  // of an id or a name
Status run_fota_schedule(Session& session);                                  // fota.cpp
Status run_fota_check(Session& session);
Status run_fota_ls(Session& session);
Status run_fota_cancel(Session& session);

}  // namespace signet::cli
