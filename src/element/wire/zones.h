// zones.h -- the chip's memory as bytes: zones, slots, addresses, public keys, and what a data lock is a checksum of.
//
//   config  128 bytes        OTP  64 bytes        data  16 slots: 0-7 of 36 bytes, 8 of 416, 9-15 of 72
//
// Blocks are 32 bytes, words 4; the last block of a slot is short.
#pragma once

#include "base/bytes.h"

namespace signet::element {

inline constexpr unsigned slot_count = 16;
inline constexpr std::size_t block_bytes = 32;
inline constexpr std::size_t word_bytes = 4;
inline constexpr std::size_t config_bytes = 128;
inline constexpr std::size_t otp_bytes = 64;
inline constexpr std::size_t public_key_bytes = 64;
inline constexpr std::size_t public_key_slot_bytes = 72;
inline constexpr unsigned first_public_key_slot = 8;  // smaller slots cannot hold one

constexpr std::size_t slot_bytes(unsigned slot) { return slot < 8 ? 36 : slot == 8 ? 416 : 72; }
constexpr std::size_t slot_offset(unsigned slot) {  // when all slots stand one after another
  std::size_t at = 0;
  for (unsigned i = 0; i < slot; ++i) at += slot_bytes(i);
  return at;
}
inline constexpr std::size_t data_bytes = slot_offset(slot_count);

using ConfigZone = Block<config_bytes>;
using OtpZone = Block<otp_bytes>;

// What a host means to find in the data zone. Private slots are not part of it.
struct DataImage {
  DataImage() { otp.fill(0xff), data.fill(0xff); }  // as a blank chip has it
  std::span<std::uint8_t> slot(unsigned n) { return std::span{data}.subspan(slot_offset(n), slot_bytes(n)); }
  Bytes slot(unsigned n) const { return Bytes{data}.subspan(slot_offset(n), slot_bytes(n)); }
  // REQUIRES: bytes fit the slot.
  void set(unsigned n, Bytes bytes) { std::copy(bytes.begin(), bytes.end(), slot(n).begin()); }

  OtpZone otp;
  Block<data_bytes> data;
};

enum class Zone : std::uint8_t { config = 0, otp = 1, data = 2 };

inline constexpr std::uint8_t zone_mask = 0x03;
inline constexpr std::uint8_t zone_encrypted = 0x40;  // Write only
inline constexpr std::uint8_t zone_32_bytes = 0x80;

// Where a Read or Write goes. `slot` is 0 outside the data zone.
struct Place {
  Zone zone = Zone::config;
  unsigned slot = 0;
  std::size_t offset = 0;  // bytes from the start of zone or slot
  bool whole_block = false;

  std::size_t size() const { return whole_block ? block_bytes : word_bytes; }
  // Of that, what lies before the end of the slot: less only in its short last block.
  std::size_t inside() const;
};

std::size_t zone_bytes(Zone zone, unsigned slot);
// REQUIRES: the place exists and its offset is a multiple of its size.
std::uint16_t address_of(const Place& place);
// malformed when zone bits or address name nothing.
Result<Place> place_of(std::uint8_t param1, std::uint16_t address);

// A public key in a 72-byte slot: pad:4 X:32 pad:4 Y:32. The pads are zero.
Block<public_key_slot_bytes> public_key_slot(const Block<public_key_bytes>& key);
// The pads are not looked at: the first holds the validity nibble of a key that must be validated.
Block<public_key_bytes> key_in_slot(Bytes slot);

// The CRC that Lock(data) demands: all slots that hold no private key, then OTP.
std::uint16_t data_crc(const ConfigZone& config, const DataImage& image);

}  // namespace signet::element
