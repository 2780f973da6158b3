#include "element/plan/apply.h"

namespace signet::element {
namespace {

std::string byte_text(std::uint8_t byte) { return "0x" + hex(Block<1>{byte}); }

Error with_hint_of_address(Error error, const ConfigZone& wanted, const ConfigZone& before) {
  if (error.code == Errc::unavailable && wanted[at::i2c_address] != before[at::i2c_address]) {
    error.what += "; the plan gives the chip the address " + byte_text(wanted[at::i2c_address] >> 1) +
                  ": name it in the link and apply the plan again";
  }
  return error;
}

bool asks_for_bond(const ConfigZone& zone) {
  for (unsigned n = 0; n < slot_count; ++n) {
    const KeyConfig key = key_config(zone, n);
    if (key.is_private && key.req_auth && key.auth_key == authorisation_slot) return true;
  }
  return false;
}

// No plan holds a secret. Keys that answer a board alone answer the transport keys until a board binds the element, as
// from our foundry; every other secret slot gets random numbers that nobody keeps, instead of ff that everybody knows.
Status fill_secrets(const ConfigZone& zone, Atecc& chip, DataImage& image) {
  for (unsigned n = 0; n < slot_count; ++n) {
    if (key_config(zone, n).is_private || !slot_config(zone, n).is_secret) continue;
    Buffer value = TRY(chip.random(block_bytes));
    image.set(n, value);
    crypto::wipe(value);
  }
  if (!asks_for_bond(zone)) return {};
  const BondKeys transport = bond_keys_of(transport_secret());
  image.set(authorisation_slot, transport.authorisation.reveal());
  image.set(io_protection_slot, transport.io_protection.reveal());
  TRY(chip.write_slot(authorisation_slot, 0, transport.authorisation.reveal()));
  return chip.write_slot(io_protection_slot, 0, transport.io_protection.reveal());
}

Status configure(const Plan& plan, Atecc& chip, const std::function<void(const std::string&)>& say) {
  const ConfigZone before = TRY(chip.read_config());
  const ConfigZone wanted = zone_on(plan, before);
  const auto unlike = differences(before, wanted);
  if (is_config_locked(before)) {
    if (unlike.empty()) return {};
    return Error{Errc::conflict, "the chip is locked with another configuration (" + unlike.front() + " and " +
                                     std::to_string(unlike.size() - 1) + " more): no plan changes it any more"};
  }
  say("write " + std::to_string(unlike.size()) + " configuration bytes");
  if (Status done = chip.write_config(wanted); !done)
    return with_hint_of_address(std::move(done).error(), wanted, before);
  say("read back, compare, and lock the configuration by its checksum");
  if (Status done = chip.lock_config(wanted); !done)
    return with_hint_of_address(std::move(done).error(), wanted, before);
  return {};
}

}  // namespace

std::vector<std::string> differences(const ConfigZone& chip, const ConfigZone& wanted) {
  std::vector<std::string> out;
  for (std::size_t byte = 0; byte < config_bytes; ++byte) {
    const bool slot_locks = byte == at::slot_locked || byte == at::slot_locked + 1;  // these change in the field
    if (!is_config_byte_writable(byte) || chip[byte] == wanted[byte] || (slot_locks && is_config_locked(chip)))
      continue;
    out.push_back("byte " + std::to_string(byte) + ": " + byte_text(chip[byte]) + ", planned " +
                  byte_text(wanted[byte]));
  }
  return out;
}

Status apply_plan(const Plan& plan, Atecc& chip, const std::function<void(const std::string& step)>& say) {
  if (plan.lock == PlanLock::nothing) return Error{Errc::conflict, "the plan locks nothing"};
  TRY(configure(plan, chip, say));
  if (TRY(chip.is_data_locked())) return {};
  DataImage image = image_of(plan);
  TRY(fill_secrets(plan.zone, chip, image));
  for (unsigned n = 0; n < slot_count; ++n) {
    if (!plan.slots[n].make_key || chip.public_key(n)) continue;
    say("make the key of slot " + std::to_string(n) + " inside the chip");
    TRY(chip.gen_key(n));
  }
  if (plan.lock != PlanLock::config_and_data) return {};
  say("write the data slots and OTP");
  TRY(chip.write_data(image));
  say("lock data and OTP by their checksum");
  Status locked = chip.lock_data(image);
  crypto::wipe(image.data);
  return locked;
}

}  // namespace signet::element
