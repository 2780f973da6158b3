// mode.h -- the modes (param1) of each command, as bits to be added up.
#pragma once

#include <cstdint>

namespace signet::element::mode {

inline constexpr std::uint8_t info_revision = 0x00;
inline constexpr std::uint8_t info_key_valid = 0x01;
inline constexpr std::uint8_t info_state = 0x02;
inline constexpr std::uint8_t info_gpio = 0x03;
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
inline constexpr std::uint8_t verify_validate = 0x03;
inline constexpr std::uint8_t verify_invalidate = 0x07;
inline constexpr std::uint8_t verify_digest_buffer = 0x20;
inline constexpr std::uint8_t verify_mac = 0x80;

inline constexpr std::uint8_t ecdh_from_temp_key = 0x01;
inline constexpr std::uint8_t ecdh_encrypted = 0x02;
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

inline constexpr std::uint8_t mac_second_temp_key = 0x01;  // the second block; MAC and CheckMac
inline constexpr std::uint8_t mac_first_temp_key = 0x02;   // the first block, instead of the slot
inline constexpr std::uint8_t mac_source_input = 0x04;     // must be TempKey's Source flag
inline constexpr std::uint8_t mac_otp_11 = 0x10;
inline constexpr std::uint8_t mac_otp_8 = 0x20;
inline constexpr std::uint8_t mac_full_serial = 0x40;

inline constexpr std::uint8_t derive_source_input = 0x04;

inline constexpr std::uint8_t update_extra_user = 0;     // byte 84
inline constexpr std::uint8_t update_extra_address = 1;  // byte 85

inline constexpr std::uint8_t gen_dig_config = 0;  // GenDig's param1 is a zone
inline constexpr std::uint8_t gen_dig_otp = 1;
inline constexpr std::uint8_t gen_dig_data = 2;
inline constexpr std::uint8_t gen_dig_shared_nonce = 3;
inline constexpr std::uint8_t gen_dig_counter = 4;
inline constexpr std::uint8_t gen_dig_key_config = 5;

inline constexpr std::uint8_t priv_write_clear = 0x00;
inline constexpr std::uint8_t priv_write_encrypted = 0x40;

inline constexpr std::uint8_t aes_encrypt = 0x00;
inline constexpr std::uint8_t aes_decrypt = 0x01;
inline constexpr std::uint8_t aes_gfm = 0x03;

inline constexpr std::uint8_t kdf_from_temp_key = 0x00;
inline constexpr std::uint8_t kdf_from_temp_key_upper = 0x01;
inline constexpr std::uint8_t kdf_from_slot = 0x02;
inline constexpr std::uint8_t kdf_from_alternate_key = 0x03;
inline constexpr std::uint8_t kdf_to_temp_key = 0x00;
inline constexpr std::uint8_t kdf_to_temp_key_upper = 0x04;
inline constexpr std::uint8_t kdf_to_slot = 0x08;
inline constexpr std::uint8_t kdf_to_alternate_key = 0x0c;
inline constexpr std::uint8_t kdf_to_output = 0x10;
inline constexpr std::uint8_t kdf_to_output_encrypted = 0x14;
inline constexpr std::uint8_t kdf_prf = 0x00;
inline constexpr std::uint8_t kdf_aes = 0x20;
inline constexpr std::uint8_t kdf_hkdf = 0x40;

inline constexpr std::uint8_t self_test_rng = 0x01;
inline constexpr std::uint8_t self_test_ecdsa = 0x04;
inline constexpr std::uint8_t self_test_ecdh = 0x08;
inline constexpr std::uint8_t self_test_aes = 0x10;
inline constexpr std::uint8_t self_test_sha = 0x20;
inline constexpr std::uint8_t self_test_all = 0x3b;  // as hosts in the wild ask for it: bit 1 set, bit 2 not

inline constexpr std::uint8_t secure_boot_full = 0x05;
inline constexpr std::uint8_t secure_boot_full_store = 0x06;
inline constexpr std::uint8_t secure_boot_full_copy = 0x07;
inline constexpr std::uint8_t secure_boot_prohibit = 0x40;
inline constexpr std::uint8_t secure_boot_encrypted = 0x80;

}  // namespace signet::element::mode
