#include "element/software/software.h"

namespace signet::element {

using software::Body;
using software::Keys;

Status SoftwareElement::create(const std::string& file, const crypto::SecretBytes& passphrase, crypto::Random& random,
                               const crypto::StretchCost& cost) {
  const Fd lock = TRY(lock_file(file + ".lock"));
  if (file_exists(file)) return Error{Errc::conflict, file + " exists already: an identity is never overwritten"};
  software::Header header{cost, random.block<crypto::stretch_salt_bytes>()};
  const crypto::AeadKey key = TRY(crypto::stretch(passphrase.reveal(), header.salt, cost));
  Keys keys{crypto::generate_private_key(random), crypto::generate_private_key(random), {}};
  random.fill(keys.sealing.reveal_to_fill());
  Body body;
  body.identity = crypto::public_key_of(keys.identity);
  body.agreement = crypto::public_key_of(keys.agreement);
  body.keys_nonce = random.block<crypto::aead_nonce_bytes>();
  body.sealed_keys = software::seal_keys(keys, body.keys_nonce, software::keys_key(key, nullptr));
  const Buffer bytes = software::seal_file(header, random.block<crypto::aead_nonce_bytes>(), body, key);
  return write_file_atomic(file, bytes, 0600);
}

Result<std::unique_ptr<SoftwareElement>> SoftwareElement::open(const std::string& file,
                                                               const crypto::SecretBytes& passphrase,
                                                               crypto::Random& random) {
  if (!file_exists(file)) {
    return Error{Errc::not_found, file + ": no such file; make one with signet element new software:" + file};
  }
  Fd lock = TRY(lock_file(file + ".lock"));
  const Buffer bytes = TRY(read_file(file, software::file_bytes_max));
  auto header = software::decode_header(bytes);
  if (!header) return std::move(header).error().within(file);
  crypto::AeadKey key = TRY(crypto::stretch(passphrase.reveal(), header.value().salt, header.value().cost));
  auto body = software::open_file(bytes, key);
  if (!body) return Error{Errc::unauthenticated, file + ": " + body.error().what};
  std::unique_ptr<SoftwareElement> made{
      new SoftwareElement{file, std::move(lock), header.value(), std::move(key), std::move(body).value(), random}};
  if (made->body_.bound) return made;
  made->keys_key_ = software::keys_key(made->key_, nullptr);
  made->keys_ = TRY(software::open_keys(made->body_, *made->keys_key_));
  return made;
}

Status SoftwareElement::store(Body body) {
  TRY(write_file_atomic(file_, software::seal_file(header_, random_.block<crypto::aead_nonce_bytes>(), body, key_),
                        0600));
  body_ = std::move(body);
  return {};
}

Result<crypto::Signature> SoftwareElement::sign(const crypto::Digest& digest) {
  TRY(require_keys());
  return crypto::sign(keys_->identity, digest);
}

Result<Buffer> SoftwareElement::random(std::size_t size) {
  Buffer out(size);
  random_.fill(out);
  return out;
}

Result<Certificates> SoftwareElement::certificates() {
  if (body_.chain.empty()) return no_certificate_yet();
  return Certificates{body_.chain};
}

Result<std::uint32_t> SoftwareElement::counter(unsigned id) {
  if (id >= own_counters) return no_such_counter();
  return body_.counters[id];
}

Result<std::uint32_t> SoftwareElement::increment(unsigned id) {
  if (id >= own_counters) return no_such_counter();
  Body next = body_;
  if (next.counters[id] == UINT32_MAX) return Error{Errc::exhausted, "the counter is at its end"};
  const std::uint32_t value = ++next.counters[id];
  TRY(store(std::move(next)));
  return value;
}

Result<crypto::Secret<32>> SoftwareElement::ecdh(const crypto::PublicKey& peer) {
  TRY(require_keys());
  return crypto::ecdh(keys_->agreement, peer);
}

DeriveSealKey SoftwareElement::deriver() const {
  return [this](const crypto::Digest& of) -> Result<crypto::AeadKey> {
    return crypto::AeadKey{crypto::hmac_sha256(keys_->sealing.reveal(), of)};
  };
}

Result<Buffer> SoftwareElement::seal(std::string_view purpose, Bytes plain) {
  TRY(require_keys());
  return seal_with(deriver(), random_.block<seal_salt_bytes>(), purpose, plain);
}

Result<Buffer> SoftwareElement::unseal(std::string_view purpose, Bytes sealed) {
  TRY(require_keys());
  return unseal_with(deriver(), purpose, sealed);
}

Status SoftwareElement::forget_sealed() {
  TRY(require_keys());
  Keys keys{crypto::PrivateKey{keys_->identity.reveal()}, crypto::PrivateKey{keys_->agreement.reveal()}, {}};
  random_.fill(keys.sealing.reveal_to_fill());
  Body next = body_;
  next.keys_nonce = random_.block<crypto::aead_nonce_bytes>();
  next.sealed_keys = software::seal_keys(keys, next.keys_nonce, *keys_key_);
  TRY(store(std::move(next)));
  keys_ = std::move(keys);
  return {};
}

Status SoftwareElement::bind(const BoardSecret& secret) {
  if (body_.bound) return Error{Errc::conflict, "the element is bound already, for ever"};
  crypto::AeadKey bound_key = software::keys_key(key_, &secret);
  Body next = body_;
  next.bound = true;
  next.keys_nonce = random_.block<crypto::aead_nonce_bytes>();
  next.sealed_keys = software::seal_keys(*keys_, next.keys_nonce, bound_key);
  TRY(store(std::move(next)));
  keys_key_ = std::move(bound_key);
  return {};
}

Status SoftwareElement::present(const BoardSecret& secret) {
  if (!body_.bound) return Error{Errc::conflict, "the element is not bound to any board yet"};
  crypto::AeadKey key = software::keys_key(key_, &secret);
  auto keys = software::open_keys(body_, key);
  if (!keys) {
    keys_.reset();
    keys_key_.reset();
    return keys.error();
  }
  keys_ = std::move(keys).value();
  keys_key_ = std::move(key);
  return {};
}

Status SoftwareElement::store_certificates(const std::vector<Buffer>& chain) {
  TRY(encode_chain(chain));
  Body next = body_;
  next.chain = chain;
  return store(std::move(next));
}

}  // namespace signet::element
