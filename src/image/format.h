// format.h -- MCUboot's image format, as much of it as a Signet board takes (docs/formats/image.md).
//   image     := header padding payload protected? plain        numbers are little-endian
//   header    := magic:u32 load_address:u32 header_bytes:u16 protected_bytes:u16 payload_bytes:u32 flags:u32
//                version zero:u32                               header_bytes covers the padding, which is any
//   version   := major:u8 minor:u8 revision:u16 build:u32
//   protected := 0x6908:u16 bytes:u16 tlv*                      bytes covers magic and itself
//   plain     := 0x6907:u16 bytes:u16 tlv*
//   tlv       := type:u16 size:u16 value[size]
// The digest is over all before `plain`; the signature is over the digest.
//
// Freestanding: boot/ reads images in place with this, and everything else with the same code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace signet::image {

inline constexpr std::uint32_t image_magic = 0x96f3b83d;
inline constexpr std::uint16_t protected_magic = 0x6908;
inline constexpr std::uint16_t plain_magic = 0x6907;
inline constexpr std::uint32_t header_bytes_min = 32;
inline constexpr std::uint32_t header_bytes_max = 1024;
inline constexpr std::uint32_t payload_bytes_max = 8u << 20;
inline constexpr std::uint32_t tlv_area_bytes_max = 1024;
inline constexpr std::size_t board_name_bytes_max = 32;
inline constexpr std::size_t dependencies_max = 2;  // one on the other part, and room for one on itself
inline constexpr std::size_t signature_der_bytes_max = 72;
inline constexpr std::uint32_t security_counter_max = 2'097'151;  // as far as an ATECC608 counts

enum class Tlv : std::uint16_t {
  key_hash = 0x01,          // SHA-256 of the signer's key as DER SubjectPublicKeyInfo
  sha256 = 0x10,            // the digest
  ecdsa = 0x22,             // DER signature, P-256; up to 72 bytes of it, the rest zero
  dependency = 0x40,        // image:u8 zero:u8[3] version        at least so new
  security_counter = 0x50,  // u32
  board = 0xa0,             // from here on our own: which board it is for, its name
  os_version = 0xa1,        // version of the OS that an application was made for
  kind = 0xa2,              // u8, Kind
  introduces = 0xa3,        // X || Y of a key that is accepted from its confirmation on
  retires = 0xa4,           // key_hash of one that is not, from then on
};

enum class Kind : std::uint8_t { os = 1, python = 2, native = 3 };
// What a version consists of; also the image number of a dependency.
enum class Part : std::uint8_t { os = 0, application = 1 };
inline constexpr std::size_t part_count = 2;
constexpr Part part_of(Kind kind) { return kind == Kind::os ? Part::os : Part::application; }

using Key = std::array<std::uint8_t, 64>;  // P-256, X || Y
using Hash = std::array<std::uint8_t, 32>;

struct Version {
  std::uint8_t major = 0;
  std::uint8_t minor = 0;
  std::uint16_t revision = 0;
  std::uint32_t build = 0;
  bool operator==(const Version&) const = default;
};
// As MCUboot compares: the build number does not count.
constexpr bool at_least(const Version& have, const Version& wanted) {
  if (have.major != wanted.major) return have.major > wanted.major;
  if (have.minor != wanted.minor) return have.minor > wanted.minor;
  return have.revision >= wanted.revision;
}

struct Dependency {
  Part part = Part::os;
  Version version{};
  bool operator==(const Dependency&) const = default;
};

// Why an image is not taken. words_of tells it to an operator.
enum class Fault : std::uint8_t {
  none,
  unreadable,         // the flash does not give its bytes
  no_image,           // wrong magic, or erased
  malformed,          // not the format above
  too_large,          // passes a limit of it, or the place it is in
  unknown_field,      // a flag or a TLV that we do not know, or where it must not be
  not_signed,         // a digest alone
  wrong_digest,       // damaged, or changed
  unknown_key,        // signed by nobody we accept
  wrong_signature,    // names an accepted key, and is not signed by it
  wrong_board,        // for another board, or for none
  wrong_kind,         // an application where the OS belongs, or the other way round
  rolled_back,        // its security counter is below the board's
  wrong_os,           // an application that was made for another OS
  missing_dependency  // wants a newer other part
};
const char* words_of(Fault fault);

// What an image stands in: a file in memory, a part of the flash.
struct Source {
  virtual bool read(std::uint32_t at, std::span<std::uint8_t> out) = 0;  // false: it cannot

 protected:
  ~Source() = default;
};

// The only cryptography that an image needs.
struct Crypto {
  virtual void sha256_start() = 0;
  virtual void sha256_add(std::span<const std::uint8_t> data) = 0;
  virtual Hash sha256_end() = 0;
  virtual bool verify(const Key& key, const Hash& digest, std::span<const std::uint8_t> der) = 0;

 protected:
  ~Crypto() = default;
};

}  // namespace signet::image
