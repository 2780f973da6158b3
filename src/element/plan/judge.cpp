#include "element/plan/judge.h"

#include "element/atecc/describe.h"

namespace signet::element {
namespace {

// What a rule looks at, and where it says what it found.
struct Case {
  const Plan& plan;
  std::vector<Finding>& findings;

  SlotConfig slot(unsigned n) const { return slot_config(plan.zone, n); }
  KeyConfig key(unsigned n) const { return key_config(plan.zone, n); }
  unsigned options() const { return chip_options(plan.zone); }
  void refuse(std::string where, std::string what) const {
    findings.push_back({true, std::move(where), std::move(what)});
  }
  void warn(std::string where, std::string what) const {
    findings.push_back({false, std::move(where), std::move(what)});
  }
  void refuse_slot(unsigned n, std::string what) const { refuse("slot " + std::to_string(n), std::move(what)); }
  void warn_slot(unsigned n, std::string what) const { warn("slot " + std::to_string(n), std::move(what)); }
};

// A slot whose value is a secret between host and chip: key of encryption, of authorisation, of IO protection.
void check_secret_key(const Case& at, unsigned n, const std::string& where, const std::string& role) {
  const std::string name = "slot " + std::to_string(n) + ", " + role + ", ";
  if (at.key(n).is_private) return at.refuse(where, name + "holds a private ECC key: name a slot with a secret");
  if (!at.slot(n).is_secret) at.refuse(where, name + "can be read by anybody: set IsSecret there, or name another");
}

void check_lock(const Case& at) {
  if (at.plan.lock == PlanLock::nothing) {
    at.refuse("lock",
              "nothing is locked: until the configuration is, random numbers are a fixed pattern and anybody "
              "rewrites it; say \"config\" or \"config and data\"");
  }
  if (at.plan.lock == PlanLock::config) {
    at.warn("lock", "the data zone stays open: slots can be rewritten until it is locked");
  }
}

void check_address(const Case& at) {
  const unsigned address = at.plan.zone[at::i2c_address] >> 1;
  if (address < 0x08 || address > 0x77) {
    at.refuse("I2C_Address",
              "7-bit addresses below 0x08 and above 0x77 are reserved: the chip would be lost; 0x60 is a "
              "blank part's");
  }
  const bool known = address == 0x60 || address == 0x35 || address == 0x36;
  if (!known)
    at.warn("I2C_Address", "hosts look at 0x60, 0x35 and 0x36 by themselves: name this address in every link");
}

void check_chip_mode(const Case& at) {
  const unsigned mode = at.plan.zone[at::chip_mode];
  if ((mode & 4) != 0) {
    at.refuse("ChipMode",
              "the long watchdog leaves an abandoned chip awake, with its authorisations, for 13 s: set bit 2 "
              "to 0");
  }
  const unsigned divider = mode & 0xf8;
  if (divider != 0x00 && divider != 0x28 && divider != 0x68) {
    at.refuse("ChipMode", "no host knows how long to wait for this clock divider: bits 3-7 are 0x00, 0x28 or 0x68");
  }
}

void check_permissions(const Case& at) {
  const ConfigZone& zone = at.plan.zone;
  if ((zone[at::use_lock] & 15) == 0xa) {
    at.refuse("UseLock", "no key would work without a transport authorisation that hosts do not make: set it to 0x00");
  }
  if ((zone[at::volatile_key] & 0x80) != 0) {
    check_secret_key(at, zone[at::volatile_key] & 15u, "VolatileKeyPermission", "which permits the latch");
  }
  if ((zone[at::count_match] & 1) != 0 && at.slot(zone[at::count_match] >> 4).write_rule() == WriteRule::always) {
    at.warn("CountMatch", "the limit stands in a slot that anybody writes, until it is locked");
  }
  if ((at.options() & 2) != 0) check_secret_key(at, at.options() >> 12, "ChipOptions", "the IO protection key");
  const bool forced = (at.options() >> 8 & 3) == 1 || (at.options() >> 10 & 3) == 1;
  if (forced && (at.options() & 2) == 0) {
    at.refuse("ChipOptions", "results must be encrypted and there is no IO protection key to do it: set bit 1");
  }
}

void check_secure_boot(const Case& at) {
  const unsigned bits = at.plan.zone[at::secure_boot] | unsigned{at.plan.zone[at::secure_boot + 1]} << 8;
  if ((bits & 3) == 0) return;
  const unsigned key = bits >> 12;
  if (at.key(key).is_private || at.key(key).key_type != key_type_p256 || key < first_public_key_slot) {
    at.refuse("SecureBoot",
              "slot " + std::to_string(key) + " holds no P-256 public key: no image could ever be verified");
  }
  if ((bits & 3) != 1 && at.key(bits >> 8 & 15).is_private) {
    at.refuse("SecureBoot", "slot " + std::to_string(bits >> 8 & 15) + " for the stored digest holds a private key");
  }
}

void check_private_slot(const Case& at, unsigned n) {
  const SlotConfig slot = at.slot(n);
  const KeyConfig key = at.key(n);
  if (!slot.is_secret) at.refuse_slot(n, "a private key that is not IsSecret: set bit 7 of its SlotConfig");
  if (slot.encrypt_read) at.refuse_slot(n, "EncryptRead on a private key, which is never read: set bit 6 to 0");
  if (key.key_type != key_type_p256) at.refuse_slot(n, "a private key needs KeyType 4 (P-256)");
  if (!key.pub_info) at.refuse_slot(n, "nobody could ever learn its public key: set PubInfo");
  if ((slot.read_key & 7) == 0) at.warn_slot(n, "a key that may neither sign nor agree");
  if ((slot.write_config & 4) != 0) {
    at.warn_slot(n, "PrivWrite may bring a key from outside: then the chip is not its only holder");
    if (slot.write_key == n) at.refuse_slot(n, "its WriteKey is the slot itself: name another");
    check_secret_key(at, slot.write_key, "slot " + std::to_string(n), "its WriteKey");
  }
  const bool can_come_later = slot.may_gen_key() || (slot.write_config & 4) != 0;
  if (!at.plan.slots[n].make_key && !can_come_later && at.plan.lock == PlanLock::config_and_data) {
    at.refuse_slot(n, "no key is made before the data lock and none can be made after: say \"make_key\": true");
  }
  if (!at.plan.slots[n].data.empty()) at.refuse_slot(n, "data for a private key slot: keys are made inside");
}

void check_data_slot(const Case& at, unsigned n) {
  const SlotConfig slot = at.slot(n);
  const KeyConfig key = at.key(n);
  if (!slot.is_secret && slot.encrypt_read) {
    at.refuse_slot(n, "EncryptRead without IsSecret is no valid setting: set both, or neither");
  }
  if (key.key_type != key_type_p256 && key.key_type != key_type_aes && key.key_type != key_type_other) {
    at.refuse_slot(n, "KeyType " + std::to_string(key.key_type) + " is reserved: 4 P-256, 6 AES, 7 other data");
  }
  if (key.key_type == key_type_p256 && n < first_public_key_slot) {
    at.refuse_slot(n, "a public key needs 72 bytes: slots 8 to 15");
  }
  if (key.key_type == key_type_aes && !slot.is_secret) at.refuse_slot(n, "an AES key that anybody reads: set IsSecret");
  const std::string where = "slot " + std::to_string(n);
  if (slot.write_rule() == WriteRule::encrypted) {
    if (slot.write_key == n)
      at.refuse(where, "its WriteKey is the slot itself: name another, or it is never written again");
    check_secret_key(at, slot.write_key, where, "its WriteKey");
  }
  if (slot.is_secret && slot.encrypt_read) check_secret_key(at, slot.read_key, where, "its ReadKey");
  if (at.plan.slots[n].make_key) at.refuse_slot(n, "make_key in a slot that holds no private key: set KeyConfig bit 0");
  if (slot.is_secret && !at.plan.slots[n].data.empty()) {
    at.refuse_slot(n, "a secret does not belong into a plan, which is printed and passed on: leave it out");
  }
  if (slot.is_secret && slot.write_rule() == WriteRule::never && (slot.write_config & 2) == 0) {
    at.warn_slot(n,
                 "is never written after the data lock: it holds random numbers that nobody knows, for ever, "
                 "unless SecureBoot or KDF fills it");
  }
  if (!slot.is_secret && slot.write_rule() == WriteRule::always && !key.lockable && key.key_type == key_type_p256) {
    at.warn_slot(n, "a public key that anybody replaces and nobody can lock");
  }
}

void check_any_slot(const Case& at, unsigned n) {
  const KeyConfig key = at.key(n);
  if ((key_config_bits(at.plan.zone, n) >> 13 & 1) != 0) at.refuse_slot(n, "KeyConfig bit 13 is reserved: set it to 0");
  if (key.req_auth) {
    if (key.auth_key == n) at.refuse_slot(n, "asks for an authorisation with itself: name another AuthKey");
    check_secret_key(at, key.auth_key, "slot " + std::to_string(n), "its AuthKey");
  }
  if (at.slot(n).limited_use && (at.plan.zone[at::count_match] & 1) == 0) {
    at.refuse_slot(n, "limited uses without a limit: CountMatch is off");
  }
  const bool latch_moves =
      (at.plan.zone[at::volatile_key] & 0x80) != 0 || (at.plan.zone[at::secure_boot] & 0x0b) > 0x08;
  if (key.persistent_disable && !latch_moves) {
    at.refuse_slot(n,
                   "needs the persistent latch, and nothing can ever set it: VolatileKeyPermission and SecureBoot are "
                   "off");
  }
}

void check_identity(const Case& at) {
  if (!at.key(0).is_private) return at.refuse_slot(0, "is the identity, and holds no private key: set KeyConfig bit 0");
  if ((at.slot(0).write_config & 6) != 0) {
    at.refuse_slot(0, "is the identity and could be replaced: WriteConfig bits 13 and 14 must be 0");
  }
  if (!at.slot(0).may_sign_external()) at.warn_slot(0, "is the identity and signs no digest: TLS cannot use it");
}

}  // namespace

std::vector<Finding> judge(const Plan& plan) {
  std::vector<Finding> out;
  const Case at{plan, out};
  for (const auto check :
       {check_lock, check_address, check_chip_mode, check_permissions, check_secure_boot, check_identity}) {
    check(at);
  }
  for (unsigned n = 0; n < slot_count; ++n) {
    if (at.key(n).is_private)
      check_private_slot(at, n);
    else
      check_data_slot(at, n);
    check_any_slot(at, n);
  }
  return out;
}

bool is_refused(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) { return finding.refused; });
}

}  // namespace signet::element
