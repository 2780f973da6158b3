// Routes about people: members, invitations, API keys.
#include "api/page.h"
#include "api/routes.h"

namespace signet::api {

std::vector<Value> signed_in() {
  return {{"token", "string?", "send it as Authorization: Bearer; null when it comes as a cookie"},
          {"csrf", "string?", "with a cookie: X-Signet-CSRF of requests that change something"},
          {"account", "Account"},
          {"workspace", "Workspace"}};
}

namespace {

void add_members(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/members",
                Access::token,
                "Who works here, and as what",
                list_members,
                with_page(),
                {},
                paged({"members", "Member[]"})});
  to.push_back({"PUT",
                "/v3/workspaces/{wks}/members/{acc}",
                Access::token,
                "Give a member another role",
                update_member,
                {},
                {{"role", "string", "viewer, operator, admin or owner; at most yours"}},
                {{"member", "Member"}}});
  to.push_back({"DELETE", "/v3/workspaces/{wks}/members/{acc}", Access::token,
                "Take a member out, or leave; the last owner stays", remove_member});
}

void add_invitations(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/invitations",
                Access::token,
                "Invitations that are open",
                list_invitations,
                with_page(),
                {},
                paged({"invitations", "Invitation[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/invitations",
                Access::token,
                "Invite somebody; no mail is sent: hand the token over",
                create_invitation,
                {},
                {{"email", "string"},
                 {"role", "string?", "viewer when absent; at most yours"},
                 {"expires_in", "integer?", "seconds, up to 30 days; 7 days"}},
                {{"invitation", "Invitation"}, {"token", "string", "shown this once"}}});
  to.push_back(
      {"DELETE", "/v3/workspaces/{wks}/invitations/{inv}", Access::token, "Withdraw an invitation", remove_invitation});
  to.push_back({"POST",
                "/v3/invitations/accept",
                Access::token,
                "Become a member: the invitation is for the e-mail you signed in with",
                accept_invitation,
                {},
                {{"token", "string"}},
                {{"workspace", "Workspace"}, {"role", "string"}}});
  to.push_back({"POST",
                "/v3/join",
                Access::limited,
                "Make the account that an invitation is for, and become a member",
                join,
                {},
                {{"token", "string"}, {"password", "string", "12 to 1024 bytes"}, cookie_asked},
                signed_in()});
}

void add_api_keys(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/workspaces/{wks}/api-keys",
                Access::token,
                "Its API keys; no secret comes back",
                list_api_keys,
                with_page(),
                {},
                paged({"api_keys", "ApiKey[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/api-keys",
                Access::token,
                "Make an API key bound to one workspace",
                create_api_key,
                {},
                {{"name", "string", "1 to 128 bytes"},
                 {"role", "string?", "what it may at most; operator when absent, at most yours"},
                 {"read_only", "boolean?", "it changes nothing"},
                 {"expires_in", "integer?", "seconds; it lasts until it is revoked when absent"}},
                {{"api_key", "NewApiKey"}}});
  to.push_back({"DELETE", "/v3/workspaces/{wks}/api-keys/{tok}", Access::token, "Revoke an API key", revoke_api_key});
}

void add_own_account(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/account",
                Access::token,
                "Your account",
                get_account,
                {},
                {},
                {{"account", "Account"},
                 {"second_factor", "boolean", "a sign-in needs a code"},
                 {"recovery_codes", "integer", "that are left"}}});
  to.push_back({"PUT",
                "/v3/account/password",
                Access::token,
                "Change your password; the other sessions end",
                change_password,
                {},
                {{"password", "string", "the present one"}, {"new_password", "string", "12 to 1024 bytes"}}});
  to.push_back({"GET",
                "/v3/account/sessions",
                Access::token,
                "Where you are signed in",
                list_sessions,
                with_page(),
                {},
                paged({"sessions", "Session[]"})});
  to.push_back({"DELETE", "/v3/account/sessions", Access::token, "End all sessions but this", end_other_sessions});
  to.push_back({"DELETE", "/v3/account/sessions/{tok}", Access::token, "End a session", end_session});
}

void add_second_factor(std::vector<Route>& to) {
  to.push_back({"POST",
                "/v3/account/totp",
                Access::token,
                "Begin a second factor: codes that change by time (RFC 6238)",
                enrol_totp,
                {},
                {{"password", "string"}},
                {{"secret", "string", "base32, shown this once"}, {"uri", "string", "the same for an authenticator"}}});
  to.push_back({"POST",
                "/v3/account/totp/confirm",
                Access::token,
                "Turn it on by a code; the other sessions end",
                confirm_totp,
                {},
                {{"code", "string"}},
                {{"recovery_codes", "string[]", "each takes a code's place once; shown this once"}}});
  to.push_back({"POST",
                "/v3/account/totp/disable",
                Access::token,
                "Turn it off",
                disable_totp,
                {},
                {{"password", "string"}, {"code", "string", "or a recovery code"}}});
}

}  // namespace

void add_people(std::vector<Route>& to) {
  add_own_account(to);
  add_second_factor(to);
  add_members(to);
  add_invitations(to);
  add_api_keys(to);
}

}  // namespace signet::api
