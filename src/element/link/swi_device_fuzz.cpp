#include "element/link/swi_device.h"

namespace {

using namespace signet;
using namespace signet::element;

struct Chip final : BusDevice {
  void wake_pulse() override { awake = true; }
  bool write(std::uint8_t, Bytes data) override {
    ENSURE(!data.empty() && data.size() <= 1 + packet_bytes_max);
    if (!awake) return false;
    if (data[0] == word_address::sleep || data[0] == word_address::idle) awake = false;
    at = 0;
    return true;
  }
  std::optional<Buffer> read(std::uint8_t, std::size_t size) override {
    if (!awake) return std::nullopt;
    return Buffer(size, at++ == 0 ? std::uint8_t{packet_bytes_max} : std::uint8_t{0});
  }
  std::optional<Instant> awake_until() override { return awake ? std::optional{Instant{}} : std::nullopt; }
  void end_turn(bool) override { awake = false; }
  bool is_answer_waiting() override { return false; }
  bool awake = false;
  int at = 0;
};

}  // namespace

// Characters in pieces, with pauses: the chip is written whole packets or flags, and says no more than its longest
// group for each eight characters.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chip chip;
  SwiDevice wire{chip};
  Instant now{Seconds{1}};
  Bytes rest{data, size};
  while (rest.size() >= 2) {
    now += Millis{rest[0]};
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    const Buffer said = wire.on_characters(rest.subspan(2, length), now);
    ENSURE(said.size() <= (length / swi_characters_per_byte + 1) * swi_characters_max);
    // As the fuzzer seldom finds eight good characters in a row: the same bytes, coded.
    static_cast<void>(wire.on_characters(encode_swi(rest.subspan(2, std::min(length, packet_bytes_max))), now));
    rest = rest.subspan(2 + length);
  }
  return 0;
}
