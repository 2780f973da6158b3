// Secrets of a board, over its console. A value comes from a prompt, standard input or a file: never from the command
// line, which other users of the computer see; and no command brings one back.
#include "crypto/secret.h"
#include "base/port/file.h"
#include "cli/board.h"

#include <unistd.h>

namespace signet::cli {
namespace {

constexpr Seconds board_timeout{15};
constexpr std::size_t secret_bytes_max = 1024;  // what a board takes; docs/formats/secrets.md

// One line from standard input, without its end; a file's bytes as they are.
Result<crypto::SecretBytes> value_of(Session& session) {
  if (!session.args.file.empty() && session.args.file != "-") {
    return crypto::SecretBytes{TRY(read_file(session.args.file, secret_bytes_max))};
  }
  std::string line;
  if (session.args.file.empty()) {
    line = TRY(session.env.ask_secret("Value of " + session.args.name + ": "));
  } else {
    std::getline(session.env.in, line);
    if (line.ends_with('\r')) line.pop_back();
  }
  crypto::SecretBytes value{copy_of(bytes_of(line))};
  crypto::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
  if (value.reveal().empty()) return Error{Errc::malformed, "the secret is empty: nothing was stored"};
  return value;
}

void tell(Session& session, const json::object& as_json, std::string_view as_text) {
  if (session.args.as_json)
    print_json(session.env.out, as_json);
  else
    session.env.out << as_text << std::endl;
}

}  // namespace

Status run_secret_set(Session& session) {
  const crypto::SecretBytes value = TRY(value_of(session));
  TRY(ask_board(session, "secret.set", {{"name", session.args.name}, {"value", base64url(value.reveal())}}));
  tell(session, {{"name", session.args.name}}, "Stored: the board's element keeps " + session.args.name + " sealed");
  return {};
}

Status run_secret_ls(Session& session) {
  const json::object answer = TRY(ask_board(session, "secret.ls", {}));
  const auto names = TRY(array_member(answer, "names"));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  if (names.empty()) session.env.out << "No secrets: 'signet secret set NAME --board PTY' stores one\n";
  for (const json::value& name : names) {
    if (name.is_string()) session.env.out << printable(std::string{name.as_string()}) << '\n';
  }
  return {};
}

Status run_secret_rm(Session& session) {
  const bool all = session.args.yes;
  if (all != session.args.name.empty()) {
    return Error{Errc::malformed, "name one secret, or say --all: signet secret rm api.key --board PTY"};
  }
  TRY(ask_board(session, "secret.rm", all ? json::object{} : json::object{{"name", session.args.name}}));
  tell(session, all ? json::object{{"all", true}} : json::object{{"name", session.args.name}},
       all ? "Forgotten: all secrets of this board, and every copy of them" : "Removed: " + session.args.name);
  return {};
}

}  // namespace signet::cli
