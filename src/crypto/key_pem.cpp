#include "crypto/key_pem.h"

namespace signet::crypto {
namespace {

// PrivateKeyInfo { 0, { ecPublicKey, prime256v1 }, ECPrivateKey { 1, key, [1] 04 X Y } } has one size and one layout,
// so its DER is two fixed runs around the two keys.
constexpr std::uint8_t before_key[] = {0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86,
                                       0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                       0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::uint8_t before_point[] = {0xa1, 0x44, 0x03, 0x42, 0x00, 0x04};
constexpr std::string_view head = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view foot = "-----END PRIVATE KEY-----\n";
constexpr std::size_t line_chars = 64;

Error not_ours() { return Error{Errc::malformed, "not a P-256 private key as we write them (PKCS#8 PEM)"}; }

Status expect(Reader& in, Bytes wanted) {
  const Bytes found = TRY(in.take(wanted.size()));
  if (!std::equal(found.begin(), found.end(), wanted.begin())) return not_ours();
  return {};
}

}  // namespace

std::string export_private_key_pem(const PrivateKey& key) {
  Buffer der;
  der.reserve(sizeof before_key + 32 + sizeof before_point + 64);  // no copy of the key is left by growing
  Writer{der}.bytes(before_key).bytes(key.reveal()).bytes(before_point).bytes(public_key_of(key));
  std::string text = base64(der);
  std::string out;
  out.reserve(key_pem_bytes_max);
  out += head;
  for (std::size_t at = 0; at < text.size(); at += line_chars) out.append(text, at, line_chars).append("\n");
  out += foot;
  wipe(der);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return out;
}

Result<PrivateKey> import_private_key_pem(std::string_view text) {
  if (text.size() > key_pem_bytes_max) return Error{Errc::too_large, "too long for a P-256 private key"};
  if (!text.starts_with(head) || !text.ends_with(foot)) return not_ours();
  text.remove_prefix(head.size());
  text.remove_suffix(foot.size());
  std::string joined;
  joined.reserve(text.size());
  for (const char c : text) {
    if (c != '\n') joined += c;
  }
  Result<Buffer> decoded = decode_base64(joined);
  wipe({reinterpret_cast<std::uint8_t*>(joined.data()), joined.size()});
  const SecretBytes der{TRY(std::move(decoded))};
  Reader in{der.reveal()};
  TRY(expect(in, before_key));
  const Bytes scalar = TRY(in.take(32));
  if (!is_private_key(scalar)) return not_ours();
  PrivateKey key{scalar.first<32>()};
  TRY(expect(in, before_point));
  const PublicKey point = TRY(in.block<64>());
  TRY(in.end());
  if (point != public_key_of(key)) return not_ours();
  return key;
}

}  // namespace signet::crypto
