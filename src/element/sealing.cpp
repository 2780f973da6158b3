#include "element/sealing.h"

namespace signet::element {
namespace {

constexpr std::uint8_t version = 1;
constexpr crypto::AeadNonce only_nonce{};  // the key is the blob's own, so one nonce is enough

Status check_purpose(std::string_view purpose) {
  if (!purpose.empty() && purpose.size() <= seal_purpose_bytes_max) return {};
  return Error{Errc::malformed, "the purpose of sealing has 1 to 64 bytes"};
}

crypto::Digest label_of(std::string_view purpose, Bytes salt) {
  Buffer text;
  Writer{text}.text("signet-seal-v1").u8(static_cast<std::uint8_t>(purpose.size())).text(purpose).bytes(salt);
  return crypto::sha256(text);
}

}  // namespace

Result<Buffer> seal_with(const DeriveSealKey& derive, const Block<seal_salt_bytes>& fresh_salt,
                         std::string_view purpose, Bytes plain) {
  TRY(check_purpose(purpose));
  if (plain.size() > seal_plain_bytes_max) {
    return Error{Errc::too_large, "an element seals at most " + std::to_string(seal_plain_bytes_max) + " bytes"};
  }
  const crypto::AeadKey key = TRY(derive(label_of(purpose, fresh_salt)));
  Buffer out;
  Writer{out}.u8(version).bytes(fresh_salt);
  const Buffer header = out;
  Writer{out}.bytes(crypto::aead_seal(key, only_nonce, header, plain));
  return out;
}

Result<Buffer> unseal_with(const DeriveSealKey& derive, std::string_view purpose, Bytes sealed) {
  TRY(check_purpose(purpose));
  const Error refused{Errc::corrupt,
                      "this was not sealed here, for this purpose, since the last time all was forgotten"};
  if (sealed.size() < seal_overhead_bytes || sealed.size() > sealed_bytes_max || sealed[0] != version) return refused;
  const Bytes header = sealed.first(1 + seal_salt_bytes);
  const crypto::AeadKey key = TRY(derive(label_of(purpose, header.subspan(1))));
  auto plain = crypto::aead_open(key, only_nonce, header, sealed.subspan(header.size()));
  if (!plain) return refused;
  return plain;
}

}  // namespace signet::element
