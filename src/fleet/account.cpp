#include "crypto/password.h"
#include "crypto/secret.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

constexpr std::size_t prefix_chars = 10;
constexpr std::string_view session_mark = "sgs_";  // lets a scanner of leaked secrets know ours
constexpr std::string_view api_key_mark = "sgk_";

}  // namespace

std::string random_text(crypto::Random& random) { return base64url(random.block<32>()); }
crypto::Digest hash_of(std::string_view token) { return crypto::sha256(bytes_of(token)); }

std::string Fleet::State::new_token(const AccountId& account, TokenKind kind, std::string_view address, Token& out) {
  std::string text{kind == TokenKind::session ? session_mark : api_key_mark};
  text += random_text(random);
  out.hash = hash_of(text);
  out.id = ids.next<TokenIdKind>();
  out.kind = kind;
  out.account = account;
  out.prefix = text.substr(0, prefix_chars);
  out.address = host_of(address);
  out.created_at = clock.now();
  if (kind == TokenKind::session) out.expires_at = clock.now() + policy.session_lifetime;
  return text;
}

// The oldest make room: nobody is kept out because he signed in often.
Status Fleet::State::add_session(Changes& to, const Token& session) {
  TRY(to.remove_tokens_expired_at(clock.now()));
  const std::vector<Token> all = TRY(store.sessions_of(session.account));
  for (std::size_t i = 0; i + sessions_of_account_max <= all.size(); ++i) TRY(to.remove_token(all[i].hash));
  return to.add_token(session);
}

Result<std::string> Fleet::open_setup() {
  state_->setup_hash.reset();
  if (TRY(state_->store.operator_account())) return std::string{};
  std::string token = random_text(state_->random);
  state_->setup_hash = hash_of(token);
  return token;
}

Result<SignedIn> Fleet::set_up(std::string_view token, std::string_view email, std::string_view password,
                               std::string_view address) {
  State& s = *state_;
  Actor actor{{}, "setup", {}, std::string{address}};
  if (!s.setup_hash)
    return s.denied(actor, "account.set_up", "", {Errc::conflict, "this manager is set up already: sign in"});
  if (token.size() > token_bytes_max || !crypto::constant_time_equal(hash_of(token), *s.setup_hash)) {
    return s.denied(actor, "account.set_up", "",
                    {Errc::unauthenticated, "wrong setup token: use the link that signetd printed at its last start"});
  }
  const std::string address_of_person = TRY(read_email(email));
  const std::string hash = TRY(s.hash_password(password));

  SignedIn out;
  out.account = {s.ids.next<AccountIdKind>(), address_of_person, s.clock.now()};
  out.workspace = {s.ids.next<WorkspaceIdKind>(), "default", "", out.account.id, s.clock.now()};
  const FleetGroup fleet{s.ids.next<FleetIdKind>(), out.workspace.id, out.account.id, "default", "", s.clock.now()};
  Token session;
  out.token = s.new_token(out.account.id, TokenKind::session, address, session);
  TRY(s.act(s.entry(actor, "account.set_up", out.account.email), [&](Changes& to) -> Status {
    TRY(to.add_account({out.account, hash}));
    TRY(to.add_workspace(out.workspace));
    TRY(to.add_fleet(fleet));
    return to.add_token(session);
  }));
  s.setup_hash.reset();
  return out;
}

Result<std::string> Fleet::State::hash_password(std::string_view password) const {
  return crypto::hash_password(password, random, policy.password_cost);
}

