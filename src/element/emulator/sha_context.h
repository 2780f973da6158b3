// sha_context.h -- SHA-256 whose running state can be taken out and put back, as the chip's SHA command does.
//
//   context := length:u32le state:u32le[8] rest:u8[length mod 64]      word and byte order of the state: our choice
//
// crypto::Sha256 cannot give its state away, and only here is that wanted.
#pragma once

#include "crypto/digest.h"

namespace signet::element::emulator {

inline constexpr std::size_t sha_context_bytes_min = 36;
inline constexpr std::size_t sha_context_bytes_max = 99;

class ShaContext {
 public:
  ShaContext() = default;
  ShaContext(const ShaContext&) = default;
  ShaContext& operator=(const ShaContext&) = default;
  ~ShaContext();  // wipes: an HMAC's holds the key of a slot
  void update(Bytes data);
  crypto::Digest finish() const;

  Buffer encode() const;
  // malformed when the bytes after the state are not length mod 64.
  static Result<ShaContext> decode(Bytes context);

 private:
  void compress(Bytes block);

  Block<64> rest_{};
  std::uint32_t length_ = 0;
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

}  // namespace signet::element::emulator
