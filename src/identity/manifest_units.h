// manifest_units.h -- finds the units of a manifest one after the other, without holding more of the file than one.
// For this module alone.
#pragma once

#include "identity/manifest.h"

#include <optional>

namespace signet::identity {

class ManifestUnits {
 public:
  // `read_more` must outlive this.
  explicit ManifestUnits(const ReadMore& read_more) : read_more_(read_more) {}

  // The text of the next object of the array, nothing after the last; it stands until the next call. The text is only
  // delimited: whether it is JSON shows when it is parsed.
  Result<std::optional<std::string_view>> next();

 private:
  Status begin();
  Result<std::string_view> object();
  Status want(std::size_t size);
  Status skip_space();
  Status expect(char c, std::string_view what);

  const ReadMore& read_more_;
  Buffer window_;
  std::string_view rest_;  // of the window
  bool at_end_ = false;
  bool begun_ = false;
  bool any_ = false;
};

}  // namespace signet::identity
