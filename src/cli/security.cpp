#include "base/port/file.h"
#include "cli/session.h"
#include "guard/nft.h"

namespace signet::cli {
namespace {

constexpr unsigned ban_seconds = 3600;

// "180 unknown certificate, 20 banned"
Result<std::string> refusals_in(const json::object& object) {
  std::string out;
  for (const json::object& one : TRY(objects(object, "refusals"))) {
    out += (out.empty() ? "" : ", ") + cell(one, "count") + " " + cell(one, "reason");
  }
  return out;
}

}  // namespace

Status run_security_top(Session& session) {
  const std::string size = std::to_string(session.args.count.value_or(20));
  const json::object answer = TRY(ask(session, "GET", "/v3/security/top?size=" + size));
  std::ostream& out = session.env.out;
  if (session.args.as_json) {
    print_json(out, answer);
    return {};
  }
  const std::string all = TRY(refusals_in(answer));
  out << "Since the start: " << cell(answer, "admitted") << " admitted" << printable(all.empty() ? "" : ", " + all)
      << "\n\n";
  std::vector<Row> rows;
  for (const json::object& one : TRY(objects(answer, "knockers"))) {
    rows.push_back({cell(one, "address"), cell(one, "admitted"), cell(one, "at_home"), cell(one, "last_seen"),
                    cell(one, "banned_until"), TRY(refusals_in(one))});
  }
  print_table(out, {"Address", "Admitted", "At home", "Last seen", "Banned until", "Refused"}, rows);
  if (TRY(objects(answer, "bans")).empty()) return {};
  out << '\n';
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

// Reads a file of somebody less trusted, maybe as root: no link is followed, nothing is waited for, and what it says is
// not repeated.
Status run_security_nft(Session& session) {
  const Arguments& args = session.args;
  Result<Buffer> text = read_plain_file(args.file, guard::ban_list_bytes_max);
  if (!text) return std::move(text).error().within("the bans of signetd, DIR/bans");
  auto bans = guard::decode_ban_list(text_of(text.value()));
  if (!bans) return std::move(bans).error().within(args.file);
  session.env.out << guard::nft_script(std::move(bans).value(), session.env.clock.now(), args.port);
  return {};
}

}  // namespace signet::cli
