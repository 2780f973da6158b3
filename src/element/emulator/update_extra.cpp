// UpdateExtra 0x20 [3.12]: the two configuration bytes that change once, in any state.
#include "element/emulator/commands.h"

namespace signet::element::emulator {

// [?] The high byte of param2 says nothing.
Answer update_extra(Chip& chip, const Command& command) {
  if (command.param1 > mode::update_extra_address || !command.data.empty()) return ChipStatus::parse_error;
  const bool address = command.param1 == mode::update_extra_address;
  std::uint8_t& byte = chip.memory.config[address ? at::user_extra_address : at::user_extra];
  if (byte != 0) return ChipStatus::execution_error;
  byte = static_cast<std::uint8_t>(command.param2);
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
