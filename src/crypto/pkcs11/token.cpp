#include "crypto/pkcs11/token.h"

#include "crypto/pkcs11/module.h"

#include <mutex>
#include <optional>

namespace signet::crypto {
namespace {

// DER of the object identifier 1.2.840.10045.3.1.7: CKA_EC_PARAMS of P-256.
constexpr std::uint8_t p256_params[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::size_t point_bytes = 65;
constexpr std::uint8_t tag_octet_string = 0x04;
constexpr std::uint8_t uncompressed_point = 0x04;

// Modules return CKA_EC_POINT as a DER OCTET STRING around 04 || X || Y; some leave the wrapper out. Both are taken.
Result<PublicKey> parse_point(Bytes value) {
  if (value.size() == point_bytes + 2 && value[0] == tag_octet_string && value[1] == point_bytes) {
    value = value.subspan(2);
  }
  if (value.size() != point_bytes || value[0] != uncompressed_point) {
    return Error{Errc::malformed, "the token's public point has an unknown form"};
  }
  PublicKey key;
  std::copy(value.begin() + 1, value.end(), key.begin());
  if (!is_public_key(key)) return Error{Errc::malformed, "the token's public point is not on P-256"};
  return key;
}

template <class T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof value};
}
CK_ATTRIBUTE text_attribute(CK_ATTRIBUTE_TYPE type, std::string_view text) {
  return {type, mutable_text(text), text.size()};
}

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
  std::unique_ptr<Pkcs11Module> module;
  CK_SESSION_HANDLE session = 0;
  std::mutex busy;  // a session does one operation at a time, and a search or a signature takes several calls

  ~State() {
    if (session) module->call().C_CloseSession(session);
  }
  CK_FUNCTION_LIST& call() { return module->call(); }
  Result<std::optional<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS kind, std::string_view label);
  Result<PublicKey> read_point(CK_OBJECT_HANDLE key);
};

Result<std::optional<CK_OBJECT_HANDLE>> Token::State::find(CK_OBJECT_CLASS kind, std::string_view label) {
  CK_ATTRIBUTE wanted[] = {attribute(CKA_CLASS, kind), text_attribute(CKA_LABEL, label)};
  TRY(judge("C_FindObjectsInit", call().C_FindObjectsInit(session, wanted, std::size(wanted))));
  CK_OBJECT_HANDLE found[2] = {};
  CK_ULONG count = 0;
  const CK_RV rv = call().C_FindObjects(session, found, std::size(found), &count);
  call().C_FindObjectsFinal(session);
  TRY(judge("C_FindObjects", rv));
  if (count > 1) return Error{Errc::conflict, "the token holds two keys labelled \"" + std::string{label} + "\""};
  if (count == 0) return std::optional<CK_OBJECT_HANDLE>{};
  return std::optional{found[0]};
}

Result<PublicKey> Token::State::read_point(CK_OBJECT_HANDLE key) {
  std::uint8_t value[point_bytes + 8];
  CK_ATTRIBUTE point{CKA_EC_POINT, value, sizeof value};
  TRY(judge("C_GetAttributeValue", call().C_GetAttributeValue(session, key, &point, 1)));
  return parse_point({value, point.ulValueLen});
}

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
  state->module = TRY(Pkcs11Module::load(module_file));
  const CK_SLOT_ID slot = TRY(state->module->slot_of(label));
  auto& call = state->call();
  TRY(judge("C_OpenSession",
            call.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &state->session)));
  const std::string_view text = text_of(pin.reveal());
  const CK_RV rv = call.C_Login(state->session, CKU_USER, mutable_text(text), text.size());
  if (rv != CKR_USER_ALREADY_LOGGED_IN) TRY(judge("C_Login", rv));
  return std::unique_ptr<Token>{new Token{std::move(state)}};
}

Result<PublicKey> Token::generate_key(std::string_view label) {
  const std::scoped_lock lock{state_->busy};
  if (TRY(state_->find(CKO_PRIVATE_KEY, label))) {
    return Error{Errc::conflict, "the token holds a key labelled \"" + std::string{label} + "\" already"};
  }
  if (const auto orphan = TRY(state_->find(CKO_PUBLIC_KEY, label))) {
    TRY(judge("C_DestroyObject", state_->call().C_DestroyObject(state_->session, *orphan)));
  }
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ATTRIBUTE open_half[] = {{CKA_EC_PARAMS, const_cast<std::uint8_t*>(p256_params), sizeof p256_params},
                              attribute(CKA_TOKEN, yes),
                              attribute(CKA_VERIFY, yes),
                              text_attribute(CKA_LABEL, label),
                              text_attribute(CKA_ID, label)};
  CK_ATTRIBUTE secret_half[] = {attribute(CKA_TOKEN, yes),     attribute(CKA_PRIVATE, yes),
                                attribute(CKA_SENSITIVE, yes), attribute(CKA_EXTRACTABLE, no),
                                attribute(CKA_SIGN, yes),      text_attribute(CKA_LABEL, label),
                                text_attribute(CKA_ID, label)};
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE public_half = 0;
  CK_OBJECT_HANDLE private_half = 0;
  TRY(judge("C_GenerateKeyPair",
            state_->call().C_GenerateKeyPair(state_->session, &mechanism, open_half, std::size(open_half), secret_half,
                                             std::size(secret_half), &public_half, &private_half)));
  return state_->read_point(public_half);
}

Result<PublicKey> Token::public_key(std::string_view label) {
  const std::scoped_lock lock{state_->busy};
  const auto found = TRY(state_->find(CKO_PUBLIC_KEY, label));
  if (!found || !TRY(state_->find(CKO_PRIVATE_KEY, label)))
    return Error{Errc::not_found, "the token holds no key labelled \"" + std::string{label} + "\""};
  return state_->read_point(*found);
}

Result<Signature> Token::sign(std::string_view label, const Digest& digest) {
  const std::scoped_lock lock{state_->busy};
  const auto found = TRY(state_->find(CKO_PRIVATE_KEY, label));
  if (!found) return Error{Errc::not_found, "the token holds no key labelled \"" + std::string{label} + "\""};
  CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
  TRY(judge("C_SignInit", state_->call().C_SignInit(state_->session, &mechanism, *found)));
  Digest input = digest;
  Signature out;
  CK_ULONG size = out.size();
  TRY(judge("C_Sign", state_->call().C_Sign(state_->session, input.data(), input.size(), out.data(), &size)));
  if (size != out.size()) return Error{Errc::malformed, "the token's signature is not 64 bytes"};
  return out;
}

}  // namespace signet::crypto
