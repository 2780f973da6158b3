// session.h -- a user's session with one token: objects found, made and read.
#pragma once

#include "crypto/p256.h"
#include "crypto/pkcs11/module.h"

#include <initializer_list>
#include <optional>

namespace signet::crypto {

template <class T>
CK_ATTRIBUTE pkcs11_attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof value};
}
inline CK_ATTRIBUTE pkcs11_bytes(CK_ATTRIBUTE_TYPE type, Bytes bytes) {  // the C interface takes no const
  return {type, const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

class Pkcs11Session {
 public:
  // Opens the module, finds the token by label and signs in. not_found, unauthenticated (wrong PIN) or unavailable.
  static Result<std::unique_ptr<Pkcs11Session>> open(const std::string& module_file, std::string_view token,
                                                     const SecretBytes& pin);
  ~Pkcs11Session();

  CK_FUNCTION_LIST& call() { return module_->call(); }
  CK_SESSION_HANDLE handle() const { return handle_; }
  CK_SLOT_ID slot() const { return slot_; }

  // Of the first objects_max that fit; a token of ours holds a dozen.
  static constexpr std::size_t objects_max = 64;
  using Wanted = std::vector<CK_ATTRIBUTE>;
  Result<std::vector<CK_OBJECT_HANDLE>> find_all(CK_OBJECT_CLASS kind, Wanted wanted);
  // conflict when there are several.
  Result<std::optional<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS kind, const Wanted& wanted);
  Result<Buffer> read(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);  // at most attribute_bytes_max
  static constexpr std::size_t attribute_bytes_max = 8192;

  // A pair on P-256, private half sensitive and not extractable, kept in the token. `use` is CKA_SIGN or CKA_DERIVE.
  Status generate_pair(std::string_view label, Bytes id, CK_ATTRIBUTE_TYPE use);
  Result<PublicKey> public_key(CK_OBJECT_HANDLE public_half);
  // With the mechanism, over `data`, by the key: a signature or a MAC of `size` bytes.
  Result<Buffer> sign(CK_MECHANISM_TYPE mechanism, CK_OBJECT_HANDLE key, Bytes data, std::size_t size);

 private:
  Pkcs11Session() = default;
  std::unique_ptr<Pkcs11Module> module_;
  CK_SLOT_ID slot_ = 0;
  CK_SESSION_HANDLE handle_ = 0;
};

}  // namespace signet::crypto
