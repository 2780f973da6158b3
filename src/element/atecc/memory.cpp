// The part of Atecc that reads, writes and locks memory.
#include "element/atecc/turn.h"

namespace signet::element {
namespace {

std::uint8_t zone_bits(const Place& place) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(place.zone) | (place.whole_block ? zone_32_bytes : 0u));
}

Status check_range(unsigned slot, std::size_t offset, std::size_t size) {
  if (slot >= slot_count) return Error{Errc::malformed, "slot " + std::to_string(slot) + " does not exist"};
  if (offset > slot_bytes(slot) || size > slot_bytes(slot) - offset) {
    return Error{Errc::malformed, "bytes " + std::to_string(offset) + " to " + std::to_string(offset + size) +
                                      " do not fit slot " + std::to_string(slot)};
  }
  return {};
}

// The next piece to read or write: a whole block where that is possible, a word elsewhere. A read of a short last block
// goes word by word, because chips differ in what they fill it with; a write there drops what is past the end.
Place next_piece(unsigned slot, std::size_t offset, std::size_t left, bool for_write) {
  const std::size_t to_end = slot_bytes(slot) - offset;
  const bool whole = offset % block_bytes == 0 && (left >= block_bytes || (for_write && left == to_end));
  return {Zone::data, slot, offset, whole};
}

// What the chip will hold: it marks each public key that needs validation as not validated.
DataImage as_kept(const ConfigZone& config, const DataImage& written) {
  DataImage kept = written;
  for (unsigned slot = first_public_key_slot; slot < slot_count; ++slot) {
    const KeyConfig key = key_config(config, slot);
    if (key.is_private || !key.pub_info || key.key_type != key_type_p256) continue;
    kept.slot(slot)[0] = static_cast<std::uint8_t>((kept.slot(slot)[0] & 0x0f) | 0xa0);
  }
  return kept;
}

std::string byte_at(std::size_t offset) { return "configuration byte " + std::to_string(offset); }

}  // namespace

Status Atecc::write(const Place& place, Bytes data) {
  Buffer padded = copy_of(data);
  padded.resize(place.size());
  return play([&](Turn& turn) {
    return turn.tell(
        {.opcode = op(Opcode::write), .param1 = zone_bits(place), .param2 = address_of(place), .data = padded});
  });
}

// Word by word, and only where a word changes: a personalisation that was cut short can be played again.
Status Atecc::write_config(const ConfigZone& wanted) {
  const ConfigZone present = TRY(read_config());
  for (std::size_t offset = at::first_writable; offset < config_bytes; offset += word_bytes) {
    const Bytes word = Bytes{wanted}.subspan(offset, word_bytes);
    if (!is_config_byte_writable(offset)) continue;
    if (std::ranges::equal(word, Bytes{present}.subspan(offset, word_bytes))) continue;
    TRY(write({Zone::config, 0, offset, false}, word));
  }
  return {};
}

Status Atecc::lock_config(const ConfigZone& wanted) {
  bool asked = false;
  return play([&](Turn& turn) -> Status {
    const ConfigZone present = TRY(turn.config());
    if (asked && element::is_config_locked(present)) return {};  // the lost answer was a yes
    for (std::size_t offset = 0; offset < config_bytes; ++offset) {
      if (is_config_byte_writable(offset) && present[offset] != wanted[offset]) {
        return Error{Errc::conflict,
                     "Lock configuration: " + byte_at(offset) + " is not as wanted: nothing was locked"};
      }
    }
    asked = true;
    return turn.tell({.opcode = op(Opcode::lock), .param1 = mode::lock_config, .param2 = crc16(present)});
  });
}

Status Atecc::write_slot(unsigned slot, std::size_t offset, Bytes data) {
  TRY(check_range(slot, offset, data.size()));
  while (!data.empty()) {
    const Place place = next_piece(slot, offset, data.size(), true);
    if (!place.whole_block && (offset % word_bytes != 0 || data.size() < word_bytes)) {
      return Error{Errc::malformed, "slot " + std::to_string(slot) + " is written in words of four bytes"};
    }
    const std::size_t size = std::min(place.inside(), data.size());
    TRY(write(place, data.first(size)));
    offset += size;
    data = data.subspan(size);
  }
  return {};
}

