#include "element/wire/zones.h"

#include "element/wire/config.h"
#include "element/wire/packet.h"

namespace signet::element {
namespace {

// In an address: config and OTP `block << 3 | word`; data `block << 8 | slot << 3 | word`.
constexpr std::size_t words_per_block = block_bytes / word_bytes;
constexpr std::uint8_t zone_bits_legal = zone_mask | zone_encrypted | zone_32_bytes;

Result<Place> place_in_data(std::uint16_t address, bool whole_block) {
  const std::size_t slot = address >> 3 & 0x1f;
  if (slot >= slot_count) return Error{Errc::malformed, "address names no slot"};
  const std::size_t word = whole_block ? 0 : address & 7;
  Place place{Zone::data, static_cast<unsigned>(slot), (address >> 8) * block_bytes + word * word_bytes, whole_block};
  if (place.offset >= slot_bytes(place.slot)) return Error{Errc::malformed, "address is past the slot's end"};
  return place;
}

}  // namespace

std::size_t zone_bytes(Zone zone, unsigned slot) {
  switch (zone) {
    case Zone::config: return config_bytes;
    case Zone::otp: return otp_bytes;
    case Zone::data: return slot_bytes(slot);
  }
  return 0;
}

std::size_t Place::inside() const { return std::min(size(), zone_bytes(zone, slot) - offset); }

std::uint16_t address_of(const Place& place) {
  ENSURE(place.slot < slot_count && place.offset < zone_bytes(place.zone, place.slot));
  ENSURE(place.offset % place.size() == 0);
  const std::size_t block = place.offset / block_bytes;
  const std::size_t word = place.offset % block_bytes / word_bytes;
  if (place.zone == Zone::data) return static_cast<std::uint16_t>(block << 8 | place.slot << 3 | word);
  return static_cast<std::uint16_t>(block << 3 | word);
}

Result<Place> place_of(std::uint8_t param1, std::uint16_t address) {
  const unsigned zone = param1 & zone_mask;
  if ((param1 & ~zone_bits_legal) != 0 || zone > 2) return Error{Errc::malformed, "zone bits name no zone"};
  const bool whole_block = (param1 & zone_32_bytes) != 0;
  if (zone == 2) return place_in_data(address, whole_block);

  const std::size_t word = whole_block ? 0 : address & 7;
  Place place{static_cast<Zone>(zone), 0, ((address >> 3) * words_per_block + word) * word_bytes, whole_block};
  if (place.offset >= zone_bytes(place.zone, 0)) return Error{Errc::malformed, "address is past the zone's end"};
  return place;
}

Block<public_key_slot_bytes> public_key_slot(const Block<public_key_bytes>& key) {
  Block<public_key_slot_bytes> out{};
  std::copy_n(key.begin(), 32, out.begin() + 4);
  std::copy_n(key.begin() + 32, 32, out.begin() + 40);
  return out;
}

Block<public_key_bytes> key_in_slot(Bytes slot) {
  ENSURE(slot.size() >= public_key_slot_bytes);
  Block<public_key_bytes> out;
  std::copy_n(slot.begin() + 4, 32, out.begin());
  std::copy_n(slot.begin() + 40, 32, out.begin() + 32);
  return out;
}

std::uint16_t data_crc(const ConfigZone& config, const DataImage& image) {
  Buffer covered;
  covered.reserve(data_bytes + otp_bytes);
  Writer w{covered};
  for (unsigned n = 0; n < slot_count; ++n) {
    if (!key_config(config, n).is_private) w.bytes(image.slot(n));
  }
  w.bytes(image.otp);
  return crc16(covered);
}

}  // namespace signet::element
