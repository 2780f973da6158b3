#include "cli/session.h"

namespace signet::cli {
namespace {

Result<std::string> secret_of(Session& session, std::string_view prompt) { return session.env.ask_secret(prompt); }

}  // namespace

Status run_account_show(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/account"));
  const json::object account = TRY(object_member(answer, "account"));
  return say(session, answer,
             cell(account, "email") + " (" + cell(account, "id") + "), second factor: " +
                 cell(answer, "second_factor") + ", recovery codes left: " + cell(answer, "recovery_codes"));
}

Status run_account_sessions(Session& session) {
  if (!session.args.name.empty() || session.args.all) {
    const std::string which = session.args.all ? "" : "/" + percent_encode(session.args.name);
    return say(session, TRY(ask(session, "DELETE", "/v3/account/sessions" + which)), "Ended");
  }
  const json::object answer = TRY(ask(session, "GET", "/v3/account/sessions"));
  return show_list(session, answer, "sessions", {"ID", "From", "Since", "Last used", "Until", "This one"},
                   {"id", "address", "created_at", "last_used", "expires_at", "this"});
}

Status run_account_password(Session& session) {
  const std::string present = TRY(secret_of(session, "Present password: "));
  const std::string wanted = TRY(secret_of(session, "New password: "));
  if (wanted != TRY(secret_of(session, "New password again: "))) {
    return Error{Errc::malformed, "the two passwords differ: try again"};
  }
  const json::object body{{"password", present}, {"new_password", wanted}};
  return say(session, TRY(ask(session, "PUT", "/v3/account/password", body)),
             "Changed; your other sessions have ended");
}

Status run_account_totp_enable(Session& session) {
  const std::string password = TRY(secret_of(session, "Password: "));
  const json::object made = TRY(ask(session, "POST", "/v3/account/totp", json::object{{"password", password}}));
  session.env.err << "Give this to your authenticator; it is shown this once:\n  secret  " << cell(made, "secret")
                  << "\n  uri     " << cell(made, "uri") << std::endl;
  const std::string code = TRY(secret_of(session, "The code that it shows: "));
  const json::object answer = TRY(ask(session, "POST", "/v3/account/totp/confirm", json::object{{"code", code}}));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  session.env.out << "From now on a sign-in needs a code. Each of these takes its place once; they are shown this "
                     "once, keep them apart from it:\n";
  for (const json::value& one : TRY(array_member(answer, "recovery_codes"))) {
    if (one.is_string()) session.env.out << "  " << printable(std::string{one.as_string()}) << "\n";
  }
  return {};
}

Status run_account_totp_disable(Session& session) {
  const std::string password = TRY(secret_of(session, "Password: "));
  const std::string code = TRY(secret_of(session, "Code, or a recovery code: "));
  const json::object body{{"password", password}, {"code", code}};
  return say(session, TRY(ask(session, "POST", "/v3/account/totp/disable", body)), "A sign-in needs no code any more");
}

}  // namespace signet::cli
