// sealing_element_for_test.h -- an element in memory that seals, with a key that another seed does not have.
#pragma once

#include "crypto/aead.h"
#include "element/element.h"

namespace signet::board {

class SealingElement_for_test : public element::Element {
 public:
  explicit SealingElement_for_test(std::uint64_t seed = 5) : random_(seed) { renew(); }

  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{0x01, 0x23, 1, 2, 3, 4, 5, 6, 0x01}; }
  Result<crypto::PublicKey> public_key() override { return crypto::public_key_of(key); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override {
    signed_digests.push_back(digest);
    return crypto::sign(key, digest);
  }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "blank"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }

  Result<Buffer> seal(std::string_view purpose, Bytes plain) override {
    crypto::AeadNonce nonce{};
    random_.fill(nonce);
    Buffer out = copy_of(nonce);
    Writer{out}.bytes(crypto::aead_seal(sealing_, nonce, bytes_of(purpose), plain));
    return out;
  }
  Result<Buffer> unseal(std::string_view purpose, Bytes sealed) override {
    Reader in{sealed};
    const auto nonce = TRY(in.block<crypto::aead_nonce_bytes>());
    return crypto::aead_open(sealing_, nonce, bytes_of(purpose), in.rest());
  }
  Status forget_sealed() override {
    renew();
    return {};
  }

  std::vector<crypto::Digest> signed_digests;

 private:
  void renew() { random_.fill(sealing_.reveal_to_fill()); }
  crypto::SeededRandom_for_test random_;
  crypto::AeadKey sealing_;

 public:
  crypto::PrivateKey key = crypto::generate_private_key(random_);
};

}  // namespace signet::board
