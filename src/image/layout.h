// layout.h -- where the parts of an image are and what it says of itself. Nothing is believed yet: check.h does that.
//
// Freestanding: no heap, no exceptions; reads at most header_bytes_min and two areas of TLVs.
#pragma once

#include "image/format.h"

namespace signet::image {

struct Layout {
  Version version{};
  std::uint32_t payload_at = 0;  // the size of the header with its padding
  std::uint32_t payload_bytes = 0;
  std::uint32_t digested_bytes = 0;  // header, payload and protected TLVs
  std::uint32_t image_bytes = 0;     // all of it

  bool has_board = false;
  std::array<char, board_name_bytes_max> board{};
  std::size_t board_size = 0;
  bool has_kind = false;
  Kind kind = Kind::os;
  bool has_os_version = false;
  Version os_version{};
  bool has_security_counter = false;
  std::uint32_t security_counter = 0;
  std::array<Dependency, dependencies_max> dependencies{};
  std::size_t dependency_count = 0;
  bool has_introduced = false;
  Key introduced{};
  bool has_retired = false;
  Hash retired{};

  Hash digest{};
  bool has_key_hash = false;
  Hash key_hash{};
  std::array<std::uint8_t, signature_der_bytes_max> signature{};
  std::size_t signature_size = 0;  // 0: none; without the zeros behind it
};

// An image at the beginning of a place of `place_bytes`; what follows it there is not looked at. `out` is of use only
// when the answer is none.
Fault read_layout(Source& source, std::uint32_t place_bytes, Layout& out);

}  // namespace signet::image
