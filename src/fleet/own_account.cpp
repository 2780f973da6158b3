#include "fleet/own_account.h"

#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {

Result<AboutAccount> OwnAccount::about(const Actor& actor) {
  TRY(state_.require_account(actor, "account.read"));
  const std::optional<Account> account = TRY(state_.store.account(actor.account));
  if (!account) return Error{Errc::unauthenticated, "your account is gone"};
  const std::optional<SecondFactor> factor = TRY(state_.store.second_factor(actor.account));
  AboutAccount out{*account};
  out.runs_manager = TRY(state_.is_operator(actor));
  if (factor && factor->confirmed) out.second_factor = true, out.recovery_codes = factor->recovery_codes.size();
  return out;
}

Result<std::vector<Token>> OwnAccount::sessions(const Actor& actor) {
  TRY(state_.require_account(actor, "account.sessions"));
  std::vector<Token> out = TRY(state_.store.sessions_of(actor.account));
  std::erase_if(out, [&](const Token& session) { return state_.is_over(session); });
  for (Token& session : out) session.last_used = state_.uses.last(session);
  return out;
}

void OwnAccount::note_forged(const Actor& actor, std::string_view what, const Error& why) {
  state_.note_refusal(state_.entry(actor, "account.forged_request", what, why.what));
}

void OwnAccount::note_refused(const Actor& actor, std::string_view what, const Error& why) {
  state_.note_refusal(state_.entry(actor, "request.refuse", what, why.what));
}

Result<bool> OwnAccount::manager_waits() { return !TRY(state_.store.operator_account()); }

Status OwnAccount::end_session(const Actor& actor, const TokenId& id) {
  TRY(state_.require_account(actor, "account.end_session"));
  const std::vector<Token> all = TRY(state_.store.sessions_of(actor.account));
  const auto found = std::find_if(all.begin(), all.end(), [&](const Token& session) { return session.id == id; });
  if (found == all.end()) return Error{Errc::not_found, "you have no session " + id.str()};
  return state_.act(state_.entry(actor, "account.end_session", actor.email, found->prefix),
                    [&](Changes& to) { return to.remove_token(found->hash); });
}

Status OwnAccount::remove_others(Changes& to, const Actor& actor) {
  for (const Token& session : TRY(state_.store.sessions_of(actor.account))) {
    if (session.id != actor.token) TRY(to.remove_token(session.hash));
  }
  return {};
}

Status OwnAccount::end_other_sessions(const Actor& actor) {
  TRY(state_.require_account(actor, "account.end_session"));
  return state_.act(state_.entry(actor, "account.end_session", actor.email, "all others"),
                    [&](Changes& to) { return remove_others(to, actor); });
}

Status OwnAccount::change_password(const Actor& actor, std::string_view password, std::string_view to_be) {
  TRY(state_.require_account(actor, "account.change_password"));
  TRY(state_.prove_password(actor, "account.change_password", actor.email, password));
  const std::string hash = TRY(state_.hash_password(to_be));
  return state_.act(state_.entry(actor, "account.change_password", actor.email), [&](Changes& to) -> Status {
    TRY(to.set_password(actor.account, hash));
    return remove_others(to, actor);
  });
}

}  // namespace signet::fleet
