// virtual_fuses.h -- one-time memory of a board that has none: a file that this program never writes a burnt word of
// again.
//
//   DIR/fuses := "SGNTFUSE" version:u32be word[8] sha256:u8[32]     word := burnt:u8 value:u8[48]
//
// Mode 0600. The digest finds damage; it is no seal. WHO READS THE FILE HAS THE BOARD'S SECRET, who writes it can undo
// what no one undoes in silicon. docs/formats/fuses.md
#pragma once

#include "board/fuses/fuses.h"

#include <array>
#include <string>

namespace signet::board {

using FuseBank = std::array<std::optional<FuseWord>, fuse_count>;
Buffer encode_fuses(const FuseBank& bank);
// corrupt: damaged, cut, or no fuse file. conflict: of a newer version.
Result<FuseBank> decode_fuses(Bytes file);

class VirtualFuses final : public Fuses {
 public:
  // Blank when DIR has no such file. An error names the file and leaves it as it is. One process for a folder.
  static Result<VirtualFuses> open(const std::string& folder);

  Result<std::optional<FuseWord>> read(Fuse fuse) override;
  Status burn(Fuse fuse, const FuseWord& word) override;

 private:
  VirtualFuses(std::string path, FuseBank bank) : path_(std::move(path)), bank_(std::move(bank)) {}
  std::string path_;
  FuseBank bank_;
};

}  // namespace signet::board
