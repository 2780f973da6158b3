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

// Slots that the profile never gives away: two private keys, a secret, AES keys.
constexpr unsigned kept_inside[] = {0, 4, 5, 9};

bool gives_away(const DataImage& secrets, const Buffer& answer) {
  return std::ranges::any_of(kept_inside, [&](unsigned slot) {
    const Bytes secret = secrets.slot(slot).subspan(4, 28);
    return std::search(answer.begin(), answer.end(), secret.begin(), secret.end()) != answer.end();
  });
}

// A conversation of commands, each behind one byte of length. Whatever comes, the chip answers with one whole packet
// and what must stay inside does not come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto locks = static_cast<Locks>(data[0] % 3);
  const bool raw = (data[0] & 0x80) != 0;
  TestChip chip{locks};
  chip.plant_key(0), chip.plant_key(4);
  for (const unsigned slot : {5u, 6u, 9u}) chip.random.fill(chip.chip.memory.data.slot(slot));
  const DataImage secrets = chip.chip.memory.data;
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
    ENSURE(locks != Locks::both || !gives_away(secrets, answer));
  }
  return 0;
}
