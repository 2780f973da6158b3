// config.h -- the 128 bytes that say what a chip may do, field by field.
#pragma once

#include "element/wire/zones.h"

namespace signet::element {

// Byte offsets in the configuration zone.
namespace at {
inline constexpr std::size_t serial_low = 0;   // SN[0..3]
inline constexpr std::size_t revision = 4;     // 00 00 60 02 is a 608A, 00 00 60 03 a 608B
inline constexpr std::size_t serial_high = 8;  // SN[4..8]
inline constexpr std::size_t aes_enable = 13;
inline constexpr std::size_t i2c_enable = 14;
inline constexpr std::size_t first_writable = 16;
inline constexpr std::size_t i2c_address = 16;  // 8-bit form: 0xc0 is the 7-bit 0x60
inline constexpr std::size_t count_match = 18;
inline constexpr std::size_t chip_mode = 19;
inline constexpr std::size_t slot_config = 20;
inline constexpr std::size_t counters = 52;
inline constexpr std::size_t use_lock = 68;  // the transport lock
inline constexpr std::size_t volatile_key = 69;
inline constexpr std::size_t secure_boot = 70;
inline constexpr std::size_t kdf_iv_location = 72;
inline constexpr std::size_t kdf_iv_string = 73;
inline constexpr std::size_t user_extra = 84;  // 84 .. 87 change only by UpdateExtra and Lock
inline constexpr std::size_t user_extra_address = 85;
inline constexpr std::size_t lock_value = 86;  // data and OTP
inline constexpr std::size_t lock_config = 87;
inline constexpr std::size_t slot_locked = 88;
inline constexpr std::size_t chip_options = 90;
inline constexpr std::size_t key_config = 96;
}  // namespace at

inline constexpr std::uint8_t unlocked = 0x55;  // locked is 0
inline constexpr std::size_t serial_bytes = 9;

// True for the bytes that Write may change before the configuration is locked: 16 .. 83 and 88 .. 127.
constexpr bool is_config_byte_writable(std::size_t offset) {
  return offset >= at::first_writable && (offset < at::user_extra || offset >= at::slot_locked);
}

// What Write permits after the data lock.
enum class WriteRule : std::uint8_t { always, while_invalid, never, encrypted };

// [2.2] of a slot. `read_key` of a private key is four permissions.
struct SlotConfig {
  unsigned read_key = 0;
  bool no_mac = false;
  bool limited_use = false;
  bool encrypt_read = false;
  bool is_secret = false;
  unsigned write_key = 0;
  unsigned write_config = 0;

  bool may_sign_external() const { return (read_key & 1) != 0; }
  bool may_sign_internal() const { return (read_key & 2) != 0; }
  bool may_ecdh() const { return (read_key & 4) != 0; }
  bool ecdh_stays_inside() const { return (read_key & 8) != 0; }
  bool may_gen_key() const { return (write_config & 2) != 0; }
  bool may_priv_write() const { return (write_config & 4) != 0; }
  bool may_derive() const { return (write_config & 2) != 0; }
  bool derives_from_parent() const { return (write_config & 1) != 0; }  // else from itself
  bool derive_needs_mac() const { return (write_config & 8) != 0; }
  WriteRule write_rule() const;
};

inline constexpr unsigned key_type_p256 = 4;
inline constexpr unsigned key_type_aes = 6;
inline constexpr unsigned key_type_other = 7;

struct KeyConfig {
  bool is_private = false;
  bool pub_info = false;  // private: the public key may come out. Public: it must be validated before use
  unsigned key_type = 0;
  bool lockable = false;
  bool req_random = false;
  bool req_auth = false;
  unsigned auth_key = 0;
  bool persistent_disable = false;
};

std::uint16_t slot_config_bits(const ConfigZone& config, unsigned slot);
std::uint16_t key_config_bits(const ConfigZone& config, unsigned slot);
SlotConfig slot_config(const ConfigZone& config, unsigned slot);
KeyConfig key_config(const ConfigZone& config, unsigned slot);
std::uint16_t chip_options(const ConfigZone& config);

inline bool is_config_locked(const ConfigZone& config) { return config[at::lock_config] != unlocked; }
inline bool is_data_locked(const ConfigZone& config) { return config[at::lock_value] != unlocked; }
bool is_slot_locked(const ConfigZone& config, unsigned slot);

Block<serial_bytes> serial_of(const ConfigZone& config);
// The 7-bit address the chip answers at.
std::uint8_t i2c_address(const ConfigZone& config);

// [2.6] Counters are kept so that wear and torn writes harm nothing: four big-endian 16-bit words.
inline constexpr unsigned counter_count = 2;
inline constexpr std::uint32_t counter_max = 2'097'151;
using CounterBytes = Block<8>;
CounterBytes encode_counter(std::uint32_t value);  // REQUIRES: value <= counter_max
std::uint32_t decode_counter(Bytes eight);         // any eight bytes give a number
std::uint32_t counter_of(const ConfigZone& config, unsigned id);

}  // namespace signet::element
