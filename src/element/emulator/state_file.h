// state_file.h -- where a chip's memory survives: one file, never half written.
//
//   file := "SGNTCHIP" version:u32be generation:u64be config:u8[128] otp:u8[64] slots:u8[1208] sha256:u8[32]
//
// The generation grows with every change of the chip. The digest covers everything before it: it finds damage; it is no
// seal: who can write the file can make another chip. Version 1 lacked the generation and is still read, as generation
// 0. THE FILE HOLDS PRIVATE KEYS IN CLEAR. Its mode is 0600. docs/formats/element-state.md
#pragma once

#include "base/port/file.h"
#include "element/emulator/memory.h"

namespace signet::element::emulator {

inline constexpr std::uint32_t state_version = 2;
inline constexpr std::size_t state_file_bytes = 8 + 4 + 8 + config_bytes + otp_bytes + data_bytes + 32;

struct SavedChip {
  Memory memory;
  std::uint64_t generation = 0;
};

Buffer encode_state(const SavedChip& chip);
// corrupt: damaged, or no chip file. conflict: of a newer version.
Result<SavedChip> decode_state(Bytes file);

class StateFile {
 public:
  // Holds the lock PATH.lock until destruction. conflict, naming the file, when another process holds it.
  static Result<StateFile> open(const std::string& path);

  // not_found when there is none yet. A file that is damaged or newer is an error that names it, and is left as it is.
  Result<SavedChip> load() const;
  // Durable when it returns.
  Status store(const SavedChip& chip) const;
  const std::string& path() const { return path_; }

 private:
  StateFile(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Fd lock_;
};

}  // namespace signet::element::emulator
