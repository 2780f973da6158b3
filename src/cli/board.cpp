// A board at hand, over its console: what it is, what it said, and a restart.
#include "cli/board.h"

namespace signet::cli {

Result<ConsoleClient> open_board(const Session& session) {
  return ConsoleClient::open(session.args.board, session.args.baud);
}

Result<json::object> ask_board(Session& session, std::string_view verb, const json::object& arguments) {
  ConsoleClient board = TRY(open_board(session));
  return board.ask(verb, arguments, board_timeout);
}

namespace {

Status run_board_show(Session& session) {
  const json::object answer = TRY(ask_board(session, "identify", {}));
  return show_members(session, answer, answer);
}

// Page by page, until there is nothing behind the last line.
Status run_board_log(Session& session) {
  ConsoleClient board = TRY(open_board(session));
  std::uint64_t after = 0;
  std::size_t size = 0;
  for (;;) {
    const json::object answer = TRY(board.ask("log", {{"after", after}}, board_timeout));
    const auto lines = TRY(array_member(answer, "lines"));
    const std::int64_t first = TRY(integer_member(answer, "first"));
    if (lines.empty()) return {};
    if (first <= 0) return Error{Errc::malformed, "the board's log has a line without a number"};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].is_string()) return Error{Errc::malformed, "the board's log holds a line that is no text"};
      const std::string text{lines[i].as_string()};
      size += text.size() + 1;
      if (size > board_log_bytes_max) return Error{Errc::too_large, "the board's log does not come to an end"};
      const auto number = static_cast<std::uint64_t>(first) + i;
      if (session.args.as_json) {
        print_json(session.env.out, {{"line", number}, {"text", text}});
      } else {
        session.env.out << printable(text) << '\n';
      }
    }
    const std::uint64_t last = static_cast<std::uint64_t>(first) + lines.size() - 1;
    if (last <= after) return Error{Errc::malformed, "the board's log goes backwards"};
    after = last;
  }
}

Status run_board_reset(Session& session) {
  const json::object answer = TRY(ask_board(session, "reset", {}));
  tell_done(session, answer, "The board starts anew");
  return {};
}

}  // namespace

void add_board(const Noun& root) {
  Arguments& args = root.args;
  const Noun board = root.noun("board", "A board at hand, over its console",
                               "The console of a claimed board says who it is, and the rest while its jumper is set.\n"
                               "Example:\n"
                               "  signet board show --board /dev/ttyUSB0\n"
                               "  signet board log --board board/console");
  CLI::App* show = board.verb("show", "What it is, and whose", run_board_show);
  CLI::App* log = board.verb("log", "What its console has shown since power-on, the last 16 KiB", run_board_log);
  CLI::App* reset = board.verb("reset", "Let it start anew, as after power-on", run_board_reset);
  for (CLI::App* command : {show, log, reset}) add_console(command, args);
}

}  // namespace signet::cli
