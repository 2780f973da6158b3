#include "base/ids.h"
#include "cli/session.h"

namespace signet::cli {
namespace {

// The member with that e-mail address, or of that id.
Result<std::string> member_path(Session& session) {
  const std::string members = TRY(workspace_path(session)) + "/members";
  if (is_id(session.args.name, "acc-")) return members + "/" + session.args.name;
  const json::object answer = TRY(ask(session, "GET", members));
  for (const json::object& one : TRY(objects(answer, "members"))) {
    if (cell(one, "email") == session.args.name) return members + "/" + cell(one, "account_id");
  }
  return Error{Errc::not_found, "there is no member " + session.args.name + ": 'signet member ls' lists them"};
}

json::object order(const Arguments& args) {
  json::object out;
  if (!args.role.empty()) out["role"] = args.role;
  if (args.timeout) out["expires_in"] = *args.timeout;
  return out;
}

}  // namespace

Status run_member_ls(Session& session) {
  const std::string path = TRY(workspace_path(session));
  json::object answer = TRY(ask(session, "GET", path + "/members"));
  if (!session.args.all) {
    return show_list(session, answer, "members", {"E-mail", "Role", "Since", "ID"},
                     {"email", "role", "since", "account_id"});
  }
  const json::object open = TRY(ask(session, "GET", path + "/invitations"));
  return show_list(session, open, "invitations", {"ID", "E-mail", "Role", "Invited by", "Until"},
                   {"id", "email", "role", "invited_by", "expires_at"});
}

Status run_member_invite(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/invitations";
  json::object body = order(session.args);
  body["email"] = session.args.email;
  const json::object answer = TRY(ask(session, "POST", path, body));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object invitation = TRY(object_member(answer, "invitation"));
  const std::string ca = TRY(ca_fingerprint(session.config));
  session.env.out << "Hand this over to " << cell(invitation, "email") << "; it is shown this once and good until "
                  << cell(invitation, "expires_at") << ":\n  signet join '" << session.config.server
                  << "/join#token=" << cell(answer, "token") << "&ca=" << ca << "'\n";
  return {};
}

Status run_member_uninvite(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/invitations/" + percent_encode(session.args.name);
  return say(session, TRY(ask(session, "DELETE", path)), "Withdrawn");
}

Status run_member_role(Session& session) {
  const std::string path = TRY(member_path(session));
  const json::object answer = TRY(ask(session, "PUT", path, json::object{{"role", session.args.role}}));
  const json::object member = TRY(object_member(answer, "member"));
  return say(session, answer, cell(member, "email") + " is " + cell(member, "role"));
}

Status run_member_rm(Session& session) {
  const std::string path = TRY(member_path(session));
  return say(session, TRY(ask(session, "DELETE", path)), "Taken out, and so are the API keys that were theirs");
}

Status run_key_create(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/api-keys";
  json::object body = order(session.args);
  body["name"] = session.args.name;
  if (session.args.read_only) body["read_only"] = true;
  const json::object answer = TRY(ask(session, "POST", path, body));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object made = TRY(object_member(answer, "api_key"));
  print_table(session.env.out, {"Name", "WorkspaceID", "Role", "Key"},
              {{cell(made, "name"), cell(made, "workspace_id"), cell(made, "role"), cell(made, "key")}});
  session.env.out << "The key is shown this once: keep it safe, for example in SIGNET_API_KEY\n";
  return {};
}

Status run_key_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/api-keys";
  const json::object answer = TRY(ask(session, "GET", path));
  return show_list(session, answer, "api_keys",
                   {"ID", "Name", "Prefix", "Role", "Read only", "Created", "Last used", "Until"},
                   {"id", "name", "prefix", "role", "read_only", "created_at", "last_used", "expires_at"});
}

// By its id, its prefix, or a name that only one has.
Status run_key_revoke(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/api-keys";
  std::string id = session.args.name;
  if (!is_id(id, "tok-")) {
    std::vector<std::string> found;
    const json::object answer = TRY(ask(session, "GET", path));
    for (const json::object& one : TRY(objects(answer, "api_keys"))) {
      if (cell(one, "name") == id || cell(one, "prefix") == id) found.push_back(cell(one, "id"));
    }
    if (found.empty()) return Error{Errc::not_found, "there is no key \"" + id + "\": 'signet key ls' lists them"};
    if (found.size() > 1) return Error{Errc::conflict, "several keys are called \"" + id + "\": give the id"};
    id = found.front();
  }
  return say(session, TRY(ask(session, "DELETE", path + "/" + id)), "Revoked");
}

}  // namespace signet::cli
