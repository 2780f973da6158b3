// names.h -- object identifiers, names and times of X.509, both directions. For this module alone.
#pragma once

#include "identity/certificate.h"
#include "identity/der.h"

namespace signet::identity {

// Content bytes of the object identifiers that we know.
namespace oids {
inline constexpr Block<7> ec_public_key{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};            // 1.2.840.10045.2.1
inline constexpr Block<8> prime256v1{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};         // 1.2.840.10045.3.1.7
inline constexpr Block<8> ecdsa_with_sha256{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};  // 1.2.840.10045.4.3.2
inline constexpr Block<3> common_name{0x55, 0x04, 0x03};
inline constexpr Block<3> organization{0x55, 0x04, 0x0a};
inline constexpr Block<3> organizational_unit{0x55, 0x04, 0x0b};
inline constexpr Block<3> subject_key_id{0x55, 0x1d, 0x0e};
inline constexpr Block<3> key_usage{0x55, 0x1d, 0x0f};
inline constexpr Block<3> subject_alternative_name{0x55, 0x1d, 0x11};
inline constexpr Block<3> basic_constraints{0x55, 0x1d, 0x13};
inline constexpr Block<3> authority_key_id{0x55, 0x1d, 0x23};
inline constexpr Block<3> extended_key_usage{0x55, 0x1d, 0x25};
inline constexpr Block<8> server_auth{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
inline constexpr Block<8> client_auth{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
}  // namespace oids

inline bool same(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

struct Name {
  Buffer der;
  std::string common_name;  // empty when the name has none
  std::string organization;
  std::string unit;
};

// RDNSequence with one attribute in each RDN; common name, organisation and its unit at most once, printable UTF-8.
Result<Name> expect_name(der::DerReader& in);
// In this order, each left out when empty; UTF8String, as Microchip writes them.
Buffer encode_name(std::string_view organization, std::string_view organizational_unit, std::string_view common_name);
// True when `text` may stand in a certificate of ours: 1 to `chars_max` characters, UTF-8, no control character.
bool is_name_text(std::string_view text, std::size_t bytes_max);

// UTCTime or GeneralizedTime, to the second, in UTC. Genuine parts write GeneralizedTime before 2050 too.
Result<Timestamp> expect_time(der::DerReader& in);
enum class TimeForm : std::uint8_t { by_year, generalized };  // by_year: UTCTime until 2049 (RFC 5280 4.1.2.5)
// REQUIRES: year 1970 to 9999.
Buffer encode_time(Timestamp at, TimeForm form);

// SubjectPublicKeyInfo of a P-256 point, uncompressed and on the curve (RFC 5480).
Result<crypto::PublicKey> expect_public_key(der::DerReader& in);
Buffer encode_public_key(const crypto::PublicKey& key);
// AlgorithmIdentifier ecdsa-with-SHA256, no parameters (RFC 5758 3.2).
Status expect_ecdsa_with_sha256(der::DerReader& in);
Buffer encode_ecdsa_with_sha256();
// BIT STRING with the DER form of an ECDSA signature.
Result<crypto::Signature> expect_signature(der::DerReader& in);
Buffer encode_signature(const crypto::Signature& signature);

// RFC 5280 4.2.1.2 (1): SHA-1 of the point with its leading 04.
Block<20> key_id_of(const crypto::PublicKey& key);

}  // namespace signet::identity
