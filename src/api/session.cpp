#include "api/session.h"

#include "api/metrics.h"
#include "api/shapes.h"
#include "crypto/digest.h"
#include "fleet/own_account.h"

namespace signet::api {
namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr std::string_view cookie_rules = "; Path=/; Secure; HttpOnly; SameSite=Strict";

std::string_view header_of(const net::HttpRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool reads(const net::HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Status check_proof(const net::HttpRequest& request, std::string_view token) {
  if (is_same_secret(header_of(request, csrf_header), csrf_of(token))) return {};
  return Error{Errc::forbidden, "the cookie came without the proof that our own page sent it (X-Signet-CSRF)"};
}

std::string what_of(const net::HttpRequest& request) { return request.method + " " + request.path; }

}  // namespace

std::string csrf_of(std::string_view token) {
  return base64url(crypto::hmac_sha256(bytes_of(token), bytes_of("signet: this page may act for the session")));
}

std::string header_token(const net::HttpRequest& request) {
  if (const std::string_view key = header_of(request, "x-api-key"); !key.empty()) return std::string{key};
  const std::string_view authorization = header_of(request, "authorization");
  return std::string{authorization.starts_with(bearer) ? authorization.substr(bearer.size()) : ""};
}

std::string cookie_token(const net::HttpRequest& request) {
  std::string_view rest = header_of(request, "cookie");
  std::string found;
  while (!rest.empty()) {
    const std::string_view pair = trimmed(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.size(), rest.find(';') == rest.npos ? rest.size() : rest.find(';') + 1));
    const auto equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != session_cookie) continue;
    if (!found.empty()) return {};  // somebody planted one beside ours
    found = pair.substr(equals + 1);
  }
  return found;
}

Status check_own_page(const net::HttpRequest& request) {
  const std::string_view site = header_of(request, "sec-fetch-site"), origin = header_of(request, "origin");
  if (site == "same-origin" || (site == "none" && reads(request))) return {};
  if (!site.empty()) return Error{Errc::forbidden, "a page of another site sent it (Sec-Fetch-Site)"};
  if (!origin.empty() && origin == "https://" + std::string{header_of(request, "host")}) return {};
  if (!origin.empty()) return Error{Errc::forbidden, "a page of another site sent it (Origin)"};
  if (reads(request)) return {};
  return Error{Errc::forbidden, "nothing says which page sent it (neither Sec-Fetch-Site nor Origin)"};
}

Result<fleet::Actor> identify(Service& service, Call& call, bool is_use) {
  const net::HttpRequest& request = call.request;
  call.token = header_token(request);
  if (call.token.empty()) {
    call.token = cookie_token(request);
    call.by_cookie = !call.token.empty();
  }
  if (!call.by_cookie) return service.fleet.authenticate(call.token, request.peer_address);
  Status ours = check_own_page(request);
  if (ours && !reads(request)) ours = check_proof(request, call.token);
  if (ours && is_use) return service.fleet.authenticate(call.token, request.peer_address);
  const fleet::Actor actor = TRY(service.fleet.authenticate(call.token, request.peer_address, false));
  if (ours) return actor;
  fleet::OwnAccount{service.fleet}.note_forged(actor, what_of(request), ours.error());
  return std::move(ours).error();
}

Result<bool> wants_cookie(Service& service, const Call& call) {
  const json::value* const said = call.body.if_contains("cookie");
  if (!said || !said->is_bool() || !said->as_bool()) return false;
  Status ours = check_own_page(call.request);
  if (ours && header_of(call.request, csrf_header).empty()) {
    ours = Error{Errc::forbidden, "no page of ours asked for a cookie (X-Signet-CSRF is missing)"};
  }
  if (ours) return true;
  const fleet::Actor nobody{{}, "", {}, call.request.peer_address};
  fleet::OwnAccount{service.fleet}.note_forged(nobody, what_of(call.request), ours.error());
  return std::move(ours).error();
}

Result<net::HttpResponse> begin_session(Service& service, const Call& call, const fleet::SignedIn& in, bool as_cookie) {
  json::object body = shape(in);
  body["csrf"] = nullptr;
  if (!as_cookie) return reply(std::move(body));
  if (const std::string former = cookie_token(call.request); !former.empty()) {
    const auto actor = service.fleet.authenticate(former, call.request.peer_address, false);
    if (actor) TRY(service.fleet.sign_out(actor.value(), former));
  }
  body["token"] = nullptr;
  body["csrf"] = csrf_of(in.token);
  net::HttpResponse out = reply(std::move(body));
  out.headers["set-cookie"] = std::string{session_cookie} + "=" + in.token + std::string{cookie_rules};
  return out;
}

void forget_cookie(net::HttpResponse& answer) {
  answer.headers["set-cookie"] = std::string{session_cookie} + "=" + std::string{cookie_rules} + "; Max-Age=0";
}

Result<net::HttpResponse> get_session(Service& service, const Call& call) {
  fleet::OwnAccount own{service.fleet};
  json::object body{{"account", nullptr}, {"csrf", nullptr}, {"runs_manager", false}};
  body["needs_setup"] = TRY(own.manager_waits());
  Call asked = call;
  const bool has_cookie = !cookie_token(call.request).empty();
  if (!has_cookie && header_token(call.request).empty()) return reply(std::move(body));
  const Result<fleet::Actor> actor = identify(service, asked, true);
  if (actor && !actor.value().only) {  // an API key has no session
    const fleet::AboutAccount about = TRY(own.about(actor.value()));
    body["account"] = shape(about.account);
    body["runs_manager"] = about.runs_manager;
    if (asked.by_cookie) body["csrf"] = csrf_of(asked.token);
  }
  net::HttpResponse out = reply(std::move(body));
  if (!actor && actor.error().code == Errc::unauthenticated && has_cookie) forget_cookie(out);
  return out;
}

}  // namespace signet::api
