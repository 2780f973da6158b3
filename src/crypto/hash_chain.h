// hash_chain.h -- lines that name the one before them: none can be changed, removed or moved without the rest showing.
//
//   hash of a line = SHA-256(hash of the line before, then each field as length:4 big-endian, bytes)
//
// The line before the first has a hash of 32 zero bytes. docs/formats/audit.md names the fields of the audit.
#pragma once

#include "crypto/digest.h"

#include <initializer_list>
#include <span>

namespace signet::crypto {

Digest chained(const Digest& former, std::span<const std::string_view> fields);
inline Digest chained(const Digest& former, std::initializer_list<std::string_view> fields) {
  return chained(former, std::span{fields.begin(), fields.size()});
}

}  // namespace signet::crypto
