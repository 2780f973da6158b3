#include "crypto/pkcs11/token.h"

#include "crypto/pkcs11/session.h"

#include <mutex>

namespace signet::crypto {
namespace {

Result<CK_SLOT_ID> free_slot(Pkcs11Module& module) {
  for (const CK_SLOT_ID slot : TRY(module.slots(true))) {
    CK_TOKEN_INFO info{};
    TRY(judge("C_GetTokenInfo", module.call().C_GetTokenInfo(slot, &info)));
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) return slot;
  }
  return Error{Errc::exhausted, "the PKCS#11 module has no free slot for a new token"};
}

// Gives the user's PIN to a token that was just initialised.
Status set_user_pin(Pkcs11Module& module, CK_SLOT_ID slot, std::string_view officer, const SecretBytes& pin) {
  auto& call = module.call();
  CK_SESSION_HANDLE session = 0;
  TRY(judge("C_OpenSession",
            call.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session)));
  Status done = judge("C_Login", call.C_Login(session, CKU_SO, mutable_text(officer), officer.size()));
  if (done) {
    const std::string_view text = text_of(pin.reveal());
    done = judge("C_InitPIN", call.C_InitPIN(session, mutable_text(text), text.size()));
  }
  call.C_CloseSession(session);
  return done;
}

Result<bool> has_user_pin(Pkcs11Module& module, CK_SLOT_ID slot) {
  CK_TOKEN_INFO info{};
  TRY(judge("C_GetTokenInfo", module.call().C_GetTokenInfo(slot, &info)));
  return (info.flags & CKF_USER_PIN_INITIALIZED) != 0;
}

}  // namespace

struct Token::State {
  std::unique_ptr<Pkcs11Session> session;
  std::mutex busy;  // a session does one operation at a time, and a search or a signature takes several calls

  Result<std::optional<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS kind, std::string_view label) {
    auto found = session->find(kind, {pkcs11_bytes(CKA_LABEL, bytes_of(label))});
    if (!found) return std::move(found).error().within("key \"" + std::string{label} + "\"");
    return found;
  }
  Result<PublicKey> public_key(std::string_view label) {
    const auto found = TRY(find(CKO_PUBLIC_KEY, label));
    if (found && TRY(find(CKO_PRIVATE_KEY, label))) return session->public_key(*found);
    return Error{Errc::not_found, "the token holds no key labelled \"" + std::string{label} + "\""};
  }
};

Token::Token(std::unique_ptr<State> state) : state_(std::move(state)) {}
Token::~Token() = default;

Status Token::create(const std::string& module_file, std::string_view label, const SecretBytes& pin,
                     const SecretBytes& officer_pin) {
  if (label.size() > token_label_bytes_max) return Error{Errc::too_large, "a token label has at most 32 bytes"};
  const auto module = TRY(Pkcs11Module::load(module_file));
  const std::string_view officer = text_of(officer_pin.reveal());
  if (const auto found = module->slot_of(label)) {
    if (!TRY(has_user_pin(*module, found.value()))) return set_user_pin(*module, found.value(), officer, pin);
    return Error{Errc::conflict, "a token labelled \"" + std::string{label} + "\" exists"};
  }
  std::string padded{label};
  padded.resize(token_label_bytes_max, ' ');
  const CK_SLOT_ID slot = TRY(free_slot(*module));
  TRY(judge("C_InitToken",
            module->call().C_InitToken(slot, mutable_text(officer), officer.size(), mutable_text(padded))));
  const CK_SLOT_ID made = TRY(module->slot_of(label));  // SoftHSM moves a token to another slot when it initialises it
  return set_user_pin(*module, made, officer, pin);
}

Result<std::unique_ptr<Token>> Token::open(const std::string& module_file, std::string_view label,
                                           const SecretBytes& pin) {
  auto state = std::make_unique<State>();
  state->session = TRY(Pkcs11Session::open(module_file, label, pin));
  return std::unique_ptr<Token>{new Token{std::move(state)}};
}

Result<PublicKey> Token::generate_key(std::string_view label) {
  const std::scoped_lock lock{state_->busy};
  if (TRY(state_->find(CKO_PRIVATE_KEY, label))) {
    return Error{Errc::conflict, "the token holds a key labelled \"" + std::string{label} + "\" already"};
  }
  TRY(state_->session->generate_pair(label, bytes_of(label), CKA_SIGN));
  return state_->public_key(label);
}

Result<PublicKey> Token::public_key(std::string_view label) {
  const std::scoped_lock lock{state_->busy};
  return state_->public_key(label);
}

Result<Signature> Token::sign(std::string_view label, const Digest& digest) {
  const std::scoped_lock lock{state_->busy};
  const auto found = TRY(state_->find(CKO_PRIVATE_KEY, label));
  if (!found) return Error{Errc::not_found, "the token holds no key labelled \"" + std::string{label} + "\""};
  Signature out;
  const Buffer made = TRY(state_->session->sign(CKM_ECDSA, *found, digest, out.size()));
  std::copy(made.begin(), made.end(), out.begin());
  return out;
}

}  // namespace signet::crypto
