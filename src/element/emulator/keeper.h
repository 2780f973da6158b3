// keeper.h -- keeps a chip's memory over power cuts and against old copies: the state file and, when there is one, the
// board's fuse file, each change written to both in the order that fuse_file.h explains.
#pragma once

#include "element/emulator/fuse_file.h"

#include <functional>

namespace signet::element::emulator {

struct Places {
  std::string state;
  std::string fuses = {};  // empty: nobody notices an old copy
};

class Keeper {
 public:
  // Opens, checks, and makes a new chip when there is neither state nor fuses. not_found: fuses without a state.
  // forbidden: the state is not the one that the fuses have seen last.
  static Result<Keeper> open(const Places& places, const std::function<Memory()>& new_chip);

  const Memory& memory() const { return saved_.memory; }
  bool is_new() const { return is_new_; }
  // Durable when it returns. After an error the old or the new state may be what is kept.
  Status keep(const Memory& memory);

 private:
  Keeper(StateFile state, std::optional<FuseFile> fuses) : state_(std::move(state)), fuses_(std::move(fuses)) {}
  Status load(const std::function<Memory()>& new_chip);
  Status load_against(const Fuses& seen);

  StateFile state_;
  std::optional<FuseFile> fuses_;
  SavedChip saved_;
  bool is_new_ = false;
};

}  // namespace signet::element::emulator
