// module.h -- a PKCS#11 module loaded and initialised, and its errors in words.
#pragma once

#include "base/bytes.h"

#include <p11-kit/pkcs11.h>
#include <memory>
#include <vector>

namespace signet::crypto {

class Pkcs11Module {
 public:
  static Result<std::unique_ptr<Pkcs11Module>> load(const std::string& file);
  ~Pkcs11Module();
  CK_FUNCTION_LIST& call() { return *functions_; }

  Result<std::vector<CK_SLOT_ID>> slots(bool with_token);
  // not_found when no initialised token has that label (padded with blanks to 32).
  Result<CK_SLOT_ID> slot_of(std::string_view label);

 private:
  Pkcs11Module() = default;
  void* library_ = nullptr;
  CK_FUNCTION_LIST* functions_ = nullptr;
};

// {} for CKR_OK; otherwise "C_Login: wrong PIN" and the code that fits.
Status judge(std::string_view function, CK_RV rv);

inline CK_BYTE_PTR mutable_text(std::string_view text) {  // the C interface takes no const
  return reinterpret_cast<CK_BYTE_PTR>(const_cast<char*>(text.data()));
}

}  // namespace signet::crypto
