#include "element/pkcs11/pkcs11.h"

namespace signet::element {
namespace {

using crypto::judge;
using crypto::pkcs11_attribute;
using crypto::pkcs11_bytes;
using crypto::Pkcs11Session;

constexpr CK_ULONG secret_bytes = 32;
constexpr std::size_t random_bytes_max = 1u << 16;
constexpr std::size_t label_bytes_max = 64;

CK_ATTRIBUTE labelled(std::string_view label) { return pkcs11_bytes(CKA_LABEL, bytes_of(label)); }

Error no_key(const std::string& label, const char* what) {
  return {Errc::not_found, "the token holds no " + std::string{what} + " labelled \"" + label +
                               "\": signet element new makes the keys of an element"};
}

}  // namespace

Status Pkcs11Element::create(const Pkcs11Spec& spec, const crypto::SecretBytes& pin) {
  if (spec.label.empty() || spec.label.size() > label_bytes_max) {
    return Error{Errc::malformed, "the label of a key (object=) has 1 to 64 bytes"};
  }
  const auto session = TRY(Pkcs11Session::open(spec.module_file, spec.token, pin));
  if (!TRY(session->find_all(CKO_PRIVATE_KEY, {labelled(spec.label)})).empty()) {
    return Error{Errc::conflict,
                 "the token holds a key labelled \"" + spec.label + "\" already: choose another object="};
  }
  const std::string agreement = spec.label + "-agreement";
  if (TRY(session->find_all(CKO_PRIVATE_KEY, {labelled(agreement)})).empty()) {  // an interrupted create left one
    TRY(session->generate_pair(agreement, bytes_of(agreement), CKA_DERIVE));
  }
  const Bytes id = spec.id.empty() ? bytes_of(spec.label) : Bytes{spec.id};
  return session->generate_pair(spec.label, id, CKA_SIGN);
}

Result<std::unique_ptr<Pkcs11Element>> Pkcs11Element::open(const Pkcs11Spec& spec, const crypto::SecretBytes& pin) {
  auto session = TRY(Pkcs11Session::open(spec.module_file, spec.token, pin));
  CK_SLOT_INFO slot{};
  TRY(judge("C_GetSlotInfo", session->call().C_GetSlotInfo(session->slot(), &slot)));
  std::unique_ptr<Pkcs11Element> made{new Pkcs11Element{std::move(session), spec.label}};
  made->assurance_ = (slot.flags & CKF_HW_SLOT) != 0 ? Assurance::hardware : Assurance::software;
  TRY(made->find_identity(spec));
  return made;
}

Status Pkcs11Element::find_identity(const Pkcs11Spec& spec) {
  Pkcs11Session::Wanted wanted;
  if (!spec.label.empty()) wanted.push_back(labelled(spec.label));
  if (!spec.id.empty()) wanted.push_back(pkcs11_bytes(CKA_ID, spec.id));
  const Object key = TRY(session_->find(CKO_PRIVATE_KEY, wanted));
  if (!key) return no_key(spec.label, "private key");
  key_ = *key;
  id_ = TRY(session_->read(key_, CKA_ID));
  if (label_.empty()) label_ = text_of(TRY(session_->read(key_, CKA_LABEL)));
  const Object open_half = TRY(session_->find(CKO_PUBLIC_KEY, wanted));
  if (!open_half) return no_key(spec.label, "public key");
  public_key_ = TRY(session_->public_key(*open_half));
  return {};
}

Result<Pkcs11Element::Object> Pkcs11Element::find(CK_OBJECT_CLASS kind, std::string_view suffix) {
  const std::string label = label_ + std::string{suffix};
  return session_->find(kind, {labelled(label)});
}

Result<crypto::Signature> Pkcs11Element::sign(const crypto::Digest& digest) {
  crypto::Signature out;
  const Buffer made = TRY(session_->sign(CKM_ECDSA, key_, digest, out.size()));
  std::copy(made.begin(), made.end(), out.begin());
  return out;
}

Result<Buffer> Pkcs11Element::random(std::size_t size) {
  if (size > random_bytes_max) return Error{Errc::too_large, "at most 65536 random bytes at once"};
  Buffer out(size);
  if (size == 0) return out;
  TRY(judge("C_GenerateRandom", session_->call().C_GenerateRandom(session_->handle(), out.data(), out.size())));
  return out;
}

Result<Pkcs11Element::Objects> Pkcs11Element::counter_objects(unsigned id) {
  if (id >= own_counters) return no_such_counter();
  const std::string label = label_ + "-counter-" + std::to_string(id);
  return session_->find_all(CKO_DATA, {labelled(label)});
}

// The largest: a power cut may have left the one before beside it.
Result<std::uint32_t> Pkcs11Element::counter(unsigned id) {
  std::uint32_t largest = 0;
  for (const CK_OBJECT_HANDLE object : TRY(counter_objects(id))) {
    const Buffer value = TRY(session_->read(object, CKA_VALUE));
    Reader in{value};
    largest = std::max(largest, TRY(in.u32_be()));
    TRY(in.end());
  }
  return largest;
}

// A new object each time: a data object's value does not change in every token, and so no cut leaves half a number.
Result<std::uint32_t> Pkcs11Element::increment(unsigned id) {
  const Objects before = TRY(counter_objects(id));
  const std::uint32_t next = TRY(counter(id)) + 1;
  if (next == 0) return Error{Errc::exhausted, "the counter is at its end"};
  Buffer value;
  Writer{value}.u32_be(next);
  const std::string label = label_ + "-counter-" + std::to_string(id);
  CK_OBJECT_CLASS kind = CKO_DATA;
  CK_BBOOL yes = CK_TRUE;
  Pkcs11Session::Wanted object{pkcs11_attribute(CKA_CLASS, kind),
                               pkcs11_attribute(CKA_TOKEN, yes),
                               pkcs11_attribute(CKA_PRIVATE, yes),
                               pkcs11_bytes(CKA_APPLICATION, bytes_of("signet")),
                               labelled(label),
                               pkcs11_bytes(CKA_VALUE, value)};
  auto& call = session_->call();
  CK_OBJECT_HANDLE made = 0;
  TRY(judge("C_CreateObject", call.C_CreateObject(session_->handle(), object.data(), object.size(), &made)));
  for (const CK_OBJECT_HANDLE old : before) {
    TRY(judge("C_DestroyObject", call.C_DestroyObject(session_->handle(), old)));
  }
  return next;
}

Result<crypto::PublicKey> Pkcs11Element::agreement_key() {
  const Object key = TRY(find(CKO_PUBLIC_KEY, "-agreement"));
  if (!key) return no_key(label_ + "-agreement", "public key");
  return session_->public_key(*key);
}

Result<crypto::Secret<32>> Pkcs11Element::ecdh(const crypto::PublicKey& peer) {
  if (!crypto::is_public_key(peer)) return Error{Errc::malformed, "the peer's public key is not on the curve"};
  const Object key = TRY(find(CKO_PRIVATE_KEY, "-agreement"));
  if (!key) return no_key(label_ + "-agreement", "private key");
  Buffer point{0x04};
  Writer{point}.bytes(peer);
  CK_ECDH1_DERIVE_PARAMS with{};
  with.kdf = CKD_NULL;
  with.pPublicData = point.data();
  with.ulPublicDataLen = point.size();
  CK_MECHANISM mechanism{CKM_ECDH1_DERIVE, &with, sizeof with};
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_GENERIC_SECRET;
  CK_ULONG size = secret_bytes;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ATTRIBUTE wanted[] = {pkcs11_attribute(CKA_CLASS, kind),      pkcs11_attribute(CKA_KEY_TYPE, type),
                           pkcs11_attribute(CKA_TOKEN, no),        pkcs11_attribute(CKA_SENSITIVE, no),
                           pkcs11_attribute(CKA_EXTRACTABLE, yes), pkcs11_attribute(CKA_VALUE_LEN, size)};
  auto& call = session_->call();
  CK_OBJECT_HANDLE derived = 0;
  TRY(judge("C_DeriveKey",
            call.C_DeriveKey(session_->handle(), &mechanism, *key, wanted, std::size(wanted), &derived)));
  auto value = session_->read(derived, CKA_VALUE);
  call.C_DestroyObject(session_->handle(), derived);
  const crypto::SecretBytes shared{TRY(std::move(value))};
  if (shared.reveal().size() != secret_bytes)
    return Error{Errc::malformed, "the token's shared secret has no 32 bytes"};
  return crypto::Secret<32>{shared.reveal().first<secret_bytes>()};
}

Result<CK_OBJECT_HANDLE> Pkcs11Element::seal_key(bool make) {
  const std::string label = label_ + "-seal";
  if (const Object key = TRY(session_->find(CKO_SECRET_KEY, {labelled(label)}))) return *key;
  if (!make) return Error{Errc::corrupt, "nothing was sealed here since the last time all was forgotten"};
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  CK_KEY_TYPE type = CKK_GENERIC_SECRET;
  CK_ULONG size = secret_bytes;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  Pkcs11Session::Wanted wanted{
      pkcs11_attribute(CKA_CLASS, kind),  pkcs11_attribute(CKA_KEY_TYPE, type),  pkcs11_attribute(CKA_TOKEN, yes),
      pkcs11_attribute(CKA_PRIVATE, yes), pkcs11_attribute(CKA_SENSITIVE, yes),  pkcs11_attribute(CKA_EXTRACTABLE, no),
      pkcs11_attribute(CKA_SIGN, yes),    pkcs11_attribute(CKA_VALUE_LEN, size), labelled(label)};
  CK_MECHANISM mechanism{CKM_GENERIC_SECRET_KEY_GEN, nullptr, 0};
  CK_OBJECT_HANDLE made = 0;
  TRY(judge("C_GenerateKey",
            session_->call().C_GenerateKey(session_->handle(), &mechanism, wanted.data(), wanted.size(), &made)));
  return made;
}

DeriveSealKey Pkcs11Element::deriver(bool make) {
  return [this, make](const crypto::Digest& of) -> Result<crypto::AeadKey> {
    const CK_OBJECT_HANDLE key = TRY(seal_key(make));
    const crypto::SecretBytes mac{TRY(session_->sign(CKM_SHA256_HMAC, key, of, secret_bytes))};
    return crypto::AeadKey{mac.reveal().first<secret_bytes>()};
  };
}

Result<Buffer> Pkcs11Element::seal(std::string_view purpose, Bytes plain) {
  const Buffer fresh = TRY(random(seal_salt_bytes));
  Block<seal_salt_bytes> salt;
  std::copy(fresh.begin(), fresh.end(), salt.begin());
  return seal_with(deriver(true), salt, purpose, plain);
}

Result<Buffer> Pkcs11Element::unseal(std::string_view purpose, Bytes sealed) {
  return unseal_with(deriver(false), purpose, sealed);
}

Status Pkcs11Element::forget_sealed() {
  const Object key = TRY(find(CKO_SECRET_KEY, "-seal"));
  if (!key) return {};
  return judge("C_DestroyObject", session_->call().C_DestroyObject(session_->handle(), *key));
}

}  // namespace signet::element
