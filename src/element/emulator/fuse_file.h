// fuse_file.h -- what a board remembers of its chip's past, so that an old copy of the state file is not taken for it.
//
//   file := "SGNTFUSE" version:u32be serial:u8[9] generation:u64be counter:u32be[2] sha256:u8[32]
//
// It lies where who can put back an old state file cannot reach it: on a board, in its one-time fuses. It holds no
// secret. The state file is written first and the fuses after it, before the command is answered: after a crash the
// state is as new as the fuses or one step newer, never older. docs/formats/element-state.md
#pragma once

#include "element/emulator/state_file.h"

namespace signet::element::emulator {

inline constexpr std::uint32_t fuse_version = 1;
inline constexpr std::size_t fuse_file_bytes = 8 + 4 + serial_bytes + 8 + 4 * counter_count + 32;

struct Fuses {
  Block<serial_bytes> serial{};
  std::uint64_t generation = 0;
  std::array<std::uint32_t, counter_count> counters{};

  bool operator==(const Fuses&) const = default;
};

Fuses fuses_of(const SavedChip& chip);
Buffer encode_fuses(const Fuses& fuses);
// corrupt: damaged, or no fuse file. conflict: of a newer version.
Result<Fuses> decode_fuses(Bytes file);
// forbidden, saying what was seen: another chip, an older state, or a counter that went back.
Status check_against(const Fuses& fuses, const SavedChip& chip);

class FuseFile {
 public:
  // Holds the lock PATH.lock until destruction. conflict, naming the file, when another process holds it.
  static Result<FuseFile> open(const std::string& path);

  // not_found when there is none yet.
  Result<Fuses> load() const;
  // Durable when it returns.
  Status store(const Fuses& fuses) const;
  const std::string& path() const { return path_; }

 private:
  FuseFile(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Fd lock_;
};

}  // namespace signet::element::emulator
