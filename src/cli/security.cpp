#include "cli/session.h"

namespace signet::cli {
namespace {

constexpr unsigned ban_seconds = 3600;

}  // namespace

Status run_security_top(Session& session) {
  const std::string size = std::to_string(session.args.count.value_or(20));
  const json::object answer = TRY(ask(session, "GET", "/v3/security/top?size=" + size));
  TRY(show_list(session, answer, "knockers",
                {"Address", "Failed", "Refused", "Connections", "At home", "Last seen", "Banned until", "Reason"},
                {"address", "failed", "refused", "connections", "at_home", "last_seen", "banned_until", "reason"}));
  if (session.args.as_json || TRY(objects(answer, "bans")).empty()) return {};
  session.env.out << '\n';
  return show_list(session, answer, "bans", {"Banned", "Until", "By a person", "Strikes", "Reason"},
                   {"address", "until", "manual", "strikes", "reason"});
}

Status run_security_ban(Session& session) {
  const Arguments& args = session.args;
  const unsigned seconds = args.timeout.value_or(ban_seconds);
  const json::object answer =
      TRY(ask(session, "POST", "/v3/security/bans",
              json::object{{"address", args.name}, {"seconds", seconds}, {"reason", args.reason}}));
  if (args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << args.name << " is kept out for " << seconds << " seconds, or until 'signet security unban'\n";
  return {};
}

Status run_security_unban(Session& session) {
  const std::string path = "/v3/security/bans?address=" + percent_encode(session.args.name);
  const json::object answer = TRY(ask(session, "DELETE", path));
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << session.args.name << " may connect again\n";
  return {};
}

}  // namespace signet::cli
