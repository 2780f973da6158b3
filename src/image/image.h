// image.h -- images in memory: made, signed, read and verified. format.h has the bytes.
//
//   Buffer unsigned_image = TRY(encode({.version = {1, 2, 0, 0}, .board = "virtual"}, payload));
//   Buffer image = TRY(sign(unsigned_image, release_key, signer));
//   TRY(verify(image, {&release_key, 1}));
//
// The same facts and the same payload give the same bytes, up to the signature. No file, no clock.
#pragma once

#include "crypto/p256.h"
#include "image/layout.h"

#include <functional>
#include <optional>
#include <string>

namespace signet::image {

inline constexpr std::size_t image_bytes_max = header_bytes_max + payload_bytes_max + 2 * tlv_area_bytes_max;

// What an image says of itself, all of it under the digest. Empty: it does not say.
struct Facts {
  Version version{};
  std::string board{};
  std::optional<Kind> kind{};
  std::optional<Version> os_version{};
  std::optional<std::uint32_t> security_counter{};
  std::vector<Dependency> dependencies{};
  std::optional<crypto::PublicKey> introduces{};
  std::optional<crypto::Digest> retires{};
  bool operator==(const Facts&) const = default;
};

struct Image {
  Facts facts{};
  Bytes payload{};  // borrows
  std::uint32_t header_bytes = 0;
  crypto::Digest digest{};                   // as it says; verify() computes it
  std::optional<crypto::Digest> key_hash{};  // who is said to have signed it
};

using SignDigest = std::function<Result<crypto::Signature>(const crypto::Digest&)>;

// With its digest and without a signature. malformed or too_large for facts that the format does not take.
Result<Buffer> encode(const Facts& facts, Bytes payload);
// Its signature is made anew, also when it has one. conflict when what `sign` answered is not by `key`.
Result<Buffer> sign(Bytes image, const crypto::PublicKey& key, const SignDigest& sign);
// Exactly one image, to the last byte. Nothing of it is believed yet.
Result<Image> decode(Bytes image);
// Whole, and signed by one of these. corrupt: damaged or not signed; unauthenticated: by nobody of them.
Status verify(Bytes image, std::span<const crypto::PublicKey> accepted);

// A key as DER SubjectPublicKeyInfo, which openssl and MCUboot's tool read and write (as PEM, "PUBLIC KEY").
Buffer encode_spki(const crypto::PublicKey& key);
Result<crypto::PublicKey> decode_spki(Bytes der);
// What MCUboot calls a key: SHA-256 of that.
crypto::Digest key_hash_of(const crypto::PublicKey& key);
// A fault with the Errc that fits.
Error error_of(Fault fault);

// "1.2.3" or "1.2.3+4"; no leading zeros.
std::string text_of(const Version& version);
Result<Version> parse_version(std::string_view text);
std::string_view name_of(Kind kind);  // "os", "python", "native"
Result<Kind> parse_kind(std::string_view text);

}  // namespace signet::image
