#include "crypto/password.h"
#include "crypto/secret.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

constexpr std::size_t prefix_chars = 10;
constexpr std::string_view session_mark = "sgs_";  // lets a scanner of leaked secrets know ours
constexpr std::string_view api_key_mark = "sgk_";

std::string random_text(crypto::Random& random) { return base64url(random.block<32>()); }
crypto::Digest hash_of(std::string_view token) { return crypto::sha256(bytes_of(token)); }

}  // namespace

Result<std::string> Fleet::State::new_token(const Account& account, TokenKind kind,
                                            const std::optional<WorkspaceId>& only, std::string_view name, Token& out) {
  std::string text{kind == TokenKind::session ? session_mark : api_key_mark};
  text += random_text(random);
  out.hash = hash_of(text);
  out.kind = kind;
  out.account = account.id;
  out.only = only;
  out.name = name;
  out.prefix = text.substr(0, prefix_chars);
  out.created_at = clock.now();
  if (kind == TokenKind::session) out.expires_at = clock.now() + policy.session_lifetime;
  return text;
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
  const std::string hash = TRY(crypto::hash_password(password, s.random));

  SignedIn out;
  out.account = {s.ids.next<AccountIdKind>(), address_of_person, s.clock.now()};
  out.workspace = {s.ids.next<WorkspaceIdKind>(), "default", "", out.account.id, s.clock.now()};
  const FleetGroup fleet{s.ids.next<FleetIdKind>(), out.workspace.id, out.account.id, "default", "", s.clock.now()};
  Token session;
  out.token = TRY(s.new_token(out.account, TokenKind::session, {}, "", session));
  TRY(s.act(s.entry(actor, "account.set_up", out.account.email), [&](Changes& to) -> Status {
    TRY(to.add_account({out.account, hash}));
    TRY(to.add_workspace(out.workspace));
    TRY(to.add_fleet(fleet));
    return to.add_token(session);
  }));
  s.setup_hash.reset();
  return out;
}

Result<SignedIn> Fleet::sign_in(std::string_view email, std::string_view password, std::string_view address) {
  State& s = *state_;
  const std::string known_as = read_email(email) ? read_email(email).value() : std::string{};
  const std::string key = known_as + '\n' + host_of(address);
  const Actor actor{{}, known_as, {}, std::string{address}};
  if (const Seconds wait = s.sign_ins.wait(key, s.clock.monotonic()); wait.count() > 0) {
    return s.denied(actor, "account.sign_in", known_as,
                    {Errc::exhausted, "too many failed sign-ins from here: wait and try again"});
  }
  if (!s.password_checks.use(s.clock.monotonic())) {
    return s.denied(actor, "account.sign_in", known_as,
                    {Errc::exhausted, "too many sign-ins are tried at this manager: wait a minute and try again"});
  }
  if (s.absent_password_hash.empty()) {
    s.absent_password_hash = TRY(crypto::hash_password(random_text(s.random), s.random));
  }
  // One verification whether there is such an account or not: neither words nor time tell which.
  const std::optional<Credential> found = TRY(s.store.credential(known_as));
  const bool matches = password.size() <= crypto::password_bytes_max &&
                       crypto::verify_password(password, found ? found->password_hash : s.absent_password_hash);
  if (!found || !matches) {
    s.sign_ins.failed(key, s.clock.monotonic());
    return s.denied(actor, "account.sign_in", known_as, {Errc::unauthenticated, "wrong e-mail or password"});
  }
  s.sign_ins.succeeded(key);

  SignedIn out;
  out.account = found->account;
  const std::vector<Workspace> owned = TRY(s.store.workspaces(out.account.id));
  if (!owned.empty()) out.workspace = owned.front();
  Token session;
  out.token = TRY(s.new_token(out.account, TokenKind::session, {}, "", session));
  TRY(s.act(s.entry(actor, "account.sign_in", known_as), [&](Changes& to) -> Status {
    TRY(to.remove_tokens_expired_at(s.clock.now()));
    return to.add_token(session);
  }));
  return out;
}

Result<Actor> Fleet::authenticate(std::string_view token, std::string_view address) {
  State& s = *state_;
  const Actor nobody{{}, "", {}, std::string{address}};
  const Error refusal{Errc::unauthenticated, "unknown or expired token: sign in again"};
  if (token.empty() || token.size() > token_bytes_max) return s.denied(nobody, "account.authenticate", "", refusal);
  const std::optional<Token> found = TRY(s.store.token(hash_of(token)));
  if (!found || (found->expires_at && *found->expires_at <= s.clock.now())) {
    return s.denied(nobody, "account.authenticate", "", refusal);
  }
  const std::optional<Account> account = TRY(s.store.account(found->account));
  if (!account) return s.denied(nobody, "account.authenticate", "", refusal);
  return Actor{account->id, account->email, found->only, std::string{address}};
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

Result<std::string> Fleet::create_api_key(const Actor& actor, const WorkspaceId& workspace, std::string_view name) {
  State& s = *state_;
  TRY(s.require_person(actor, "api_key.create"));
  TRY(s.require_workspace(actor, workspace, "api_key.create"));
  TRY(check_name("name", name));
  Token key;
  std::string text = TRY(s.new_token({actor.account, actor.email, {}}, TokenKind::api_key, workspace, name, key));
  TRY(s.act(s.entry(actor, "api_key.create", workspace.str(), key.prefix),
            [&](Changes& to) { return to.add_token(key); }));
  return text;
}

}  // namespace signet::fleet
