#include "crypto/aead.h"
#include "fleet/own_account.h"
#include "fleet/state.h"
#include "fleet/totp.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr std::size_t recovery_code_bytes = 10;  // 80 bits, so a plain hash keeps it
constexpr std::size_t recovery_group = 4;

// "abcd-efgh-ijkl-mnop"
std::string new_recovery_code(crypto::Random& random) {
  std::string plain = base32(random.block<recovery_code_bytes>()), out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % recovery_group == 0) out += '-';
    out += static_cast<char>(plain[i] >= 'A' ? plain[i] - 'A' + 'a' : plain[i]);
  }
  return out;
}

// People type it as they like.
std::string normal(std::string_view code) {
  std::string out;
  for (const char c : code) {
    if (c != '-' && c != ' ') out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return out;
}

bool is_totp(std::string_view code) {
  return code.size() == totp_digits && code.find_first_not_of("0123456789") == code.npos;
}

Buffer seal(const crypto::AeadKey& key, crypto::Random& random, const AccountId& account, Bytes secret) {
  const crypto::AeadNonce nonce = random.block<crypto::aead_nonce_bytes>();
  Buffer out = copy_of(nonce);
  const Buffer sealed = crypto::aead_seal(key, nonce, bytes_of(account.str()), secret);
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

Result<crypto::SecretBytes> unseal(const crypto::AeadKey& key, const SecondFactor& factor) {
  const Bytes all{factor.sealed};
  if (all.size() < crypto::aead_nonce_bytes) return Error{Errc::corrupt, "the secret of a second factor is cut"};
  crypto::AeadNonce nonce;
  std::copy_n(all.begin(), nonce.size(), nonce.begin());
  Result<Buffer> opened =
      crypto::aead_open(key, nonce, bytes_of(factor.account.str()), all.subspan(crypto::aead_nonce_bytes));
  if (!opened) {
    return Error{Errc::corrupt,
                 "a second factor was sealed by other manager keys (receipt.key): sign in with a "
                 "recovery code, and enrol again"};
  }
  return crypto::SecretBytes{std::move(opened).value()};
}

}  // namespace

// Whoever tries codes has the password already. Where the owner is signed in their own tries are counted apart, so
// that somebody far away cannot make them wait; and a recovery code, which nobody guesses, never waits for others.
Status Fleet::State::prove_code(const Actor& actor, std::string_view action, SecondFactor& factor,
                                std::string_view code) {
  const Instant now = clock.monotonic();
  const std::string host = host_of(actor.address);
  const bool familiar = TRY(is_familiar(factor.account, host));
  const std::string key = factor.account.str() + (familiar || !is_totp(code) ? '\n' + host : std::string{});
  if (codes.wait(key, now).count() > 0) {
    return denied(actor, action, actor.email, {Errc::exhausted, "too many wrong codes: wait, or use a recovery code"});
  }
  if (is_totp(code)) {
    const crypto::SecretBytes secret = TRY(unseal(manager.seal_key, factor));
    if (const auto step = check_totp(secret.reveal(), code, clock.now(), factor.last_step)) {
      factor.last_step = *step;
      codes.succeeded(key);
      return {};
    }
  } else if (code.size() <= token_bytes_max) {
    const std::string text = normal(code);
    if (std::erase(factor.recovery_codes, hash_of(text)) > 0) {
      codes.succeeded(key);
      return {};
    }
  }
  codes.failed(key, now);
  return denied(actor, action, actor.email, {Errc::unauthenticated, "wrong code of the second factor"});
}

Result<bool> Fleet::State::is_familiar(const AccountId& account, const std::string& host) {
  const std::vector<Token> all = TRY(store.sessions_of(account));
  return std::any_of(all.begin(), all.end(), [&](const Token& one) { return one.address == host && !is_over(one); });
}

Result<Enrolment> OwnAccount::enrol(const Actor& actor, std::string_view password) {
  Fleet::State& s = state_;
  TRY(s.require_account(actor, "account.enrol"));
  const std::optional<SecondFactor> present = TRY(s.store.second_factor(actor.account));
  if (present && present->confirmed) {
    return Error{Errc::conflict, "a second factor is there already: disable it first"};
  }
  TRY(s.prove_password(actor, "account.enrol", actor.email, password));
  const crypto::Secret<totp_secret_bytes> secret{s.random.block<totp_secret_bytes>()};
  const SecondFactor made{actor.account, seal(s.manager.seal_key, s.random, actor.account, secret.reveal())};
  TRY(s.act(s.entry(actor, "account.enrol", actor.email), [&](Changes& to) { return to.put_second_factor(made); }));
  const std::string text = base32(secret.reveal());
  return Enrolment{text, otpauth_uri(actor.email, text)};
}

Result<std::vector<std::string>> OwnAccount::confirm(const Actor& actor, std::string_view code) {
  Fleet::State& s = state_;
  TRY(s.require_account(actor, "account.confirm"));
  std::optional<SecondFactor> factor = TRY(s.store.second_factor(actor.account));
  if (!factor) return Error{Errc::conflict, "begin with the enrolment: POST /v3/account/totp"};
  if (factor->confirmed) return Error{Errc::conflict, "it is confirmed already"};
  TRY(s.prove_code(actor, "account.confirm", *factor, code));
  factor->confirmed = true;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < recovery_codes_made; ++i) {
    out.push_back(new_recovery_code(s.random));
    factor->recovery_codes.push_back(hash_of(normal(out.back())));
  }
  TRY(s.act(s.entry(actor, "account.confirm", actor.email), [&](Changes& to) -> Status {
    TRY(to.put_second_factor(*factor));
    return remove_others(to, actor);
  }));
  return out;
}

Status OwnAccount::disable(const Actor& actor, std::string_view password, std::string_view code) {
  Fleet::State& s = state_;
  TRY(s.require_account(actor, "account.disable"));
  std::optional<SecondFactor> factor = TRY(s.store.second_factor(actor.account));
  if (!factor || !factor->confirmed) return Error{Errc::conflict, "there is no second factor to disable"};
  TRY(s.prove_password(actor, "account.disable", actor.email, password));
  TRY(s.prove_code(actor, "account.disable", *factor, code));
  return s.act(s.entry(actor, "account.disable", actor.email),
               [&](Changes& to) { return to.remove_second_factor(actor.account); });
}

}  // namespace signet::fleet
