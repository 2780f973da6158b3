// Why a chip refuses to use a symmetric key, or has no state to go on from.
#include "element/atecc/explain_rules.h"

namespace signet::element {
namespace {

const std::string no_aes = "AES is disabled in this part (configuration byte 13 is 0): another part number has it";

std::string words_of_type(unsigned key_type) {
  switch (key_type) {
    case key_type_p256: return "4 (P-256)";
    case key_type_aes: return "6 (AES)";
    case key_type_other: return "7 (other data)";
    default: return std::to_string(key_type) + " (reserved)";
  }
}

bool has_aes(const Refused& at) { return (at.config[at::aes_enable] & 1) != 0; }

// MAC and CheckMac say in their mode where TempKey came from.
std::string source_matches(const Refused& at) {
  if (!at.has_mode(mode::mac_second_temp_key | mode::mac_first_temp_key)) return "";
  if (std::string why = temp_key_needed(at, "Nonce"); !why.empty()) return why;
  if (!at.state || at.state->from_input == at.has_mode(mode::mac_source_input)) return "";
  return at.state->from_input ? "TempKey came from the host: mode bit 2 must be 1"
                              : "TempKey came from the chip's random numbers: mode bit 2 must be 0";
}

std::string secret_in_slot(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  if (at.has_mode(mode::mac_first_temp_key) || !at.names_slot()) return "";
  if (at.key().is_private) return of_slot(at.slot(), "holds a private key, which is no secret for a MAC");
  return key_use(at, at.slot());
}

}  // namespace

std::string missing_for_aes(const Refused& at) {
  if (!has_aes(at)) return no_aes;
  if ((at.command.param1 & 7) == mode::aes_gfm) return "";
  if (!at.names_slot()) return temp_key_needed(at, "load the key with Nonce (pass-through)");
  const unsigned type = at.key().key_type;
  if (type != key_type_aes) {
    return of_slot(at.slot(), "has KeyType " + words_of_type(type) +
                                  " and AES needs 6: use a slot configured for AES "
                                  "keys");
  }
  if (std::string why = both_locked(at); !why.empty()) return why;
  return key_use(at, at.slot());
}

std::string missing_for_mac(const Refused& at) {
  if (std::string why = secret_in_slot(at); !why.empty()) return why;
  if (!at.has_mode(mode::mac_first_temp_key) && at.names_slot() && at.rights().no_mac) {
    return of_slot(at.slot(), "has NoMac set: the MAC command may not use it (CheckMac may)");
  }
  if (at.state && at.state->no_mac && at.has_mode(mode::mac_second_temp_key | mode::mac_first_temp_key)) {
    return "TempKey was made with a key that has NoMac set";
  }
  return source_matches(at);
}

std::string missing_for_check_mac(const Refused& at) {
  if (std::string why = secret_in_slot(at); !why.empty()) return why;
  return source_matches(at);
}

std::string missing_for_gen_dig(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  if (std::string why = temp_key_needed(at, "Nonce"); !why.empty()) return why;
  if (at.command.param1 != mode::gen_dig_data || !at.names_slot()) return "";
  if (at.key().is_private) return of_slot(at.slot(), "holds a private key, which GenDig does not take");
  return key_use(at, at.slot());
}

std::string missing_for_kdf(const Refused& at) {
  if (std::string why = both_locked(at); !why.empty()) return why;
  const unsigned options = chip_options(at.config);
  if ((at.command.param1 & 0x60) == mode::kdf_aes) {
    if (!has_aes(at)) return no_aes;
    if ((options & 4) == 0) return "the configuration does not enable AES in KDF (ChipOptions bit 2)";
  }
  const unsigned target = at.command.param1 & 0x1c;
  const unsigned output = options >> 10 & 3u;
  const bool goes_out = target == mode::kdf_to_output || target == mode::kdf_to_output_encrypted;
  if (goes_out && output > 1) return "ChipOptions keep every KDF result inside the chip";
  if (target == mode::kdf_to_output && output == 1) {
    return "ChipOptions forbid a KDF result in clear: ask for an encrypted one, which needs the IO protection key";
  }
  if (target == mode::kdf_to_output_encrypted && (options & 2) == 0) {
    return "there is no IO protection key: ChipOptions bit 1 is 0";
  }
  const unsigned source = at.command.param1 & 3;
  if (source == mode::kdf_from_temp_key || source == mode::kdf_from_temp_key_upper) {
    return temp_key_needed(at, "Nonce or ECDH");
  }
  const unsigned slot = at.command.param2 & 15;
  return source == mode::kdf_from_slot ? key_use(at, slot) : "the alternate key buffer may hold nothing: Nonce first";
}

std::string missing_for_sha(const Refused& at) {
  switch (at.command.param1 & 7) {
    case mode::sha_start:
    case mode::sha_write_context: return "";
    case mode::sha_hmac_start: {
      if (!at.names_slot()) return temp_key_needed(at, "load the key with Nonce (pass-through)");
      if (!is_config_locked(at.config)) return config_open;
      return key_use(at, at.slot());
    }
    default: return "no hash is running: SHA start first. Sleep, the watchdog or another host on the bus ends one";
  }
}

std::string missing_for_info(const Refused& at) {
  if (at.command.param1 == mode::info_key_valid && at.names_slot() && at.key().key_type != key_type_p256) {
    return of_slot(at.slot(), "has KeyType " + words_of_type(at.key().key_type) + ": only P-256 keys are valid or not");
  }
  if (at.command.param1 != mode::info_latch) return "";
  const std::uint8_t permission = at.config[at::volatile_key];
  if ((permission & 0x80) == 0) return "the configuration does not let the latch change (VolatileKeyPermission bit 7)";
  const unsigned slot = permission & 15u;
  if (at.state && at.state->authorised == slot) return "";
  return "setting the latch needs an authorisation with slot " + std::to_string(slot) + " first (CheckMac)";
}

}  // namespace signet::element
