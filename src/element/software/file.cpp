#include "element/software/file.h"

namespace signet::element::software {
namespace {

constexpr std::string_view magic = "SGNTSOF1";
constexpr std::size_t header_bytes = 8 + 12 + crypto::stretch_salt_bytes;
constexpr std::size_t key_bytes = 32;
constexpr std::size_t keys_bytes = 3 * key_bytes;

Error not_ours() { return {Errc::malformed, "is not the file of a software element"}; }

}  // namespace

Result<Header> decode_header(Bytes file) {
  Reader in{file};
  const auto begin = in.take(magic.size());
  if (!begin || text_of(begin.value()) != magic) return not_ours();
  if (file.size() > file_bytes_max) return Error{Errc::too_large, "has over 4096 bytes"};
  Header out;
  out.cost.passes = TRY(in.u32_be());
  out.cost.memory_kib = TRY(in.u32_be());
  out.cost.lanes = TRY(in.u32_be());
  const auto& most = crypto::stretch_cost_max;
  if (out.cost.passes > most.passes || out.cost.memory_kib > most.memory_kib || out.cost.lanes > most.lanes) {
    return Error{Errc::too_large, "asks for more memory or time than any file of ours"};
  }
  out.salt = TRY(in.block<crypto::stretch_salt_bytes>());
  return out;
}

Result<Body> decode_body(Bytes body) {
  Reader in{body};
  Body out;
  const std::uint8_t bound = TRY(in.u8());
  if (bound > 1) return Error{Errc::malformed, "bound is 0 or 1"};
  out.bound = bound == 1;
  out.identity = TRY(in.block<64>());
  out.agreement = TRY(in.block<64>());
  for (std::uint32_t& counter : out.counters) counter = TRY(in.u32_be());
  out.keys_nonce = TRY(in.block<crypto::aead_nonce_bytes>());
  out.sealed_keys = copy_of(TRY(in.take(keys_bytes + crypto::aead_tag_bytes)));
  const std::size_t chain_size = TRY(in.u16_be());
  const Bytes chain = TRY(in.take(chain_size));
  TRY(in.end());
  if (!chain.empty()) out.chain = TRY(decode_chain(chain));
  return out;
}

Buffer encode_body(const Body& body) {
  Buffer out;
  Writer writer{out};
  writer.u8(body.bound ? 1 : 0).bytes(body.identity).bytes(body.agreement);
  for (const std::uint32_t counter : body.counters) writer.u32_be(counter);
  writer.bytes(body.keys_nonce).bytes(body.sealed_keys);
  const Buffer chain = body.chain.empty() ? Buffer{} : encode_chain(body.chain).value();
  writer.u16_be(static_cast<std::uint16_t>(chain.size())).bytes(chain);
  return out;
}

Result<Body> open_file(Bytes file, const crypto::AeadKey& key) {
  TRY(decode_header(file));
  Reader in{file};
  const Bytes header = TRY(in.take(header_bytes));
  const auto nonce = TRY(in.block<crypto::aead_nonce_bytes>());
  auto body = crypto::aead_open(key, nonce, header, in.rest());
  if (!body) return Error{Errc::corrupt, "does not open: a wrong passphrase, or the file was changed"};
  return decode_body(body.value());
}

Buffer seal_file(const Header& header, const crypto::AeadNonce& fresh_nonce, const Body& body,
                 const crypto::AeadKey& key) {
  Buffer out;
  Writer writer{out};
  writer.text(magic).u32_be(header.cost.passes).u32_be(header.cost.memory_kib).u32_be(header.cost.lanes);
  writer.bytes(header.salt);
  const Buffer context = out;
  writer.bytes(fresh_nonce).bytes(crypto::aead_seal(key, fresh_nonce, context, encode_body(body)));
  return out;
}

Buffer seal_keys(const Keys& keys, const crypto::AeadNonce& nonce, const crypto::AeadKey& key) {
  Buffer plain;
  plain.reserve(keys_bytes);  // no copy of a key is left behind by a buffer that grew
  Writer{plain}.bytes(keys.identity.reveal()).bytes(keys.agreement.reveal()).bytes(keys.sealing.reveal());
  Buffer out = crypto::aead_seal(key, nonce, bytes_of("keys"), plain);
  crypto::wipe(plain);
  return out;
}

Result<Keys> open_keys(const Body& body, const crypto::AeadKey& key) {
  auto opened = crypto::aead_open(key, body.keys_nonce, bytes_of("keys"), body.sealed_keys);
  if (!opened) return Error{Errc::forbidden, "this element is bound to another board"};
  const crypto::SecretBytes plain{std::move(opened).value()};
  const auto part = [&](std::size_t index) {
    return crypto::Secret<32>{plain.reveal().subspan(index * key_bytes).first<key_bytes>()};
  };
  return Keys{part(0), part(1), part(2)};
}

crypto::AeadKey keys_key(const crypto::AeadKey& file_key, const BoardSecret* board) {
  crypto::AeadKey key{crypto::hmac_sha256(file_key.reveal(), bytes_of("signet software element: keys"))};
  if (board) key = crypto::AeadKey{crypto::hmac_sha256(key.reveal(), board->reveal())};
  return key;
}

}  // namespace signet::element::software
