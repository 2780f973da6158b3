// adapters.h -- the two ports of format.h over memory and over crypto/, for programs that have both.
#pragma once

#include "crypto/p256.h"
#include "image/format.h"

namespace signet::image {

class MemorySource final : public Source {
 public:
  explicit MemorySource(Bytes bytes) : bytes_(bytes) {}
  bool read(std::uint32_t at, std::span<std::uint8_t> out) override {
    if (at > bytes_.size() || out.size() > bytes_.size() - at) return false;
    std::copy_n(bytes_.begin() + at, out.size(), out.begin());
    return true;
  }

 private:
  Bytes bytes_;
};

class HostCrypto final : public Crypto {
 public:
  void sha256_start() override { sha256_ = crypto::Sha256{}; }
  void sha256_add(std::span<const std::uint8_t> data) override { sha256_.update(data); }
  Hash sha256_end() override { return sha256_.finish(); }
  bool verify(const Key& key, const Hash& digest, std::span<const std::uint8_t> der) override {
    const Result<crypto::Signature> signature = crypto::decode_der(der);
    return signature && crypto::verify(key, digest, signature.value());
  }

 private:
  crypto::Sha256 sha256_;
};

}  // namespace signet::image
