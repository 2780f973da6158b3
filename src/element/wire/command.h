// command.h -- what can be asked of the chip, how long it may take, and what its one-byte answers mean.
#pragma once

#include "base/clock.h"
#include "element/wire/mode.h"

namespace signet::element {

enum class Opcode : std::uint8_t {
  read = 0x02,
  mac = 0x08,
  write = 0x12,
  gen_dig = 0x15,
  nonce = 0x16,
  lock = 0x17,
  random = 0x1b,
  derive_key = 0x1c,
  update_extra = 0x20,
  counter = 0x24,
  check_mac = 0x28,
  info = 0x30,
  gen_key = 0x40,
  sign = 0x41,
  ecdh = 0x43,
  verify = 0x45,
  priv_write = 0x46,
  sha = 0x47,
  aes = 0x51,
  kdf = 0x56,
  self_test = 0x77,
  secure_boot = 0x80,
};

inline constexpr std::uint16_t no_slot = 0xffff;          // param2: TempKey instead of a slot
inline constexpr std::uint16_t verify_key_p256 = 0x0004;  // param2 of Verify(External)
inline constexpr std::size_t nonce_input_bytes = 20;

// [1.5] A chip answers a single byte when it has no data to give. 03 is wrong in any state, 0f only in this one.
enum class ChipStatus : std::uint8_t {
  ok = 0x00,
  miscompare = 0x01,
  parse_error = 0x03,
  ecc_fault = 0x05,
  self_test_failed = 0x07,
  health_test_failed = 0x08,
  execution_error = 0x0f,
  just_woken = 0x11,
  watchdog_near = 0xee,
  communication_error = 0xff,
};

// "execution error"; "status 0x42" for a byte that means nothing.
std::string words_of(ChipStatus status);
// "GenKey"; "opcode 0x99" for one that this table lacks.
std::string name_of(std::uint8_t opcode);

// [1.6] The maximum by datasheet, for the clock divider in ChipMode bits 3-7; an unknown opcode has the longest.
Millis execution_time_max(std::uint8_t opcode, std::uint8_t chip_mode);
// The same for whatever divider the chip may have: how long a host must be ready to wait.
Millis execution_time_max(std::uint8_t opcode);

}  // namespace signet::element
