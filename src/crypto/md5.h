// md5.h -- MD5 (RFC 1321), which proves nothing: for a field of an old protocol beside which a real digest stands.
#pragma once

#include "base/bytes.h"

namespace signet::crypto {

Block<16> md5(Bytes data);  // never for security

}  // namespace signet::crypto
