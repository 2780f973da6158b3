#include "crypto/aead.h"

#include "crypto/openssl/handles.h"

namespace signet::crypto {
namespace {

CipherCtxPtr start(const AeadKey& key, const AeadNonce& nonce, Bytes context, bool sealing) {
  CipherCtxPtr cipher{EVP_CIPHER_CTX_new()};
  ENSURE(cipher);
  ENSURE(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.reveal().data(), nonce.data(), sealing) == 1);
  int size = 0;
  if (!context.empty()) {
    ENSURE(EVP_CipherUpdate(cipher.get(), nullptr, &size, context.data(), static_cast<int>(context.size())) == 1);
  }
  return cipher;
}

void update(EVP_CIPHER_CTX* cipher, std::uint8_t* out, Bytes in) {
  int size = 0;
  if (in.empty()) return;  // a null pointer would mean: more context
  ENSURE(EVP_CipherUpdate(cipher, out, &size, in.data(), static_cast<int>(in.size())) == 1);
  ENSURE(static_cast<std::size_t>(size) == in.size());
}

}  // namespace

Buffer aead_seal(const AeadKey& key, const AeadNonce& nonce, Bytes context, Bytes plain) {
  const CipherCtxPtr cipher = start(key, nonce, context, true);
  Buffer sealed(plain.size() + aead_tag_bytes);
  update(cipher.get(), sealed.data(), plain);
  std::uint8_t* tag = sealed.data() + plain.size();
  int size = 0;
  ENSURE(EVP_CipherFinal_ex(cipher.get(), tag, &size) == 1 && size == 0);
  ENSURE(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(aead_tag_bytes), tag) == 1);
  return sealed;
}

Result<Buffer> aead_open(const AeadKey& key, const AeadNonce& nonce, Bytes context, Bytes sealed) {
  const Error refused{Errc::corrupt, "sealed bytes do not check: changed, cut, or sealed under another key"};
  if (sealed.size() < aead_tag_bytes) return refused;
  Buffer tag = copy_of(sealed.last(aead_tag_bytes));
  const CipherCtxPtr cipher = start(key, nonce, context, false);
  Buffer plain(sealed.size() - aead_tag_bytes);
  update(cipher.get(), plain.data(), sealed.first(plain.size()));
  ENSURE(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) == 1);
  int size = 0;
  std::uint8_t none[aead_tag_bytes];
  if (EVP_CipherFinal_ex(cipher.get(), none, &size) == 1) return plain;
  wipe(plain);
  return refused;
}

}  // namespace signet::crypto
