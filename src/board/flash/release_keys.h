// release_keys.h -- the keys whose images a board runs, in DIR/keys: whole, or as they were before, after any cut.
//   file := "SGNTKEYS" version:u32be count:u32be key[64]{count} sha256:u8[32]        key := X || Y, P-256
// The digest finds damage; it is no seal: who writes the file says what the board runs. docs/formats/flash.md
#pragma once

#include "base/bytes.h"
#include "boot/ports.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::board {

inline constexpr std::size_t release_keys_max = 8;

// REQUIRES: at most release_keys_max.
Buffer encode_release_keys(std::span<const image::Key> keys);
// corrupt: damaged, cut, no such file. conflict: of a newer version.
Result<std::vector<image::Key>> decode_release_keys(Bytes file);

class ReleaseKeys final : public boot::Keys {
 public:
  // None when there is no file. An error names the file and leaves it as it is.
  static Result<ReleaseKeys> load(const std::string& folder);
  Status store(std::vector<image::Key> keys);  // exhausted past release_keys_max

  std::span<const image::Key> accepted() override { return keys_; }
  bool introduce(const image::Key& key) override;
  bool retire(const image::Key& key) override;

 private:
  ReleaseKeys(std::string path, std::vector<image::Key> keys) : path_(std::move(path)), keys_(std::move(keys)) {}
  std::string path_;
  std::vector<image::Key> keys_;
};

}  // namespace signet::board
