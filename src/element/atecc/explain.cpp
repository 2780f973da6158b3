#include "element/atecc/explain.h"

namespace signet::element {
namespace {

const std::string config_open = "the configuration zone is not locked yet";
const std::string config_closed = "the configuration zone is locked for ever";
const std::string data_open = "the data zone is not locked yet";
const std::string data_closed = "the data zone is locked for ever";

std::string of_slot(unsigned slot, std::string_view text) {
  return "slot " + std::to_string(slot) + " " + std::string{text};
}

// What all keys demand alike.
std::string missing_for_private_key(const ConfigZone& config, unsigned slot) {
  const KeyConfig key = key_config(config, slot);
  if (!key.is_private || key.key_type != key_type_p256)
    return of_slot(slot, "is not configured for a P-256 private key");
  if (key.req_auth) return of_slot(slot, "needs an authorisation with the key in slot ") + std::to_string(key.auth_key);
  if (key.persistent_disable) return of_slot(slot, "needs the persistent latch to be set");
  return "";
}

std::string missing_for_gen_key(const Command& command, const ConfigZone& config) {
  const unsigned slot = command.param2;
  if (!is_config_locked(config)) return config_open;
  if (slot >= slot_count || command.param1 == mode::gen_key_stored_digest) return "";
  if (std::string why = missing_for_private_key(config, slot); !why.empty()) return why;
  if (!key_config(config, slot).pub_info) return of_slot(slot, "is configured never to give its public key");
  if ((command.param1 & mode::gen_key_private) == 0) return of_slot(slot, "holds no key yet: GenKey makes one");
  if (is_slot_locked(config, slot)) return of_slot(slot, "is locked for ever");
  if (is_data_locked(config) && !slot_config(config, slot).may_gen_key()) {
    return "the data zone is locked and " + of_slot(slot, "is configured never to change its key");
  }
  return "";
}

std::string missing_for_sign(const Command& command, const ConfigZone& config) {
  const unsigned slot = command.param2;
  if (!is_config_locked(config)) return config_open;
  if (std::string why = missing_for_private_key(config, slot); !why.empty()) return why;
  const SlotConfig rights = slot_config(config, slot);
  const bool external = (command.param1 & mode::sign_external) != 0;
  if (external ? !rights.may_sign_external() : !rights.may_sign_internal()) {
    return of_slot(slot, external ? "may not sign a digest from outside" : "may not sign the chip's own messages");
  }
  if (rights.limited_use) return of_slot(slot, "has a limited number of uses; they may be used up");
  return of_slot(slot, "may hold no key yet: GenKey makes one");
}

std::string missing_for_ecdh(const Command& command, const ConfigZone& config) {
  const unsigned slot = command.param2;
  if (!is_config_locked(config)) return config_open;
  if (!is_data_locked(config)) return data_open;
  if (slot >= slot_count) return "";
  if (std::string why = missing_for_private_key(config, slot); !why.empty()) return why;
  const SlotConfig rights = slot_config(config, slot);
  if (!rights.may_ecdh()) return of_slot(slot, "may not be used for ECDH");
  if (rights.ecdh_stays_inside()) return of_slot(slot, "keeps the ECDH result inside the chip");
  if ((chip_options(config) >> 8 & 3) != 0) return "ChipOptions forbid an ECDH result in clear";
  return "the peer's public key may not be on the curve";
}

std::string missing_for_read(const Place& place, const ConfigZone& config) {
  if (place.zone == Zone::config) return "";
  if (!is_data_locked(config)) return data_open + ": nothing can be read before";
  if (place.zone == Zone::otp) return "";
  if (key_config(config, place.slot).is_private)
    return of_slot(place.slot, "holds a private key, which never comes out");
  const SlotConfig slot = slot_config(config, place.slot);
  if (slot.is_secret || slot.encrypt_read) return of_slot(place.slot, "is secret: it cannot be read in clear");
  return "";
}

std::string missing_for_write(const Place& place, const ConfigZone& config) {
  if (place.zone == Zone::config) return is_config_locked(config) ? config_closed : "some of these bytes never change";
  if (!is_config_locked(config)) return config_open;
  if (place.zone == Zone::otp && is_data_locked(config)) return data_closed;
  if (!is_data_locked(config) && !place.whole_block) return data_open + ": only whole 32-byte blocks can be written";
  if (place.zone == Zone::otp) return "";
  if (key_config(config, place.slot).is_private)
    return of_slot(place.slot, "holds a private key: only GenKey changes it");
  if (is_slot_locked(config, place.slot)) return of_slot(place.slot, "is locked for ever");
  if (!is_data_locked(config)) return "";
  const SlotConfig slot = slot_config(config, place.slot);
  if (slot.is_secret && !place.whole_block) return of_slot(place.slot, "is written in whole 32-byte blocks only");
  switch (slot.write_rule()) {
    case WriteRule::always: return "";
    case WriteRule::while_invalid: return of_slot(place.slot, "holds a validated key: invalidate it first");
    case WriteRule::never: return "the data zone is locked and " + of_slot(place.slot, "is configured never to change");
    case WriteRule::encrypted: return of_slot(place.slot, "takes encrypted writes only");
  }
  return "";
}

std::string missing_for_lock(const Command& command, const ConfigZone& config) {
  const std::string differs = "the chip's contents are not what the checksum says: nothing was locked";
  switch (command.param1 & 3) {
    case mode::lock_config: return is_config_locked(config) ? config_closed : differs;
    case mode::lock_data:
      if (!is_config_locked(config)) return config_open;
      return is_data_locked(config) ? data_closed : differs;
    default: {
      const unsigned slot = command.param1 >> 2 & 15u;
      if (!is_config_locked(config)) return config_open;
      if (is_slot_locked(config, slot)) return of_slot(slot, "is locked already");
      return key_config(config, slot).lockable ? "" : of_slot(slot, "is configured not to be lockable");
    }
  }
}

}  // namespace

std::string missing_precondition(const Command& command, const ConfigZone& config) {
  switch (Opcode{command.opcode}) {
    case Opcode::gen_key: return missing_for_gen_key(command, config);
    case Opcode::sign: return command.param2 < slot_count ? missing_for_sign(command, config) : "";
    case Opcode::ecdh: return missing_for_ecdh(command, config);
    case Opcode::read:
    case Opcode::write: {
      const auto place = place_of(command.param1, command.param2);
      if (!place) return "";
      return command.opcode == static_cast<std::uint8_t>(Opcode::read) ? missing_for_read(place.value(), config)
                                                                       : missing_for_write(place.value(), config);
    }
    case Opcode::lock: return missing_for_lock(command, config);
    case Opcode::verify: return "the public key may not be on the curve";
    case Opcode::counter:
      if (command.param2 < counter_count && counter_of(config, command.param2) >= counter_max)
        return "it is at its end";
      return "";
    default: return "";
  }
}

}  // namespace signet::element
