// memory_images_for_test.h -- images in memory, and some that a release key signed.
#pragma once

#include "fleet/firmware.h"
#include "image/signed_for_test.h"

namespace signet::fleet {

struct MemoryImages_for_test final : ImageFiles {
  Status keep(const crypto::Digest& sha256, Bytes image) override {
    if (fail) return Error{Errc::exhausted, "the disk is full"};
    all[sha256] = copy_of(image);
    return {};
  }
  Status remove(const crypto::Digest& sha256) override { return all.erase(sha256), Status{}; }
  std::string path(const crypto::Digest& sha256) const override { return "memory/" + hex(sha256); }
  bool has(const crypto::Digest& sha256) const override { return all.contains(sha256); }
  Result<std::size_t> remove_unless(const std::function<Result<bool>(const crypto::Digest&)>& is_used) override {
    return std::erase_if(all, [&](const auto& one) { return !is_used(one.first).value(); });
  }

  std::map<crypto::Digest, Buffer> all;
  bool fail = false;
};

inline Buffer image_for_test(image::Kind kind = image::Kind::python, std::size_t payload_bytes = 1000,
                             const std::string& board = "virtual") {
  static const image::Signer_for_test signer{11};
  image::Facts facts{.version = {1, 2, 0, 0}, .board = board, .kind = kind};
  if (kind != image::Kind::os) facts.os_version = image::Version{2, 0, 0, 0};
  facts.security_counter = 3;
  return signer.image(facts, Buffer(payload_bytes, 7));
}

}  // namespace signet::fleet
