#include "fleet/people.h"

#include "api/page.h"
#include "api/session.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

Result<fleet::Role> role_in(const Call& call, fleet::Role otherwise) {
  const std::optional<std::string> said = call.optional_text("role");
  if (!said) return otherwise;
  return fleet::read_role(*said);
}

// Far more than any limit that the fleet sets, and no overflow.
Result<std::optional<Seconds>> lasts_in(const Call& call) {
  const json::value* const said = call.body.if_contains("expires_in");
  if (!said || !said->is_int64()) return std::optional<Seconds>{};
  if (said->as_int64() < 1 || said->as_int64() > std::numeric_limits<std::int32_t>::max()) {
    return Error{Errc::malformed, "\"expires_in\" is less than a second, or too many"};
  }
  return std::optional{Seconds{said->as_int64()}};
}

}  // namespace

Result<net::HttpResponse> list_members(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Member& one : TRY(fleet::People{service.fleet}.members(call.actor, workspace))) {
    all.push_back({key_of(one.since, one.account.id.str()), shape(one)});
  }
  return reply_page(call, "members", std::move(all));
}

Result<net::HttpResponse> update_member(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const AccountId account = TRY(AccountId::parse(call.segment("acc")));
  const fleet::Role role = TRY(role_in(call, fleet::Role::viewer));
  return reply({{"member", shape(TRY(fleet::People{service.fleet}.set_role(call.actor, workspace, account, role)))}});
}

Result<net::HttpResponse> remove_member(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const AccountId account = TRY(AccountId::parse(call.segment("acc")));
  TRY(fleet::People{service.fleet}.remove(call.actor, workspace, account));
  return reply({});
}

Result<net::HttpResponse> list_invitations(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Invitation& one : TRY(fleet::People{service.fleet}.invitations(call.actor, workspace))) {
    all.push_back({one.id.str(), shape(one)});
  }
  return reply_page(call, "invitations", std::move(all));
}

Result<net::HttpResponse> create_invitation(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  fleet::InviteOrder order{.email = call.text("email")};
  order.role = TRY(role_in(call, order.role));
  order.lasts = TRY(lasts_in(call)).value_or(order.lasts);
  const fleet::Invited made = TRY(fleet::People{service.fleet}.invite(call.actor, workspace, order));
  return reply({{"invitation", shape(made.invitation)}, {"token", made.token}});
}

Result<net::HttpResponse> remove_invitation(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const InvitationId id = TRY(InvitationId::parse(call.segment("inv")));
  TRY(fleet::People{service.fleet}.withdraw(call.actor, workspace, id));
  return reply({});
}

Result<net::HttpResponse> accept_invitation(Service& service, const Call& call) {
  const fleet::Joined joined = TRY(fleet::People{service.fleet}.accept(call.actor, call.text("token")));
  return reply({{"workspace", shape(joined.workspace)}, {"role", name_of(joined.role)}});
}

Result<net::HttpResponse> join(Service& service, const Call& call) {
  const bool as_cookie = TRY(wants_cookie(service, call));
  const fleet::SignedIn in =
      TRY(fleet::People{service.fleet}.join(call.text("token"), call.text("password"), call.request.peer_address));
  return begin_session(service, call, in, as_cookie);
}

Result<net::HttpResponse> list_api_keys(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Token& one : TRY(fleet::People{service.fleet}.keys(call.actor, workspace))) {
    all.push_back({key_of(one.created_at, one.id.str()), shape(one)});
  }
  return reply_page(call, "api_keys", std::move(all));
}

Result<net::HttpResponse> create_api_key(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  fleet::KeyOrder order{.name = call.text("name")};
  order.role = TRY(role_in(call, order.role));
  order.lasts = TRY(lasts_in(call));
  if (const json::value* only = call.body.if_contains("read_only"))
    order.read_only = only->is_bool() && only->as_bool();
  const fleet::MadeKey made = TRY(fleet::People{service.fleet}.create_key(call.actor, workspace, order));
  json::object key = shape(made.key);
  key["key"] = made.text;
  return reply({{"api_key", std::move(key)}});
}

Result<net::HttpResponse> revoke_api_key(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const TokenId id = TRY(TokenId::parse(call.segment("tok")));
  TRY(fleet::People{service.fleet}.revoke_key(call.actor, workspace, id));
  return reply({});
}

}  // namespace signet::api
