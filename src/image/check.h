// check.h -- whether an image may be believed, and whether it may run on this board beside the other part.
//
// Freestanding. The order is: read_layout, check_signed, check_board for each part, check_together for both.
#pragma once

#include "image/layout.h"

namespace signet::image {

// A key as DER SubjectPublicKeyInfo (RFC 5480) is this and X || Y.
inline constexpr std::array<std::uint8_t, 27> spki_head{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                        0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

// SHA-256 of that: MCUboot's name of a key.
Hash hash_of_key(const Key& key, Crypto& crypto);

// The digest over all that it covers, and the signature of one of these keys.
Fault check_signed(Source& source, const Layout& layout, Crypto& crypto, std::span<const Key> accepted);

struct BoardFacts {
  std::span<const char> name;
  std::uint32_t security_counter = 0;  // the least that is allowed
};
Fault check_board(const Layout& layout, Part part, const BoardFacts& board);

// An application runs on an OS of the same major version, at least as new as the one it was made for; and each part
// finds what it depends on.
Fault check_together(const Layout& os, const Layout& application);

}  // namespace signet::image
