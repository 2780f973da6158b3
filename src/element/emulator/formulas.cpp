#include "element/emulator/formulas.h"

#include "element/emulator/policy.h"

namespace signet::element::emulator {

Head head_of(const Command& command) {
  return {command.opcode, command.param1, static_cast<std::uint8_t>(command.param2),
          static_cast<std::uint8_t>(command.param2 >> 8)};
}

crypto::Digest digest_of(const ConfigZone& config, Bytes first, const Head& head, Bytes middle, Bytes last) {
  crypto::Sha256 hash;
  hash.update(first);
  hash.update(head);
  hash.update(serial_tail(config));
  hash.update(middle);
  hash.update(last);
  return hash.finish();
}

crypto::Digest mac_of(const ConfigZone& config, Bytes first, Bytes second, const MacTail& tail) {
  const auto serial = serial_of(config);
  crypto::Sha256 hash;
  hash.update(first);
  hash.update(second);
  hash.update(tail.head);
  hash.update(tail.otp_low);
  hash.update(tail.otp_high);
  hash.update(Bytes{serial}.subspan(8, 1));
  hash.update(tail.serial_high);
  hash.update(Bytes{serial}.first(2));
  hash.update(tail.serial_low);
  return hash.finish();
}

void put_digest(TempKey& temp_key, const crypto::Digest& digest) {
  temp_key.bytes.fill(0);
  temp_key.has_upper_half = false;
  std::ranges::copy(digest, temp_key.bytes.begin());
}

}  // namespace signet::element::emulator
