// fuses.h -- the board's one-time memory. A word is burnt once, whole or not at all, and never changes.
//
// It holds what must outlive any other storage of the board: the secret it shares with its element.
#pragma once

#include "crypto/secret.h"

#include <optional>

namespace signet::board {

inline constexpr std::size_t fuse_word_bytes = 48;
using FuseWord = crypto::Secret<fuse_word_bytes>;

enum class Fuse : std::uint8_t {
  bond,       // secret:u8[32] uid of the element:u8[9] zero:u8[7]
  bond_made,  // all ones: the element is known to have been bound
};
inline constexpr std::size_t fuse_count = 8;  // the rest are free

struct Fuses {
  virtual ~Fuses() = default;
  virtual Result<std::optional<FuseWord>> read(Fuse fuse) = 0;  // nothing: not burnt
  // Durable when it returns. conflict: it is burnt already.
  virtual Status burn(Fuse fuse, const FuseWord& word) = 0;
};

}  // namespace signet::board