Result<Credential> Fleet::State::prove_password(const Actor& actor, std::string_view action, const std::string& email,
                                                std::string_view password) {
  const std::string host = host_of(actor.address), key = email + '\n' + host;
  if (sign_ins.wait(key, clock.monotonic()).count() > 0) {
    return denied(actor, action, email, {Errc::exhausted, "too many failed sign-ins from here: wait and try again"});
  }
  const std::optional<Credential> found = TRY(store.credential(email));
  const bool familiar = found && TRY(is_familiar(found->account.id, host));
  if (!(familiar ? known_checks : password_checks).use(clock.monotonic())) {
    return denied(actor, action, email,
                  {Errc::exhausted, "too many sign-ins are tried at this manager: wait a minute and try again"});
  }
  if (absent_password_hash.empty()) {
    absent_password_hash = TRY(hash_password(random_text(random)));
  }
  // One verification whether there is such an account or not: neither words nor time tell which.
  const bool matches = password.size() <= crypto::password_bytes_max &&
                       crypto::verify_password(password, found ? found->password_hash : absent_password_hash);
  if (!found || !matches) {
    sign_ins.failed(key, clock.monotonic());
    return denied(actor, action, email, {Errc::unauthenticated, "wrong e-mail or password"});
  }
  sign_ins.succeeded(key);
  return *found;
}

Result<SignedIn> Fleet::sign_in(std::string_view email, std::string_view password, std::string_view address,
                                std::string_view code) {
  State& s = *state_;
  const std::string known_as = read_email(email) ? read_email(email).value() : std::string{};
  const Actor actor{{}, known_as, {}, std::string{address}};
  SignedIn out;
  out.account = TRY(s.prove_password(actor, "account.sign_in", known_as, password)).account;
  std::optional<SecondFactor> factor = TRY(s.store.second_factor(out.account.id));
  if (factor && !factor->confirmed) factor.reset();
  if (factor && code.empty()) return Error{Errc::unauthenticated, std::string{needs_a_code}};
  if (factor) TRY(s.prove_code(actor, "account.sign_in", *factor, code));
  const std::vector<Workspace> mine = TRY(s.store.workspaces(out.account.id));
  if (!mine.empty()) out.workspace = mine.front();
  Token session;
  out.token = s.new_token(out.account.id, TokenKind::session, address, session);
  TRY(s.act(s.entry(actor, "account.sign_in", known_as), [&](Changes& to) -> Status {
    if (factor) TRY(to.put_second_factor(*factor));
    return s.add_session(to, session);
  }));
  return out;
}

bool Fleet::State::is_over(const Token& token) const {
  if (token.expires_at && *token.expires_at <= clock.now()) return true;
  if (token.kind != TokenKind::session) return false;
  return clock.now() - uses.last(token).value_or(token.created_at) >= policy.session_idle;
}

Result<Actor> Fleet::authenticate(std::string_view token, std::string_view address, bool is_use) {
  State& s = *state_;
  const Actor nobody{{}, "", {}, std::string{address}};
  const Error refusal{Errc::unauthenticated, "unknown or expired token: sign in again"};
  if (token.empty() || token.size() > token_bytes_max) return s.denied(nobody, "account.authenticate", "", refusal);
  const std::optional<Token> found = TRY(s.store.token(hash_of(token)));
  if (!found || s.is_over(*found)) return s.denied(nobody, "account.authenticate", "", refusal);
  const std::optional<Account> account = TRY(s.store.account(found->account));
  if (!account) return s.denied(nobody, "account.authenticate", "", refusal);
  if (is_use) s.uses.used(*found, s.clock.now());
  return Actor{account->id, account->email,   found->only, std::string{address},
               found->role, found->read_only, found->id};
}

Status Fleet::sign_out(const Actor& actor, std::string_view token) {
  State& s = *state_;
  if (actor.account.empty()) return Error{Errc::unauthenticated, "nobody is signed in"};
  const std::optional<Token> found = TRY(s.store.token(hash_of(token)));
  if (!found || found->account != actor.account || (actor.only && found->only != actor.only)) {
    return s.denied(actor, "account.sign_out", "", {Errc::not_found, "you have no such token"});
  }
  return s.act(s.entry(actor, "account.sign_out", found->prefix),
               [&](Changes& to) { return to.remove_token(found->hash); });
}

}  // namespace signet::fleet
