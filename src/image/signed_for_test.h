// signed_for_test.h -- a release key in memory, and images that it signs.
#pragma once

#include "image/image.h"

namespace signet::image {

struct Signer_for_test {
  explicit Signer_for_test(std::uint64_t seed) : random(seed) {
    key = crypto::generate_private_key(random);
    public_key = crypto::public_key_of(key);
  }
  SignDigest sign() const {
    return [this](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
  }
  Buffer image(const Facts& facts, Bytes payload) const {
    return image::sign(encode(facts, payload).value(), public_key, sign()).value();
  }

  crypto::SeededRandom_for_test random;
  crypto::PrivateKey key;
  crypto::PublicKey public_key{};
};

}  // namespace signet::image
