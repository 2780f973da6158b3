// download_request.h -- what a device asks for when it comes for an image: which, and which bytes of it.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace signet::gateway {

inline constexpr std::size_t download_path_bytes_max = 128;

struct ImageName {
  std::string firmware;  // "fmw-..."
  std::string version;
  unsigned index = 0;  // 0: OS, 1: application
  bool operator==(const ImageName&) const = default;
};

// "/fota/<firmware>/<version>/<index>"; not_found for any other.
Result<ImageName> read_image_path(std::string_view path);

// Bytes [first, first + size) of a whole.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
  bool operator==(const ByteRange&) const = default;
};

// The value of a Range header (RFC 9110 14.1.2): one range of bytes, cut to the whole. Nothing: the header says
// something else than one range of bytes, and is as if it were not there (14.2). exhausted: none of it is in the whole.
Result<std::optional<ByteRange>> read_range(std::string_view header, std::uint64_t whole);

}  // namespace signet::gateway
