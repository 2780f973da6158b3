#include "element/atecc/explain_rules.h"

namespace signet::element {
namespace {

struct Rule {
  Opcode opcode;
  std::string (*missing)(const Refused& at);
};

constexpr Rule rules[] = {
    {Opcode::read, missing_for_read},
    {Opcode::write, missing_for_write},
    {Opcode::priv_write, missing_for_priv_write},
    {Opcode::derive_key, missing_for_derive_key},
    {Opcode::lock, missing_for_lock},
    {Opcode::update_extra, missing_for_update_extra},
    {Opcode::counter, missing_for_counter},
    {Opcode::gen_key, missing_for_gen_key},
    {Opcode::sign, missing_for_sign},
    {Opcode::verify, missing_for_verify},
    {Opcode::ecdh, missing_for_ecdh},
    {Opcode::secure_boot, missing_for_secure_boot},
    {Opcode::aes, missing_for_aes},
    {Opcode::mac, missing_for_mac},
    {Opcode::check_mac, missing_for_check_mac},
    {Opcode::gen_dig, missing_for_gen_dig},
    {Opcode::kdf, missing_for_kdf},
    {Opcode::sha, missing_for_sha},
    {Opcode::info, missing_for_info},
};

// LimitedUse: Counter0 against the value in the slot that CountMatch names.
std::string uses_left(const Refused& at, unsigned slot) {
  const std::uint8_t match = at.config[at::count_match];
  const std::string count = "counter 0 stands at " + std::to_string(counter_of(at.config, 0));
  if ((match & 1) == 0) return of_slot(slot, "has a limited number of uses, and CountMatch is off: " + count);
  return of_slot(slot, "has a limited number of uses, and they may be used up: " + count + ", the limit is in slot " +
                           std::to_string(match >> 4));
}

}  // namespace

ChipState chip_state_of(Bytes info_state, std::uint8_t info_latch) {
  ENSURE(info_state.size() == 4);
  const unsigned flags = info_state[0];
  const unsigned more = info_state[1];
  ChipState out;
  out.key_id = flags & 15;
  out.from_input = (flags >> 4 & 1) != 0;
  out.gen_dig = (flags >> 5 & 1) != 0;
  out.gen_key = (flags >> 6 & 1) != 0;
  out.no_mac = (flags >> 7 & 1) != 0;
  out.temp_key_valid = (more >> 7 & 1) != 0;
  if ((more >> 2 & 1) != 0) out.authorised = more >> 3 & 15;
  out.latch = (info_latch & 1) != 0;
  return out;
}

std::string of_slot(unsigned slot, std::string_view text) {
  return "slot " + std::to_string(slot) + " " + std::string{text};
}

std::string both_locked(const Refused& at) {
  if (!is_config_locked(at.config)) return config_open;
  return is_data_locked(at.config) ? "" : data_open;
}

std::string key_use(const Refused& at, unsigned slot) {
  const KeyConfig key = key_config(at.config, slot);
  if (key.persistent_disable && !(at.state && at.state->latch)) {
    return of_slot(slot,
                   "needs the persistent latch, which is not set: authorise its key and set it (Info 4), or boot "
                   "with SecureBoot");
  }
  if (key.req_auth && !(at.state && at.state->authorised == key.auth_key)) {
    return of_slot(slot, "needs an authorisation with the key in slot " + std::to_string(key.auth_key) +
                             " first (CheckMac in the same turn)");
  }
  if (key.req_random && at.state && at.state->temp_key_valid && at.state->from_input) {
    return of_slot(slot, "needs a TempKey from the chip's own random numbers (ReqRandom): use Nonce in random mode");
  }
  return slot_config(at.config, slot).limited_use ? uses_left(at, slot) : "";
}

std::string private_key(const Refused& at) {
  const KeyConfig key = at.key();
  if (!key.is_private || key.key_type != key_type_p256) {
    return of_slot(at.slot(), "is not configured for a P-256 private key");
  }
  return "";
}

std::string temp_key_needed(const Refused& at, std::string_view how) {
  if (!at.state || at.state->temp_key_valid) return "";
  return "TempKey holds nothing valid: " + std::string{how} + " first, in the same turn";
}

std::string gen_dig_needed(const Refused& at, unsigned key_slot, std::string_view field) {
  if (!at.state) return "";
  const ChipState& state = *at.state;
  if (state.temp_key_valid && state.gen_dig && state.key_id == key_slot && !state.no_mac) return "";
  return "TempKey does not come from GenDig with slot " + std::to_string(key_slot) + ", the " + std::string{field} +
         ": Nonce, then GenDig with that slot, first";
}

std::string missing_precondition(const Command& command, const ConfigZone& config,
                                 const std::optional<ChipState>& state) {
  for (const Rule& rule : rules) {
    if (rule.opcode == Opcode{command.opcode}) return rule.missing({command, config, state});
  }
  return "";
}

}  // namespace signet::element
