// handles.h -- owners of OpenSSL's objects. Only crypto/openssl and net/tls may include this.
#pragma once

#include "base/freed.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

namespace signet::crypto {

using BnPtr = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using PointPtr = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;
using GroupPtr = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

}  // namespace signet::crypto
