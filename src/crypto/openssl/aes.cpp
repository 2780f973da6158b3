#include "crypto/aes.h"

#include "crypto/openssl/handles.h"

namespace signet::crypto {
namespace {

AesBlock one_block(AesKey key, const AesBlock& block, bool encrypt) {
  const CipherCtxPtr context{EVP_CIPHER_CTX_new()};
  AesBlock out;
  int size = 0;
  ENSURE(EVP_CipherInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr, encrypt ? 1 : 0) == 1);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  ENSURE(EVP_CipherUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size())) == 1);
  ENSURE(size == static_cast<int>(out.size()));
  return out;
}

}  // namespace

AesBlock aes128_encrypt(AesKey key, const AesBlock& block) { return one_block(key, block, true); }
AesBlock aes128_decrypt(AesKey key, const AesBlock& block) { return one_block(key, block, false); }

}  // namespace signet::crypto
