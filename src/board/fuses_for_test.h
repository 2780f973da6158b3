// fuses_for_test.h -- fuses in memory, whose power can go before or after a word is burnt.
#pragma once

#include "board/fuses/fuses.h"

#include <array>

namespace signet::board {

class Fuses_for_test final : public Fuses {
 public:
  Result<std::optional<FuseWord>> read(Fuse fuse) override {
    const auto& word = words_[static_cast<std::size_t>(fuse)];
    return word ? std::optional{FuseWord{word->reveal()}} : std::optional<FuseWord>{};
  }
  Status burn(Fuse fuse, const FuseWord& word) override {
    auto& place = words_[static_cast<std::size_t>(fuse)];
    if (place) return Error{Errc::conflict, "burnt already"};
    if (burns_left == 0) return Error{Errc::unavailable, "power cut"};
    --burns_left;
    place = FuseWord{word.reveal()};
    return {};
  }
  Buffer value(Fuse fuse) { return copy_of(words_[static_cast<std::size_t>(fuse)]->reveal()); }

  int burns_left = 1000;

 private:
  std::array<std::optional<FuseWord>, fuse_count> words_;
};

}  // namespace signet::board
