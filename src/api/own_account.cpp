#include "fleet/own_account.h"

#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {

Result<net::HttpResponse> get_account(Service& service, const Call& call) {
  const fleet::AboutAccount about = TRY(fleet::OwnAccount{service.fleet}.about(call.actor));
  return reply({{"account", shape(about.account)},
                {"second_factor", about.second_factor},
                {"recovery_codes", about.recovery_codes}});
}

Result<net::HttpResponse> list_sessions(Service& service, const Call& call) {
  std::vector<Listed> all;
  for (const fleet::Token& one : TRY(fleet::OwnAccount{service.fleet}.sessions(call.actor))) {
    json::object shown{{"id", one.id.str()},
                       {"address", one.address},
                       {"created_at", rfc3339(one.created_at)},
                       {"last_used", or_null(one.last_used)},
                       {"expires_at", or_null(one.expires_at)},
                       {"this", one.id == call.actor.token}};
    all.push_back({key_of(one.created_at, one.id.str()), std::move(shown)});
  }
  return reply_page(call, "sessions", std::move(all));
}

Result<net::HttpResponse> end_session(Service& service, const Call& call) {
  const TokenId id = TRY(TokenId::parse(call.segment("tok")));
  TRY(fleet::OwnAccount{service.fleet}.end_session(call.actor, id));
  return reply({});
}

Result<net::HttpResponse> end_other_sessions(Service& service, const Call& call) {
  TRY(fleet::OwnAccount{service.fleet}.end_other_sessions(call.actor));
  return reply({});
}

Result<net::HttpResponse> change_password(Service& service, const Call& call) {
  TRY(fleet::OwnAccount{service.fleet}.change_password(call.actor, call.text("password"), call.text("new_password")));
  return reply({});
}

Result<net::HttpResponse> enrol_totp(Service& service, const Call& call) {
  const fleet::Enrolment made = TRY(fleet::OwnAccount{service.fleet}.enrol(call.actor, call.text("password")));
  return reply({{"secret", made.secret}, {"uri", made.uri}});
}

Result<net::HttpResponse> confirm_totp(Service& service, const Call& call) {
  json::array codes;
  for (const std::string& one : TRY(fleet::OwnAccount{service.fleet}.confirm(call.actor, call.text("code")))) {
    codes.push_back(json::string{one});
  }
  return reply({{"recovery_codes", std::move(codes)}});
}

Result<net::HttpResponse> disable_totp(Service& service, const Call& call) {
  TRY(fleet::OwnAccount{service.fleet}.disable(call.actor, call.text("password"), call.text("code")));
  return reply({});
}

}  // namespace signet::api
