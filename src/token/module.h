// module.h -- the C entry points of the PKCS#11 module: one lock, one token, and no exception that leaves.
//
// PKCS#11 2.40. What an element cannot do answers CKR_FUNCTION_NOT_SUPPORTED; nothing here can create, change or take
// out an object. After a fork the child must call C_Initialize of its own (section 2.5), or is told so. Why an element
// could not be used goes to standard error, one line an event.
#pragma once

#include <p11-kit/pkcs11.h>

namespace signet::token {

CK_RV function_list(CK_FUNCTION_LIST** out);

}  // namespace signet::token
