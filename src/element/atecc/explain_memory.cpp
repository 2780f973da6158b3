// Why a chip refuses to read, write, count or lock.
#include "element/atecc/explain_rules.h"

namespace signet::element {
namespace {

const std::string config_closed = "the configuration zone is locked for ever";
const std::string data_closed = "the data zone is locked for ever";
const std::string lock_differs = "the chip's contents are not what the checksum says: nothing was locked";

std::string missing_before_data_lock(const Refused& at, const Place& place) {
  if (!place.whole_block) return data_open + ": only whole 32-byte blocks can be written";
  if (place.zone == Zone::data && key_config(at.config, place.slot).is_private) {
    return of_slot(place.slot, "holds a private key: only GenKey and PrivWrite change it");
  }
  return "";
}

std::string missing_for_slot_write(const Refused& at, const Place& place) {
  if (key_config(at.config, place.slot).is_private) {
    return of_slot(place.slot, "holds a private key: only GenKey and PrivWrite change it");
  }
  if (is_slot_locked(at.config, place.slot)) return of_slot(place.slot, "is locked for ever");
  const SlotConfig slot = slot_config(at.config, place.slot);
  if (slot.is_secret && !place.whole_block) return of_slot(place.slot, "is written in whole 32-byte blocks only");
  switch (slot.write_rule()) {
    case WriteRule::always: return "";
    case WriteRule::while_invalid: return of_slot(place.slot, "holds a validated key: invalidate it first");
    case WriteRule::never: return "the data zone is locked and " + of_slot(place.slot, "is configured never to change");
    case WriteRule::encrypted: break;
  }
  if (!at.has_mode(zone_encrypted)) {
    return of_slot(place.slot, "takes encrypted writes only, under the key in slot " + std::to_string(slot.write_key));
  }
  const std::string why = gen_dig_needed(at, slot.write_key, "WriteKey");
  return why.empty() ? "the write's MAC does not match: is the write key the one in the chip?" : why;
}

}  // namespace

std::string missing_for_read(const Refused& at) {
  const auto found = place_of(at.command.param1, at.command.param2);
  if (!found || found.value().zone == Zone::config) return "";
  const Place place = found.value();
  if (!is_data_locked(at.config)) return data_open + ": nothing can be read before";
  if (place.zone == Zone::otp) return "";
  if (key_config(at.config, place.slot).is_private) {
    return of_slot(place.slot, "holds a private key, which never comes out");
  }
  const SlotConfig slot = slot_config(at.config, place.slot);
  if (slot.is_secret && !slot.encrypt_read) return of_slot(place.slot, "is secret: it is configured never to be read");
  if (!slot.encrypt_read) return "";
  if (!place.whole_block) return of_slot(place.slot, "is secret: it is read in whole 32-byte blocks, encrypted");
  const std::string why = gen_dig_needed(at, slot.read_key, "ReadKey");
  if (!why.empty()) return of_slot(place.slot, "is secret: it cannot be read in clear. ") + why;
  return at.state && at.state->from_input ? "an encrypted read needs a random Nonce, not one from the host" : "";
}

std::string missing_for_write(const Refused& at) {
  const auto found = place_of(at.command.param1 & static_cast<std::uint8_t>(~zone_encrypted), at.command.param2);
  if (!found) return "";
  const Place place = found.value();
  if (place.zone == Zone::config) {
    return is_config_locked(at.config) ? config_closed : "some of these bytes never change";
  }
  if (!is_config_locked(at.config)) return config_open;
  if (!is_data_locked(at.config)) return missing_before_data_lock(at, place);
  return place.zone == Zone::otp ? data_closed : missing_for_slot_write(at, place);
}

std::string missing_for_priv_write(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  if (!at.names_slot()) return "";
  if (std::string why = private_key(at); !why.empty()) return why;
  if (is_slot_locked(at.config, at.slot())) return of_slot(at.slot(), "is locked for ever");
  if (!is_data_locked(at.config)) return "";
  if ((at.rights().write_config & 4) == 0) {
    return "the data zone is locked and " + of_slot(at.slot(), "is configured never to take a key from outside");
  }
  if (!at.has_mode(mode::priv_write_encrypted)) return of_slot(at.slot(), "takes its key encrypted only");
  const std::string why = gen_dig_needed(at, at.rights().write_key, "WriteKey");
  return why.empty() ? "the MAC does not match: is the write key the one in the chip?" : why;
}

std::string missing_for_derive_key(const Refused& at) {
  if (std::string why = both_locked(at); !why.empty()) return why;
  if (!at.names_slot()) return "";
  if (is_slot_locked(at.config, at.slot())) return of_slot(at.slot(), "is locked for ever");
  const SlotConfig rights = at.rights();
  if ((rights.write_config & 2) == 0)
    return of_slot(at.slot(), "is configured never to be derived (WriteConfig bit 1)");
  if ((rights.write_config & 8) != 0 && at.command.data.empty())
    return of_slot(at.slot(), "demands a MAC to be derived");
  if (std::string why = temp_key_needed(at, "Nonce"); !why.empty()) return why;
  return key_use(at, (rights.write_config & 1) != 0 ? rights.write_key : at.slot());
}

std::string missing_for_lock(const Refused& at) {
  switch (at.command.param1 & 3) {
    case mode::lock_config: return is_config_locked(at.config) ? config_closed : lock_differs;
    case mode::lock_data:
      if (!is_config_locked(at.config)) return config_open;
      return is_data_locked(at.config) ? data_closed : lock_differs;
    default: break;
  }
  const unsigned slot = at.command.param1 >> 2 & 15u;
  if (!is_config_locked(at.config)) return config_open;
  if (is_slot_locked(at.config, slot)) return of_slot(slot, "is locked already");
  return key_config(at.config, slot).lockable ? "" : of_slot(slot, "is configured not to be lockable");
}

std::string missing_for_update_extra(const Refused& at) {
  const std::size_t byte = at.command.param1 == 0 ? at::user_extra : at::user_extra_address;
  return at.config[byte] == 0 ? "" : "configuration byte " + std::to_string(byte) + " was set already: it changes once";
}

std::string missing_for_counter(const Refused& at) {
  if (at.command.param2 >= counter_count) return "";
  return counter_of(at.config, at.command.param2) >= counter_max ? "it is at its end" : "";
}

}  // namespace signet::element
