// element.h -- the port: what the rest of Signet asks of a secure element, whatever it is made of.
//
// No function returns a private key, and none signs bytes that a peer chose freely: callers hash what they understood.
#pragma once

#include "crypto/p256.h"

#include <optional>
#include <variant>
#include <vector>

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

// What an element gives of its certificates: the chip's compressed ones, or all of them as DER, device first.
using Certificates = std::variant<StoredCertificates, std::vector<Buffer>>;

enum class Assurance : std::uint8_t { hardware, emulated, software };

// The bond between a board and its element, made once at the first power-on.
enum class Binding : std::uint8_t { impossible, open, bound };
using BoardSecret = crypto::Secret<32>;

inline constexpr std::size_t seal_purpose_bytes_max = 64;
inline constexpr std::size_t sealed_bytes_max = 4096;

struct Element {
  virtual ~Element() = default;

  virtual Assurance assurance() const = 0;
  virtual Result<Uid> uid() = 0;
  virtual Result<crypto::PublicKey> public_key() = 0;                        // of the identity key
  virtual Result<crypto::Signature> sign(const crypto::Digest& digest) = 0;  // with the identity key
  virtual Result<Buffer> random(std::size_t size) = 0;
  virtual Result<Certificates> certificates() = 0;  // not_found: the element is not personalised
  virtual Result<std::uint32_t> counter(unsigned id) = 0;
  virtual Result<std::uint32_t> increment(unsigned id) = 0;

  // Key agreement, with a key that is not the identity key.
  virtual Result<crypto::PublicKey> agreement_key() { return cannot("agree on keys"); }
  virtual Result<crypto::Secret<32>> ecdh(const crypto::PublicKey&) { return cannot("agree on keys"); }

  // Authenticated encryption under a key that this element and its board make together and nobody else can.
  // unseal: corrupt for what was not sealed here, for this purpose, since the last forget_sealed().
  virtual Result<Buffer> seal(std::string_view /*purpose*/, Bytes /*plain*/) { return cannot("seal"); }
  virtual Result<Buffer> unseal(std::string_view /*purpose*/, Bytes /*sealed*/) { return cannot("unseal"); }
  virtual Status forget_sealed() { return cannot("seal"); }  // whatever was sealed is lost, wherever a copy lies

  virtual Result<Binding> binding() { return Binding::impossible; }
  // First power-on, for ever. The caller has stored the secret durably. conflict: bound already.
  virtual Status bind(const BoardSecret&) { return cannot("be bound to a board"); }
  // At every power-on: proves to each other that this board and this element are the bound pair, and authorises the
  // use of keys from now on. forbidden: another pair; the element uses no key.
  virtual Status present(const BoardSecret&) { return cannot("be bound to a board"); }

 private:
  static Error cannot(std::string_view what) {
    return Error{Errc::conflict, "this element cannot " + std::string{what}};
  }
};

// "sn0123F1822C38DD7A01": the device common name, the CN of its certificate. What is no chip of the foundry has a uid
// that begins otherwise (element/own.h) and the name "id...": nobody enrols it in a chip's name.
inline bool is_chip(const Uid& uid) { return uid[0] == 0x01 && uid[1] == 0x23; }
inline std::string dcn_of(const Uid& uid) { return (is_chip(uid) ? "sn" : "id") + hex_upper(uid); }

}  // namespace signet::element
