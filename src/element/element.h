// element.h -- the port: what the rest of Signet asks of a secure element, whatever it is made of.
//
// No function returns a private key, and none signs bytes that a peer chose freely: callers hash what they understood.
#pragma once

#include "crypto/p256.h"

#include <optional>

namespace signet::element {

inline constexpr std::size_t uid_bytes = 9;
inline constexpr std::size_t compressed_certificate_bytes = 72;

using Uid = Block<uid_bytes>;  // 01 23 .. .. .. .. .. .. 01
using CompressedCertificate = Block<compressed_certificate_bytes>;

// What identity::rebuild needs to make the two certificates again. Slots 10, 11 and 12 of the chip.
struct StoredCertificates {
  CompressedCertificate device;
  CompressedCertificate signer;
  crypto::PublicKey signer_key;
};

enum class Assurance : std::uint8_t { hardware, emulated, software };

struct Element {
  virtual ~Element() = default;

  virtual Result<Uid> uid() = 0;
  virtual Result<crypto::PublicKey> public_key() = 0;                        // of the identity key, slot 0
  virtual Result<crypto::Signature> sign(const crypto::Digest& digest) = 0;  // with the identity key
  virtual Result<Buffer> random(std::size_t size) = 0;
  virtual Result<StoredCertificates> certificates() = 0;  // not_found: the element is not personalised
  virtual Result<std::uint32_t> counter(unsigned id) = 0;
  virtual Result<std::uint32_t> increment(unsigned id) = 0;
};

// "sn0123F1822C38DD7A01": the device common name, the CN of its certificate.
inline std::string dcn_of(const Uid& uid) { return "sn" + hex_upper(uid); }

}  // namespace signet::element
