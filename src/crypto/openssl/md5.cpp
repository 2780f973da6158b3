#include "crypto/md5.h"

#include "crypto/openssl/handles.h"

namespace signet::crypto {

Block<16> md5(Bytes data) {
  Block<16> out;
  unsigned size = 0;
  ENSURE(EVP_Digest(data.data(), data.size(), out.data(), &size, EVP_md5(), nullptr) == 1 && size == out.size());
  return out;
}

}  // namespace signet::crypto
