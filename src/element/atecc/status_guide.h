// status_guide.h -- a status without a chip at hand: what the byte means, what usually causes it, what to do next.
// Takes the chip's own byte and the codes that host libraries make of it (f4 is their execution error).
#pragma once

#include "element/wire/command.h"

#include <vector>

namespace signet::element {

struct StatusGuide {
  std::uint8_t status;  // the chip's byte; of a host's own failure the code as given
  std::string name;     // "execution error"
  std::string meaning;
  std::vector<std::string> causes;
  std::vector<std::string> next;
  bool from_host_code = false;  // the number was a host library's
};

// "0x0f", "f4", "0xF4", "-12" (a host library's f4 as a signed number). not_found for a number that means nothing.
Result<StatusGuide> guide_for_status(std::string_view text);
// The command by name or opcode ("Sign", "0x41"): its usual causes of this status come first.
Status add_command(StatusGuide& guide, std::string_view command);

}  // namespace signet::element
