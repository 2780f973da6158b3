// Read 0x02 [3.10, 2.2, 2.5]
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

enum class Reading { forbidden, clear, encrypted };

Reading reading_of_slot(const Chip& chip, const Place& place) {
  const SlotConfig slot = slot_config(chip.config(), place.slot);
  if (key_config(chip.config(), place.slot).is_private || slot.is_secret != slot.encrypt_read) {
    return Reading::forbidden;  // a secret that is not read encrypted is not read; the other pair means nothing
  }
  if (!slot.is_secret) return Reading::clear;
  const TempKey& temp = chip.ram.temp_key;
  const bool ready = is_bound_to(temp, slot.read_key) && !temp.from_input;
  return ready && place.whole_block ? Reading::encrypted : Reading::forbidden;
}

Reading reading_of(const Chip& chip, const Place& place) {
  if (place.zone == Zone::config) return Reading::clear;
  if (!is_data_locked(chip.config())) return Reading::forbidden;
  return place.zone == Zone::otp ? Reading::clear : reading_of_slot(chip, place);
}

}  // namespace

Answer read(Chip& chip, const Command& command) {
  const auto place = place_of(command.param1, command.param2);
  if (!place || (command.param1 & zone_encrypted) != 0 || !command.data.empty()) return ChipStatus::parse_error;

  const Reading reading = reading_of(chip, place.value());
  if (reading == Reading::forbidden) return ChipStatus::execution_error;
  Buffer out = copy_of(bytes_at(chip.memory, place.value()));
  out.resize(place.value().size());  // [?] a short last block is filled with zeros
  if (reading == Reading::encrypted) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= chip.ram.temp_key.bytes[i];
    chip.ram.temp_key = {};  // one block for each GenDig
  }
  return out;
}

}  // namespace signet::element::emulator