Result<Buffer> Atecc::read_slot(unsigned slot, std::size_t offset, std::size_t size) {
  TRY(check_range(slot, offset, size));
  const std::size_t skipped = offset % word_bytes;
  Buffer out;
  for (std::size_t from = offset - skipped; out.size() < skipped + size;) {
    const Place place = next_piece(slot, from, skipped + size - out.size(), false);
    const Buffer piece = TRY(play([&](Turn& turn) -> Result<Buffer> {
      return turn.ask({.opcode = op(Opcode::read), .param1 = zone_bits(place), .param2 = address_of(place)},
                      place.size());
    }));
    out.insert(out.end(), piece.begin(), piece.end());
    from += piece.size();
  }
  return copy_of(Bytes{out}.subspan(skipped, size));
}

Status Atecc::write_public_key(unsigned slot, const crypto::PublicKey& key) {
  return write_slot(slot, 0, public_key_slot(key));
}

Result<crypto::PublicKey> Atecc::read_public_key(unsigned slot) {
  return key_in_slot(TRY(read_slot(slot, 0, public_key_slot_bytes)));
}

Status Atecc::write_otp(const OtpZone& otp) {
  for (std::size_t offset = 0; offset < otp_bytes; offset += block_bytes) {
    TRY(write({Zone::otp, 0, offset, true}, Bytes{otp}.subspan(offset, block_bytes)));
  }
  return {};
}

Status Atecc::write_data(const DataImage& image) {
  const ConfigZone config = TRY(read_config());
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    if (!key_config(config, slot).is_private) TRY(write_slot(slot, 0, image.slot(slot)));
  }
  return write_otp(image.otp);
}

Status Atecc::lock_data(const DataImage& written) {
  bool asked = false;
  return play([&](Turn& turn) -> Status {
    const ConfigZone config = TRY(turn.config());
    if (asked && element::is_data_locked(config)) return {};
    asked = true;
    const std::uint16_t crc = data_crc(config, as_kept(config, written));
    return turn.tell({.opcode = op(Opcode::lock), .param1 = mode::lock_data, .param2 = crc});
  });
}

Status Atecc::lock_slot(unsigned slot) {
  if (slot >= slot_count) return Error{Errc::malformed, "slot " + std::to_string(slot) + " does not exist"};
  const auto param1 = static_cast<std::uint8_t>(mode::lock_slot | slot << 2);
  bool asked = false;
  return play([&](Turn& turn) -> Status {
    if (asked && is_slot_locked(TRY(turn.config()), slot)) return {};
    asked = true;
    return turn.tell({.opcode = op(Opcode::lock), .param1 = param1});
  });
}

Result<Certificates> Atecc::certificates() { return Certificates{TRY(stored_certificates())}; }

Result<StoredCertificates> Atecc::stored_certificates() {
  const ConfigZone config = TRY(read_config());
  if (!element::is_config_locked(config) || !element::is_data_locked(config)) {
    return Error{Errc::not_found, "the element is not personalised: its zones are not locked"};
  }
  const auto certificate = [&](unsigned slot) -> Result<CompressedCertificate> {
    return Reader{TRY(read_slot(slot, 0, compressed_certificate_bytes))}.block<compressed_certificate_bytes>();
  };
  StoredCertificates out;
  out.device = TRY(certificate(device_certificate_slot));
  out.signer = TRY(certificate(signer_certificate_slot));
  out.signer_key = TRY(read_public_key(signer_key_slot));
  if (std::ranges::all_of(out.device, [](std::uint8_t byte) { return byte == 0xff; })) {
    return Error{Errc::not_found, "the element is not personalised: it holds no certificate"};
  }
  return out;
}

}  // namespace signet::element
