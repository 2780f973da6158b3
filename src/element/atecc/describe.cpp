#include "element/atecc/describe.h"

#include "element/wire/command.h"

namespace signet::element {
namespace {

std::string hex_number(unsigned value, std::size_t digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*x", static_cast<int>(digits), value);
  return text;
}

std::string slot_text(unsigned slot) { return "slot " + std::to_string(slot); }

unsigned u16_at(const ConfigZone& config, std::size_t offset) {
  return config[offset] | unsigned{config[offset + 1]} << 8;
}

std::string words_of_output(unsigned setting) {
  switch (setting) {
    case 0: return "may leave the chip in clear";
    case 1: return "leaves the chip encrypted only";
    default: return "never leaves the chip";
  }
}

// Bits without a meaning of their own are shown too: what is not zero there is a mistake.
BitField reserved(unsigned bits) { return {"reserved", bits, bits == 0 ? "0, as it must be" : "NOT 0: reserved"}; }

Described i2c(const ConfigZone& config) {
  const unsigned byte = config[at::i2c_address];
  return {"I2C_Address",
          at::i2c_address,
          hex_number(byte, 2),
          {{"7-bit address", byte >> 1, hex_number(byte >> 1, 2) + " on the bus (the byte is shifted left by one)"},
           reserved(byte & 1)}};
}

Described count_match(const ConfigZone& config) {
  const unsigned byte = config[at::count_match];
  const bool on = (byte & 1) != 0;
  return {"CountMatch",
          at::count_match,
          hex_number(byte, 2),
          {{"enable", byte & 1, on ? "limited keys stop at the match value" : "limited keys have no match value"},
           {"match slot", byte >> 4, on ? "the value stands in " + slot_text(byte >> 4) : "unused"},
           reserved(byte & 0x0e)}};
}

std::string words_of_divider(unsigned masked) {
  switch (masked) {
    case 0x00: return "full speed (M0)";
    case 0x28: return "slower (M1): Sign up to 220 ms";
    case 0x68: return "slowest (M2): Sign up to 665 ms";
    default: return "no divider that is published";
  }
}

Described chip_mode(const ConfigZone& config) {
  const unsigned byte = config[at::chip_mode];
  const auto bit = [&](unsigned n) { return byte >> n & 1; };
  return {
      "ChipMode",
      at::chip_mode,
      hex_number(byte, 2),
      {{"UserExtraAdd is the address", bit(0), bit(0) ? "byte 85 gives the address once it is set" : "byte 16 always"},
       {"fixed TTL levels", bit(1), bit(1) ? "inputs have fixed levels" : "inputs follow the supply voltage"},
       {"long watchdog", bit(2), bit(2) ? "the chip stays awake about 13 s" : "the chip sleeps after about 1.3 s"},
       {"clock divider", byte >> 3, words_of_divider(byte & 0xf8)}}};
}

Described use_lock(const ConfigZone& config) {
  const unsigned byte = config[at::use_lock];
  const bool on = (byte & 15) == 0xa;
  return {"UseLock",
          at::use_lock,
          hex_number(byte, 2),
          {{"enable", byte & 15, on ? "no key works before an authorisation" : "off"},
           {"key slot", byte >> 4, on ? "with the key in " + slot_text(byte >> 4) : "unused"}}};
}

Described volatile_key(const ConfigZone& config) {
  const unsigned byte = config[at::volatile_key];
  const bool on = (byte & 0x80) != 0;
  return {"VolatileKeyPermission",
          at::volatile_key,
          hex_number(byte, 2),
          {{"enable", byte >> 7, on ? "the persistent latch may be set" : "the latch cannot be changed by Info"},
           {"key slot", byte & 15, on ? "after an authorisation with " + slot_text(byte & 15) : "unused"},
           reserved(byte & 0x70)}};
}

Described secure_boot(const ConfigZone& config) {
  const unsigned bits = u16_at(config, at::secure_boot);
  const char* const modes[] = {"off", "FullBoth: signature each time", "FullSig: signature stored",
                               "FullDig: digest stored"};
  const auto bit = [&](unsigned n) { return bits >> n & 1; };
  return {"SecureBoot",
          at::secure_boot,
          hex_number(bits, 4),
          {{"mode", bits & 3, modes[bits & 3]},
           {"sets the latch", bit(3), bit(3) ? "a good boot sets the persistent latch" : "the latch is left alone"},
           {"random nonce", bit(4), bit(4) ? "the nonce must be the chip's own" : "any nonce"},
           {"stored in", bits >> 8 & 15, slot_text(bits >> 8 & 15)},
           {"public key in", bits >> 12, slot_text(bits >> 12)},
           reserved(bits & 0xe4)}};
}

Described kdf_iv(const ConfigZone& config) {
  return {"KdfIv",
          at::kdf_iv_location,
          "0x" + hex(Bytes{config}.subspan(at::kdf_iv_location, 3)),
          {{"location", config[at::kdf_iv_location], "byte of the HKDF message where the string must stand"},
           {"string", u16_at(config, at::kdf_iv_string), "0x" + hex(Bytes{config}.subspan(at::kdf_iv_string, 2))}}};
}

Described options(const ConfigZone& config) {
  const unsigned bits = chip_options(config);
  const auto bit = [&](unsigned n) { return bits >> n & 1; };
  return {"ChipOptions",
          at::chip_options,
          hex_number(bits, 4),
          {{"self test at power-on", bit(0), bit(0) ? "tests itself, and wakes 20 ms later" : "only when asked"},
           {"IO protection", bit(1), bit(1) ? "a key is shared with the host" : "off"},
           {"AES in KDF", bit(2), bit(2) ? "enabled" : "off"},
           {"ECDH result", bits >> 8 & 3, words_of_output(bits >> 8 & 3)},
           {"KDF result", bits >> 10 & 3, words_of_output(bits >> 10 & 3)},
           {"IO protection key in", bits >> 12, slot_text(bits >> 12)},
           reserved(bits & 0xf8)}};
}

Described x509(const ConfigZone& config) {
  return {"X509format",
          at::x509_format,
          "0x" + hex(Bytes{config}.subspan(at::x509_format, 4)),
          {{"templates", u16_at(config, at::x509_format) | u16_at(config, at::x509_format + 2) << 16,
            "for X.509 handling inside Verify; 0: none"}}};
}

Described extras(const ConfigZone& config) {
  const unsigned add = config[at::user_extra_address];
  return {"UserExtra",
          at::user_extra,
          "0x" + hex(Bytes{config}.subspan(at::user_extra, 2)),
          {{"UserExtra", config[at::user_extra], config[at::user_extra] ? "set" : "not set yet: can be set once"},
           {"UserExtraAdd", add, add ? "7-bit " + hex_number(add >> 1, 2) : "not set yet: can be set once"}}};
}

Described locks(const ConfigZone& config) {
  const unsigned slots = u16_at(config, at::slot_locked);
  std::string locked;
  for (unsigned n = 0; n < slot_count; ++n) {
    if (is_slot_locked(config, n)) locked += (locked.empty() ? "" : ", ") + std::to_string(n);
  }
  return {"locks",
          at::lock_value,
          "0x" + hex(Bytes{config}.subspan(at::lock_value, 4)),
          {{"configuration", config[at::lock_config], is_config_locked(config) ? "locked for ever" : "open"},
           {"data and OTP", config[at::lock_value], is_data_locked(config) ? "locked" : "open"},
           {"slots", slots, locked.empty() ? "none is locked" : "locked for ever: " + locked}}};
}

void private_fields(std::vector<BitField>& out, const SlotConfig& slot) {
  const auto yes = [](bool on, const char* is, const char* is_not) { return std::string{on ? is : is_not}; };
  const unsigned read = slot.read_key, write = slot.write_config;
  out.push_back(
      {"ExternalSign", read & 1, yes(read & 1, "signs digests from outside", "signs no digest from outside")});
  out.push_back(
      {"InternalSign", read >> 1 & 1, yes(read & 2, "signs the chip's own state", "signs no internal message")});
  out.push_back({"ECDH", read >> 2 & 1, yes(read & 4, "agrees on keys", "agrees on no keys")});
  out.push_back(
      {"ECDH to slot", read >> 3, yes(read & 8, "an ECDH result stays in a slot", "an ECDH result comes out")});
  out.push_back({"WriteConfig bit 12", write & 1, "without meaning for a private key"});
  out.push_back({"GenKey", write >> 1 & 1, yes(write & 2, "may be replaced by GenKey", "never replaced by GenKey")});
  out.push_back({"PrivWrite", write >> 2 & 1,
                 yes(write & 4, "may be replaced by a key from outside", "takes no key from outside")});
  out.push_back({"WriteConfig bit 15", write >> 3, "without meaning for a private key"});
  out.push_back({"WriteKey", slot.write_key, "encrypts PrivWrite: " + slot_text(slot.write_key)});
}

std::string words_of_write(const SlotConfig& slot) {
  switch (slot.write_rule()) {
    case WriteRule::always: return "written by anybody";
    case WriteRule::while_invalid: return "written while its key is not validated";
    case WriteRule::never: return "never written after the data lock";
    case WriteRule::encrypted: return "written encrypted only, under " + slot_text(slot.write_key);
  }
  return "";
}

std::string words_of_derive(unsigned write_config) {
  if ((write_config & 2) == 0) return "DeriveKey may not change it";
  std::string out = (write_config & 1) != 0 ? "DeriveKey makes it from its parent" : "DeriveKey rolls it";
  return out + ((write_config & 8) != 0 ? ", with a MAC" : "");
}

void data_fields(std::vector<BitField>& out, const SlotConfig& slot) {
  const std::string key = slot_text(slot.read_key);
  out.push_back({"ReadKey", slot.read_key,
                 slot.encrypt_read ? "reads are encrypted under " + key : "unused, or a parent: " + key});
  out.push_back({"WriteConfig", slot.write_config, words_of_write(slot) + "; " + words_of_derive(slot.write_config)});
  out.push_back({"WriteKey", slot.write_key, "of encrypted writes, or the parent: " + slot_text(slot.write_key)});
}

std::string words_of_pub_info(const KeyConfig& key) {
  if (key.is_private) return key.pub_info ? "its public key may come out" : "its public key never comes out";
  return key.pub_info ? "a public key must be validated before use" : "a public key needs no validation";
}

void key_fields(std::vector<BitField>& out, const KeyConfig& key, unsigned bits) {
  const auto flag = [&](const char* name, bool on, std::string is, std::string is_not) {
    out.push_back({name, on, on ? std::move(is) : std::move(is_not)});
  };
  flag("Private", key.is_private, "holds a private key", "holds data or a public key");
  out.push_back({"PubInfo", key.pub_info, words_of_pub_info(key)});
  out.push_back({"KeyType", key.key_type, words_of_key_type(key.key_type)});
  flag("Lockable", key.lockable, "can be locked for ever", "cannot be locked by itself");
  flag("ReqRandom", key.req_random, "needs a nonce of the chip's own", "takes any nonce");
  flag("ReqAuth", key.req_auth, "needs an authorisation first", "needs no authorisation");
  out.push_back({"AuthKey", key.auth_key, key.req_auth ? "with the key in " + slot_text(key.auth_key) : "unused"});
  flag("PersistentDisable", key.persistent_disable, "works only while the latch is set", "works whatever the latch");
  out.push_back({"reserved", bits >> 13 & 1, "must be 0"});
  out.push_back({"X509id", bits >> 14, "template of X509format"});
}

}  // namespace

std::string words_of_key_type(unsigned key_type) {
  switch (key_type) {
    case key_type_p256: return "P-256";
    case key_type_aes: return "AES";
    case key_type_other: return "SHA or other data";
    default: return "reserved";
  }
}

std::vector<Described> describe_registers(const ConfigZone& config) {
  return {i2c(config),          count_match(config), chip_mode(config), use_lock(config),
          volatile_key(config), secure_boot(config), kdf_iv(config),    options(config),
          x509(config),         extras(config),      locks(config)};
}

Described describe_slot(const ConfigZone& config, unsigned n) {
  const SlotConfig slot = slot_config(config, n);
  const KeyConfig key = key_config(config, n);
  Described out{slot_text(n),
                at::slot_config + 2 * n,
                hex_number(slot_config_bits(config, n), 4) + " " + hex_number(key_config_bits(config, n), 4),
                {}};
  if (key.is_private)
    private_fields(out.fields, slot);
  else
    data_fields(out.fields, slot);
  const auto flag = [&](const char* name, bool on, const char* is, const char* is_not) {
    out.fields.push_back({name, on, on ? is : is_not});
  };
  flag("NoMac", slot.no_mac, "the MAC command may not use it", "the MAC command may use it");
  flag("LimitedUse", slot.limited_use, "each use counts on counter 0", "may be used without end");
  flag("EncryptRead", slot.encrypt_read, "read encrypted", "not read encrypted");
  flag("IsSecret", slot.is_secret, "never readable in clear", "readable by anybody");
  key_fields(out.fields, key, key_config_bits(config, n));
  return out;
}

std::vector<Described> describe(const ConfigZone& config) {
  std::vector<Described> out = describe_registers(config);
  for (unsigned n = 0; n < slot_count; ++n) out.push_back(describe_slot(config, n));
  return out;
}

std::string summary_of_slot(const ConfigZone& config, unsigned n) {
  const SlotConfig slot = slot_config(config, n);
  const KeyConfig key = key_config(config, n);
  std::string out;
  if (key.is_private) {
    out = "private " + words_of_key_type(key.key_type) + " key";
    if (slot.may_sign_external()) out += ", signs digests";
    if (slot.may_sign_internal()) out += ", signs the chip's state";
    if (slot.may_ecdh()) out += ", agrees on keys";
    out += slot.may_gen_key() ? ", GenKey may replace it" : ", never replaced by GenKey";
    if ((slot.write_config & 4) != 0) out += ", PrivWrite may replace it";
  } else {
    out = words_of_key_type(key.key_type) + (key.key_type == key_type_p256 ? " public key" : "");
    if (slot.is_secret)
      out += slot.encrypt_read ? ", read encrypted under slot " + std::to_string(slot.read_key) : ", never read";
    else
      out += ", readable";
    out += ", " + words_of_write(slot);
    if ((slot.write_config & 2) != 0) out += ", " + words_of_derive(slot.write_config);
  }
  if (slot.limited_use) out += ", limited uses";
  if (key.req_auth) out += ", needs an authorisation with slot " + std::to_string(key.auth_key);
  if (key.persistent_disable) out += ", needs the latch";
  if (is_slot_locked(config, n)) return out + ", LOCKED";
  return key.lockable ? out + ", lockable" : out;
}

}  // namespace signet::element
