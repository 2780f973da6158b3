// command.h -- what can be asked of the chip, how long it may take, and what its one-byte answers mean.
#pragma once

#include "base/clock.h"

namespace signet::element {

enum class Opcode : std::uint8_t {
  read = 0x02,
  write = 0x12,
  nonce = 0x16,
  lock = 0x17,
  random = 0x1b,
  counter = 0x24,
  info = 0x30,
  gen_key = 0x40,
  sign = 0x41,
  ecdh = 0x43,
  verify = 0x45,
  sha = 0x47,
};

// Modes (param1) by command.
namespace mode {
inline constexpr std::uint8_t info_revision = 0x00;
inline constexpr std::uint8_t info_key_valid = 0x01;
inline constexpr std::uint8_t info_state = 0x02;
inline constexpr std::uint8_t info_latch = 0x04;
inline constexpr std::uint8_t nonce_random = 0x00;
inline constexpr std::uint8_t nonce_random_no_seed = 0x01;
inline constexpr std::uint8_t nonce_pass_through = 0x03;
inline constexpr std::uint8_t nonce_64_bytes = 0x20;
inline constexpr std::uint8_t nonce_to_digest_buffer = 0x40;
inline constexpr std::uint8_t nonce_to_alternate_key = 0x80;
inline constexpr std::uint8_t gen_key_public = 0x00;
inline constexpr std::uint8_t gen_key_private = 0x04;
inline constexpr std::uint8_t gen_key_digest = 0x08;  // added to the two above
inline constexpr std::uint8_t gen_key_stored_digest = 0x10;
inline constexpr std::uint8_t sign_invalidate = 0x01;
inline constexpr std::uint8_t sign_digest_buffer = 0x20;
inline constexpr std::uint8_t sign_full_serial = 0x40;
inline constexpr std::uint8_t sign_external = 0x80;
inline constexpr std::uint8_t verify_stored = 0x00;
inline constexpr std::uint8_t verify_external = 0x02;
inline constexpr std::uint8_t verify_digest_buffer = 0x20;
inline constexpr std::uint8_t ecdh_from_temp_key = 0x01;
inline constexpr std::uint8_t ecdh_to_slot = 0x04;
inline constexpr std::uint8_t ecdh_to_temp_key = 0x08;
inline constexpr std::uint8_t ecdh_to_output = 0x0c;
inline constexpr std::uint8_t sha_start = 0x00;
inline constexpr std::uint8_t sha_update = 0x01;
inline constexpr std::uint8_t sha_end = 0x02;
inline constexpr std::uint8_t sha_public = 0x03;
inline constexpr std::uint8_t sha_hmac_start = 0x04;
inline constexpr std::uint8_t sha_hmac_end = 0x05;
inline constexpr std::uint8_t sha_read_context = 0x06;
inline constexpr std::uint8_t sha_write_context = 0x07;
inline constexpr std::uint8_t sha_to_temp_key = 0x00;  // added to the ends
inline constexpr std::uint8_t sha_to_digest_buffer = 0x40;
inline constexpr std::uint8_t sha_output_only = 0xc0;
inline constexpr std::uint8_t lock_config = 0x00;
inline constexpr std::uint8_t lock_data = 0x01;
inline constexpr std::uint8_t lock_slot = 0x02;  // slot number in bits 2-5
inline constexpr std::uint8_t lock_without_crc = 0x80;
inline constexpr std::uint8_t counter_read = 0x00;
inline constexpr std::uint8_t counter_increment = 0x01;
}  // namespace mode

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
