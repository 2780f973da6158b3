#include "crypto/pkcs11/session.h"

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

}  // namespace

Result<std::unique_ptr<Pkcs11Session>> Pkcs11Session::open(const std::string& module_file, std::string_view token,
                                                           const SecretBytes& pin) {
  std::unique_ptr<Pkcs11Session> made{new Pkcs11Session};
  made->module_ = TRY(Pkcs11Module::load(module_file));
  made->slot_ = TRY(made->module_->slot_of(token));
  auto& call = made->call();
  TRY(judge("C_OpenSession",
            call.C_OpenSession(made->slot_, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &made->handle_)));
  const std::string_view text = text_of(pin.reveal());
  const CK_RV rv = call.C_Login(made->handle_, CKU_USER, mutable_text(text), text.size());
  if (rv != CKR_USER_ALREADY_LOGGED_IN) TRY(judge("C_Login", rv));
  return made;
}

Pkcs11Session::~Pkcs11Session() {
  if (handle_) call().C_CloseSession(handle_);
}

Result<std::vector<CK_OBJECT_HANDLE>> Pkcs11Session::find_all(CK_OBJECT_CLASS kind, Wanted wanted) {
  wanted.push_back(pkcs11_attribute(CKA_CLASS, kind));
  TRY(judge("C_FindObjectsInit", call().C_FindObjectsInit(handle_, wanted.data(), wanted.size())));
  std::vector<CK_OBJECT_HANDLE> found(objects_max);
  CK_ULONG count = 0;
  const CK_RV rv = call().C_FindObjects(handle_, found.data(), found.size(), &count);
  call().C_FindObjectsFinal(handle_);
  TRY(judge("C_FindObjects", rv));
  found.resize(count);
  return found;
}

Result<std::optional<CK_OBJECT_HANDLE>> Pkcs11Session::find(CK_OBJECT_CLASS kind, const Wanted& wanted) {
  const auto found = TRY(find_all(kind, wanted));
  if (found.size() > 1) return Error{Errc::conflict, "the token holds two objects of one kind and name"};
  if (found.empty()) return std::optional<CK_OBJECT_HANDLE>{};
  return std::optional{found.front()};
}

Result<Buffer> Pkcs11Session::read(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  Buffer value(attribute_bytes_max);
  CK_ATTRIBUTE asked{type, value.data(), value.size()};
  const CK_RV rv = call().C_GetAttributeValue(handle_, object, &asked, 1);
  if (rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && asked.ulValueLen > value.size())) {
    return Error{Errc::too_large, "an attribute of the token is too large"};
  }
  TRY(judge("C_GetAttributeValue", rv));
  value.resize(asked.ulValueLen);
  return value;
}

Status Pkcs11Session::generate_pair(std::string_view label, Bytes id, CK_ATTRIBUTE_TYPE use) {
  for (const CK_OBJECT_HANDLE orphan : TRY(find_all(CKO_PUBLIC_KEY, {pkcs11_bytes(CKA_LABEL, bytes_of(label))}))) {
    TRY(judge("C_DestroyObject", call().C_DestroyObject(handle_, orphan)));
  }
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  const auto flag = [](CK_ATTRIBUTE_TYPE type, CK_BBOOL& value) { return pkcs11_attribute(type, value); };
  const CK_ATTRIBUTE name = pkcs11_bytes(CKA_LABEL, bytes_of(label));
  const CK_ATTRIBUTE number = pkcs11_bytes(CKA_ID, id);
  Wanted open_half{pkcs11_bytes(CKA_EC_PARAMS, p256_params), flag(CKA_TOKEN, yes), name, number};
  if (use == CKA_SIGN) open_half.push_back(flag(CKA_VERIFY, yes));
  Wanted secret_half{flag(CKA_TOKEN, yes),
                     flag(CKA_PRIVATE, yes),
                     flag(CKA_SENSITIVE, yes),
                     flag(CKA_EXTRACTABLE, no),
                     flag(use, yes),
                     name,
                     number};
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE open_handle = 0;
  CK_OBJECT_HANDLE secret_handle = 0;
  return judge("C_GenerateKeyPair",
               call().C_GenerateKeyPair(handle_, &mechanism, open_half.data(), open_half.size(), secret_half.data(),
                                        secret_half.size(), &open_handle, &secret_handle));
}

Result<PublicKey> Pkcs11Session::public_key(CK_OBJECT_HANDLE public_half) {
  return parse_point(TRY(read(public_half, CKA_EC_POINT)));
}

Result<Buffer> Pkcs11Session::sign(CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key, Bytes data, std::size_t size) {
  CK_MECHANISM how{mechanism, nullptr, 0};
  TRY(judge("C_SignInit", call().C_SignInit(handle_, &how, key)));
  Buffer input = copy_of(data);
  Buffer out(size);
  CK_ULONG made = out.size();
  TRY(judge("C_Sign", call().C_Sign(handle_, input.data(), input.size(), out.data(), &made)));
  if (made != size) {
    return Error{Errc::malformed,
                 "the token signed with " + std::to_string(made) + " bytes in place of " + std::to_string(size)};
  }
  return out;
}

}  // namespace signet::crypto
