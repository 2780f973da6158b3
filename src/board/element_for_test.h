// element_for_test.h -- a manufacturer and an element in memory, with certificates of the true profiles.
#pragma once

#include "board/sealing_element_for_test.h"
#include "identity/compressed.h"
#include "identity/profile.h"

namespace signet::board {

inline constexpr Timestamp year_2026 = Timestamp{Seconds{1'790'000'000}};

inline identity::SignDigest signer_of(const crypto::PrivateKey& key) {
  return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
}

// A manufacturer in memory.
struct Factory_for_test {
  crypto::SeededRandom_for_test random{11};
  crypto::PrivateKey root_key = crypto::generate_private_key(random);
  crypto::PrivateKey signer_key = crypto::generate_private_key(random);
  identity::Certificate root =
      identity::issue_root(crypto::public_key_of(root_key), {}, year_2026, signer_of(root_key)).value();
  identity::Certificate signer =
      identity::issue_signer(crypto::public_key_of(signer_key), 0xF600, root, year_2026, signer_of(root_key)).value();
};

class SoftElement_for_test final : public SealingElement_for_test {
 public:
  void personalise(Factory_for_test& factory) {
    key_ = crypto::generate_private_key(factory.random);
    const auto device = identity::issue_device(crypto::public_key_of(*key_), element::dcn_of(uid().value()),
                                               factory.signer, year_2026, signer_of(factory.signer_key));
    certificate = device.value();
    stored_ = {identity::compress(device.value()).value(), identity::compress(factory.signer).value(),
               crypto::public_key_of(factory.signer_key)};
  }
  std::optional<identity::Certificate> certificate;  // as the factory issued it

  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override {
    if (silent) return Error{Errc::unavailable, "nobody answers at the link"};
    return element::Uid{0x01, 0x23, 0xF1, 0x82, 0x2C, 0x38, 0xDD, 0x7A, 0x01};
  }
  Result<crypto::PublicKey> public_key() override { return crypto::public_key_of(*key_); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override { return crypto::sign(*key_, digest); }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override {
    if (!stored_) return Error{Errc::not_found, "not personalised"};
    return element::Certificates{*stored_};
  }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }

  bool silent = false;

 private:
  std::optional<crypto::PrivateKey> key_;
  std::optional<element::StoredCertificates> stored_;
};

}  // namespace signet::board
