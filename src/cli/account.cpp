#include "cli/follow_ca.h"
#include "cli/session.h"

#include "identity/certificate.h"

namespace signet::cli {
namespace {

Result<std::string> read_line(Session& session, std::string_view missing) {
  std::string line;
  if (!std::getline(session.env.in, line) || line.empty()) return Error{Errc::malformed, std::string{missing}};
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<std::string> email_of(Session& session) {
  if (!session.args.email.empty()) return session.args.email;
  session.env.err << "E-mail: " << std::flush;
  return read_line(session, "no e-mail was given: add --email you@example.org");
}

Result<std::string> password_of(Session& session, bool is_new) {
  if (session.args.password_stdin) return read_line(session, "standard input holds no password");
  std::string first = TRY(session.env.ask_secret("Password: "));
  if (is_new && first != TRY(session.env.ask_secret("Password again: "))) {
    return Error{Errc::malformed, "the two passwords differ: try again"};
  }
  return first;
}

// The CA that the link names, whoever answers there: its hash is in the link, which came to us another way.
Result<std::string> fetch_ca(Session& session, const SetupLink& link) {
  net::HttpCall call;
  call.url = link.server + "/ca.pem";
  call.accept_any_certificate_to_learn_its_ca = true;
  call.response_bytes_max = 16 * 1024;
  const net::HttpAnswer answer = TRY(session.env.http(call));
  const Result<identity::Certificate> ca = identity::read_certificate(bytes_of(answer.body));
  if (answer.status != 200 || !ca) {
    return Error{Errc::unavailable, link.server + " gave no CA certificate: is it a Signet manager?"};
  }
  if (hex(identity::fingerprint(ca.value())) != link.ca) {
    return Error{Errc::forbidden, link.server +
                                      " is not the manager of this link (another CA): somebody stands between, "
                                      "or the link is of another manager. Nothing was sent to it."};
  }
  return identity::pem("CERTIFICATE", ca.value().der);
}

Status remember(Session& session, const json::object& answer) {
  session.config.token = TRY(string_member(answer, "token"));
  TRY(store_config(session.config_path, session.config));
  const json::object workspace = TRY(object_member(answer, "workspace"));
  if (session.args.as_json) {
    const json::object account = TRY(object_member(answer, "account"));
    print_json(session.env.out,
               json::object{{"server", session.config.server}, {"account", account}, {"workspace", workspace}});
    return {};
  }
  session.env.out << "Signed in at " << session.config.server << " as " << printable(session.config.email)
                  << ", workspace " << cell(workspace, "name") << " (" << cell(workspace, "id") << ")\n";
  return {};
}

}  // namespace

Status run_setup(Session& session) {
  const SetupLink link = TRY(parse_setup_link(session.args.link));
  const std::string ca_pem = TRY(fetch_ca(session, link));
  const std::string email = TRY(email_of(session));
  session.config = {link.server, ca_pem, "", email};
  const std::string password = TRY(password_of(session, true));
  const json::object body{{"token", link.token}, {"email", session.config.email}, {"password", password}};
  Result<json::object> answer = ask(session, "POST", "/v3/setup", body);
  if (!answer && answer.error().code == Errc::unauthenticated) {
    return Error{Errc::unauthenticated,
                 "the manager does not take this link: use the one that signetd printed at its "
                 "last start"};
  }
  TRY(remember(session, TRY(std::move(answer))));
  if (!session.args.as_json) session.env.out << "Next: signet registry import, then signet device create\n";
  return {};
}

// Whoever is signed in at that manager takes it with that account; anybody else makes the account that it is for.
Status run_join(Session& session) {
  const SetupLink link = TRY(parse_join_link(session.args.link));
  const bool known = session.config.server == link.server && !session.config.token.empty();
  if (known && TRY(ca_fingerprint(session.config)) == link.ca) {
    const json::object answer =
        TRY(ask(session, "POST", "/v3/invitations/accept", json::object{{"token", link.token}}));
    const json::object workspace = TRY(object_member(answer, "workspace"));
    if (session.args.as_json)
      print_json(session.env.out, answer);
    else
      session.env.out << "You are " << cell(answer, "role") << " in " << cell(workspace, "name") << " ("
                      << cell(workspace, "id") << ")\n";
    return {};
  }
  const std::string ca = TRY(fetch_ca(session, link));
  session.config = {link.server, ca, "", ""};
  const std::string password = TRY(password_of(session, true));
  const json::object answer =
      TRY(ask(session, "POST", "/v3/join", json::object{{"token", link.token}, {"password", password}}));
  session.config.email = cell(TRY(object_member(answer, "account")), "email");
  return remember(session, answer);
}

Status run_login(Session& session) {
  session.config.token.clear();
  session.config.email = TRY(email_of(session));
  const std::string password = TRY(password_of(session, false));
  json::object body{{"email", session.config.email}, {"password", password}};
  if (!session.args.code.empty()) body["code"] = session.args.code;
  Result<json::object> answer = ask(session, "POST", "/v3/login", body);
  if (!answer && session.args.code.empty() && answer.error().what.find("second factor") != std::string::npos) {
    if (session.args.password_stdin) {
      return Error{Errc::unauthenticated, "this account has a second factor: add --code CODE"};
    }
    body["code"] = TRY(session.env.ask_secret("Code, or a recovery code: "));
    answer = ask(session, "POST", "/v3/login", body);
  }
  const bool known = !session.config.server.empty() && !session.config.ca_pem.empty();
  if (!answer && known && answer.error().code == Errc::unauthenticated) {
    return Error{Errc::unauthenticated,
                 body.contains("code") ? "wrong e-mail, password or code" : "wrong e-mail or password"};
  }
  TRY(remember(session, TRY(std::move(answer))));
  const Result<json::object> about = ask(session, "GET", "/v3/server");
  const Result<json::object> server = about ? object_member(about.value(), "server") : about.error();
  return server ? follow_ca(session, server.value()) : Status{};  // signed in is signed in
}

Status run_logout(Session& session) {
  if (session.config.token.empty()) return Error{Errc::conflict, "you are not signed in"};
  session.env.api_key.clear();  // it would win over the token, and the manager would forget the key instead
  const Result<json::object> answer = ask(session, "POST", "/v3/logout");
  session.config.token.clear();
  TRY(store_config(session.config_path, session.config));
  if (!answer && answer.error().code != Errc::unauthenticated) return answer.error();  // an expired one is gone anyway
  if (session.args.as_json)
    print_json(session.env.out, json::object{});
  else
    session.env.out << "Signed out\n";
  return {};
}

}  // namespace signet::cli
