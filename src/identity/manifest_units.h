// manifest_units.h -- finds the units of a manifest one after the other, without reading the file as one document.
// For this module alone.
#pragma once

#include "base/bytes.h"

#include <optional>

namespace signet::identity {

class ManifestUnits {
 public:
  explicit ManifestUnits(Bytes file) : rest_(text_of(file)) {}

  // The text of the next object of the array, nothing after the last. The text is only delimited: whether it is JSON
  // shows when it is parsed.
  Result<std::optional<std::string_view>> next();

 private:
  Status begin();
  Result<std::string_view> object();
  void skip_space();
  Status expect(char c, std::string_view what);

  std::string_view rest_;
  bool begun_ = false;
  bool any_ = false;
};

}  // namespace signet::identity
