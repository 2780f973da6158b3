#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {

std::vector<Schema> people_schemas() {
  const std::vector<Value> key{{"id", "string"},
                               {"name", "string"},
                               {"prefix", "string", "its first characters"},
                               {"workspace_id", "string"},
                               {"account_id", "string", "whose it is: it may never do more than that member"},
                               {"role", "string", "what it may at most"},
                               {"read_only", "boolean"},
                               {"created_at", "time"},
                               {"expires_at", "time?"},
                               {"last_used", "time?", "to about a minute"}};
  std::vector<Value> new_key = key;
  new_key.push_back({"key", "string", "shown this once"});
  return {{"ApiKey", key},
          {"NewApiKey", new_key},
          {"Session",
           {{"id", "string"},
            {"address", "string", "where it was signed in"},
            {"created_at", "time"},
            {"last_used", "time?", "to about a minute"},
            {"expires_at", "time?"},
            {"this", "boolean", "the one that asks"}}},
          {"Member",
           {{"account_id", "string"},
            {"email", "string"},
            {"role", "string", "viewer, operator, admin or owner"},
            {"since", "time"}}},
          {"Invitation",
           {{"id", "string"},
            {"workspace_id", "string"},
            {"email", "string"},
            {"role", "string"},
            {"invited_by", "string", "e-mail of a member"},
            {"created_at", "time"},
            {"expires_at", "time"}}}};
}

json::object shape(const fleet::Account& account) {
  return {{"id", account.id.str()}, {"email", account.email}, {"created_at", rfc3339(account.created_at)}};
}

json::object shape(const fleet::SignedIn& in) {
  return {{"token", in.token}, {"account", shape(in.account)}, {"workspace", shape(in.workspace)}};
}

json::object shape(const fleet::Member& member) {
  return {{"account_id", member.account.id.str()},
          {"email", member.account.email},
          {"role", name_of(member.role)},
          {"since", rfc3339(member.since)}};
}

json::object shape(const fleet::Invitation& invitation) {
  return {{"id", invitation.id.str()},
          {"workspace_id", invitation.workspace.str()},
          {"email", invitation.email},
          {"role", name_of(invitation.role)},
          {"invited_by", invitation.by.email},
          {"created_at", rfc3339(invitation.created_at)},
          {"expires_at", rfc3339(invitation.expires_at)}};
}

json::object shape(const fleet::Token& key) {
  return {{"id", key.id.str()},
          {"name", key.name},
          {"prefix", key.prefix},
          {"workspace_id", key.only.value_or(WorkspaceId{}).str()},
          {"account_id", key.account.str()},
          {"role", name_of(key.role)},
          {"read_only", key.read_only},
          {"created_at", rfc3339(key.created_at)},
          {"expires_at", or_null(key.expires_at)},
          {"last_used", or_null(key.last_used)}};
}

}  // namespace signet::api
