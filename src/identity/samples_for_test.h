// samples_for_test.h -- Microchip's published sample files, and a small foundry of our own with seeded keys.
#pragma once

#include "identity/profile.h"

#include <gtest/gtest.h>

namespace signet::identity::samples {

std::string file(const std::string& name);  // of testdata/
inline Certificate certificate(const std::string& name) {
  auto read = read_certificate(bytes_of(file(name)));
  EXPECT_TRUE(read) << name << ": " << (read ? "" : read.error().what);
  return read ? std::move(read).value() : Certificate{};
}
inline Certificate genuine_device() { return certificate("mchp-device-0123f1822c38dd7a01.crt"); }
inline Certificate genuine_signer() { return certificate("mchp-signer-F600.crt"); }
inline Certificate genuine_root() { return certificate("mchp-root-ca-002.crt"); }
inline Certificate genuine_log_signer() { return certificate("mchp-log-signer-001.crt"); }

inline Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }
inline const Timestamp today = at("2026-11-22T03:37:26Z");

struct Key {
  explicit Key(std::uint64_t seed) {
    crypto::SeededRandom_for_test random{seed};
    private_key = crypto::generate_private_key(random);
    public_key = crypto::public_key_of(private_key);
  }
  SignDigest signs() const {
    return
        [this](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(private_key, digest); };
  }
  crypto::PrivateKey private_key;
  crypto::PublicKey public_key;
};

struct Foundry {
  Key root_key{1}, signer_key{2}, device_key{3}, log_key{4};
  std::string dcn = "sn0123A1B2C3D4E5F601";
  Certificate root = issue_root(root_key.public_key, {}, today, root_key.signs()).value();
  Certificate signer = issue_signer(signer_key.public_key, 0xF600, root, today, root_key.signs()).value();
  Certificate device = issue_device(device_key.public_key, dcn, signer, today, signer_key.signs()).value();
  Certificate log_signer = issue_log_signer(log_key.public_key, root, today, root_key.signs()).value();
};

}  // namespace signet::identity::samples
