// libsignet-pkcs11.so: the element for programs that speak PKCS#11 (mosquitto, curl, OpenSSL, p11tool).
#include "token/module.h"

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** out) {
  return signet::token::function_list(out);
}
