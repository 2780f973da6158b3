// explain_rules.h -- private to explain*.cpp: one question about one refused command.
#pragma once

#include "element/atecc/explain.h"

namespace signet::element {

// What a rule looks at. Every rule answers with the first thing that is missing, or "".
struct Refused {
  const Command& command;
  const ConfigZone& config;
  const std::optional<ChipState>& state;

  unsigned slot() const { return command.param2; }
  bool names_slot() const { return command.param2 < slot_count; }
  bool has_mode(std::uint8_t bits) const { return (command.param1 & bits) != 0; }
  SlotConfig rights() const { return slot_config(config, slot()); }
  KeyConfig key() const { return key_config(config, slot()); }
};

inline const std::string config_open = "the configuration zone is not locked yet";
inline const std::string data_open = "the data zone is not locked yet";

std::string of_slot(unsigned slot, std::string_view text);
std::string both_locked(const Refused& at);
// Use of the key in `slot`: latch, authorisation, limited use, random source.
std::string key_use(const Refused& at, unsigned slot);
std::string private_key(const Refused& at);
std::string temp_key_needed(const Refused& at, std::string_view how);
// TempKey made by GenDig with this slot's key: encrypted reads and writes.
std::string gen_dig_needed(const Refused& at, unsigned key_slot, std::string_view field);

// explain_memory.cpp
std::string missing_for_read(const Refused& at);
std::string missing_for_write(const Refused& at);
std::string missing_for_priv_write(const Refused& at);
std::string missing_for_derive_key(const Refused& at);
std::string missing_for_lock(const Refused& at);
std::string missing_for_update_extra(const Refused& at);
std::string missing_for_counter(const Refused& at);
// explain_keys.cpp
std::string missing_for_gen_key(const Refused& at);
std::string missing_for_sign(const Refused& at);
std::string missing_for_verify(const Refused& at);
std::string missing_for_ecdh(const Refused& at);
std::string missing_for_secure_boot(const Refused& at);
// explain_secrets.cpp
std::string missing_for_aes(const Refused& at);
std::string missing_for_mac(const Refused& at);
std::string missing_for_check_mac(const Refused& at);
std::string missing_for_gen_dig(const Refused& at);
std::string missing_for_kdf(const Refused& at);
std::string missing_for_sha(const Refused& at);
std::string missing_for_info(const Refused& at);

}  // namespace signet::element
