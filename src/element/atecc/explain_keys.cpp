// Why a chip refuses to make, use or check an ECC key.
#include "element/atecc/explain_rules.h"

namespace signet::element {
namespace {

const std::string off_curve = "the public key may not be on the curve P-256";
const std::string no_io_key = "there is no IO protection key: ChipOptions bit 1 is 0";

bool has_io_key(const Refused& at) { return (chip_options(at.config) & 2) != 0; }

// The message that Sign and Verify take from TempKey.
std::string message_needed(const Refused& at, std::uint8_t from_digest_buffer) {
  return at.has_mode(from_digest_buffer) ? "" : temp_key_needed(at, "load the digest with Nonce (pass-through)");
}

std::string missing_for_validation(const Refused& at) {
  if (!at.key().pub_info) return of_slot(at.slot(), "needs no validation: PubInfo is 0");
  if (!at.state || (at.state->temp_key_valid && at.state->gen_key && at.state->key_id == at.slot())) return "";
  return "TempKey does not hold the digest of this slot's key: GenKey mode 10 with slot " + std::to_string(at.slot()) +
         " first";
}

}  // namespace

std::string missing_for_gen_key(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  if (at.has_mode(mode::gen_key_stored_digest | mode::gen_key_digest)) {
    if (std::string why = temp_key_needed(at, "Nonce"); !why.empty()) return why;
  }
  if (!at.names_slot() || at.has_mode(mode::gen_key_stored_digest)) return "";
  if (std::string why = private_key(at); !why.empty()) return why;
  if (!at.key().pub_info) return of_slot(at.slot(), "is configured never to give its public key");
  if (!at.has_mode(mode::gen_key_private)) {
    const std::string why = key_use(at, at.slot());
    return why.empty() ? of_slot(at.slot(), "holds no key yet: GenKey makes one") : why;
  }
  if (is_slot_locked(at.config, at.slot())) return of_slot(at.slot(), "is locked for ever");
  if (is_data_locked(at.config) && !at.rights().may_gen_key()) {
    return "the data zone is locked and " + of_slot(at.slot(), "is configured never to change its key");
  }
  return key_use(at, at.slot());
}

std::string missing_for_sign(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  if (!at.names_slot()) return "";
  if (std::string why = private_key(at); !why.empty()) return why;
  const bool external = at.has_mode(mode::sign_external);
  if (external ? !at.rights().may_sign_external() : !at.rights().may_sign_internal()) {
    return of_slot(at.slot(), external ? "may not sign a digest from outside: use a slot that has ReadKey bit 0"
                                       : "may not sign the chip's own messages: use a slot that has ReadKey bit 1");
  }
  if (std::string why = key_use(at, at.slot()); !why.empty()) return why;
  if (std::string why = message_needed(at, mode::sign_digest_buffer); !why.empty()) return why;
  if (!external && at.state && !at.state->gen_dig && !at.state->gen_key) {
    return "TempKey holds no digest of GenDig or GenKey: what the chip signs of itself begins with one of them";
  }
  return of_slot(at.slot(), "may hold no key yet: GenKey makes one");
}

std::string missing_for_verify(const Refused& at) {
  if (at.has_mode(mode::verify_mac) && !has_io_key(at)) return no_io_key;
  if (std::string why = message_needed(at, mode::verify_digest_buffer); !why.empty()) return why;
  const unsigned kind = at.command.param1 & 7;
  if (kind == mode::verify_external || !at.names_slot()) return off_curve;
  if (!is_config_locked(at.config)) return config_open;
  const KeyConfig key = at.key();
  if (key.is_private || key.key_type != key_type_p256) {
    return of_slot(at.slot(), "is not configured for a P-256 public key");
  }
  if (kind != mode::verify_stored) return missing_for_validation(at);
  if (key.req_random && at.has_mode(mode::verify_digest_buffer)) {
    return of_slot(at.slot(),
                   "needs a random TempKey (ReqRandom), and the message is in the digest buffer: put it in "
                   "TempKey");
  }
  if (std::string why = key_use(at, at.slot()); !why.empty()) return why;
  if (key.pub_info)
    return of_slot(at.slot(), "must be validated by its parent key before it is used (Verify Validate)");
  return off_curve;
}

std::string missing_for_ecdh(const Refused& at) {
  if (std::string why = both_locked(at); !why.empty()) return why;
  if (!at.has_mode(mode::ecdh_from_temp_key) && at.names_slot()) {
    if (std::string why = private_key(at); !why.empty()) return why;
    if (!at.rights().may_ecdh())
      return of_slot(at.slot(), "may not be used for ECDH: use a slot that has ReadKey bit 2");
    if (std::string why = key_use(at, at.slot()); !why.empty()) return why;
    const bool default_target = (at.command.param1 & mode::ecdh_to_output) == 0;
    if (default_target && at.rights().ecdh_stays_inside()) return of_slot(at.slot(), "keeps the ECDH result inside");
  }
  const unsigned output = chip_options(at.config) >> 8 & 3u;
  if (output > 1) return "ChipOptions keep every ECDH result inside the chip";
  if (output == 1 && !at.has_mode(mode::ecdh_encrypted)) {
    return "ChipOptions forbid an ECDH result in clear: ask for an encrypted one, which needs the IO protection key";
  }
  if (at.has_mode(mode::ecdh_encrypted) && !has_io_key(at)) return no_io_key;
  return "the peer's public key may not be on the curve";
}

std::string missing_for_secure_boot(const Refused& at) {
  if (std::string why = both_locked(at); !why.empty()) return why;
  const unsigned setting = at.config[at::secure_boot];
  if ((setting & 3) == 0) return "SecureBoot is off in the configuration (bytes 70-71, mode 0)";
  const unsigned kind = at.command.param1 & 7;
  if ((setting & 3) == 1 && kind != mode::secure_boot_full) return "the configuration permits SecureBoot Full alone";
  if (at.has_mode(mode::secure_boot_encrypted)) {
    if (!has_io_key(at)) return no_io_key;
    if (std::string why = temp_key_needed(at, "Nonce"); !why.empty()) return why;
    if ((setting & 0x10) != 0 && at.state && at.state->from_input) {
      return "the configuration demands a random Nonce for SecureBoot";
    }
  }
  return "SecureBoot may be prohibited until the next power-up, or nothing is stored to compare with: FullCopy first";
}

}  // namespace signet::element
