// signet integration dead: what an integration gave up on.
#include "cli/session.h"

namespace signet::cli {
namespace {

Result<std::string> dead_path(Session& session) { return TRY(integration_path(session)) + "/dead-letters"; }

// "/NUMBER" of the one that was named, nothing for all of them.
Result<std::string> chosen(Session& session) {
  if (session.args.count.has_value() != session.args.all) {
    return session.args.count ? "/" + std::to_string(*session.args.count) : std::string{};
  }
  return Error{Errc::malformed, "say which: its number, as 'signet integration dead ls' shows it, or --all"};
}

}  // namespace

Status run_dead_ls(Session& session) {
  const std::string path = TRY(dead_path(session));
  const json::object all = TRY(ask_all(session, path, "dead_letters"));
  return show_list(session, all, "dead_letters", {"Number", "Given up at", "Replays", "Reason", "Batch"},
                   {"number", "at", "replays", "reason", "batch_id"});
}

Status run_dead_show(Session& session) {
  const std::string path = TRY(dead_path(session));
  const std::size_t wanted = session.args.count.value_or(0);
  const std::string before = std::to_string(wanted == 0 ? 0 : wanted - 1);
  const json::object page = TRY(ask(session, "GET", path + "?size=1&after=" + before));
  for (const json::object& letter : TRY(objects(page, "dead_letters"))) {
    if (cell(letter, "number") != std::to_string(wanted)) continue;
    print_json(session.env.out, letter);
    return {};
  }
  return Error{Errc::not_found, "there is no dead letter " + std::to_string(wanted) + ": see 'integration dead ls'"};
}

Status run_dead_replay(Session& session) {
  const std::string which = TRY(chosen(session));
  const std::string path = TRY(dead_path(session));
  const json::object answer = TRY(ask(session, "POST", path + which + "/replay", json::object{}));
  return say(session, answer, "Sent once more, as soon as the sink has time: " + cell(answer, "replaying"));
}

Status run_dead_rm(Session& session) {
  const std::string which = TRY(chosen(session));
  if (which.empty()) TRY(confirm_first(session, "Throw all its dead letters away?"));
  const std::string path = TRY(dead_path(session));
  const json::object answer = TRY(ask(session, "DELETE", path + which));
  return say(session, answer, "Thrown away: " + cell(answer, "removed"));
}

}  // namespace signet::cli
