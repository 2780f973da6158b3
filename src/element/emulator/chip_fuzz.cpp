#include "element/emulator/chip_for_test.h"

namespace {

using namespace signet;
using namespace signet::element;
using namespace signet::element::emulator;

// With its right count and checksum, or the fuzzer would never pass them.
Buffer well_formed(Bytes body) {
  const auto param2 = static_cast<std::uint16_t>(body[2] | body[3] << 8);
  return encode({body[0], body[1], param2, body.subspan(4)});
}

// Locks only close, counters only rise: once the configuration is locked.
void check_progress(const ConfigZone& before, const ConfigZone& after) {
  if (!is_config_locked(before)) return;
  ENSURE(is_config_locked(after));
  ENSURE(!is_data_locked(before) || is_data_locked(after));
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    ENSURE(!is_slot_locked(before, slot) || is_slot_locked(after, slot));
  }
  for (unsigned id = 0; id < counter_count; ++id) ENSURE(counter_of(after, id) >= counter_of(before, id));
}

}  // namespace

// A conversation of commands, each behind one byte of length. Whatever comes, the chip answers with one whole packet
// and no private key comes out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto locks = static_cast<Locks>(data[0] % 3);
  const bool raw = (data[0] & 0x80) != 0;
  TestChip chip{locks};
  if (locks != Locks::none) chip.plant_key(0), chip.plant_key(4);
  Bytes rest = Bytes{data, size}.subspan(1);
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 1);
    const Bytes body = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    const ConfigZone before = chip.chip.memory.config;
    const bool fits = length >= 4 && length - 4 <= command_data_bytes_max;
    const Buffer answer = chip.chip.execute(fits && !raw ? well_formed(body) : copy_of(body));
    ENSURE(decode_response(answer));
    check_progress(before, chip.chip.memory.config);
    const Bytes key = std::as_const(chip.chip.memory.data).slot(0).subspan(4, 32);
    ENSURE(locks == Locks::none || std::search(answer.begin(), answer.end(), key.begin(), key.end()) == answer.end());
  }
  return 0;
}
