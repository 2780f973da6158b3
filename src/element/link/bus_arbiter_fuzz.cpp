#include "element/link/bus_arbiter.h"

namespace {

using namespace signet;
using namespace signet::element;

struct Chip final : BusDevice {
  void wake_pulse() override { awake = true; }
  bool write(std::uint8_t, Bytes data) override {
    if (!awake) {
      awake = std::ranges::all_of(data, [](std::uint8_t byte) { return byte == 0; });
      return false;
    }
    if (!data.empty() && (data[0] == word_address::sleep || data[0] == word_address::idle)) awake = false;
    return true;
  }
  std::optional<Buffer> read(std::uint8_t, std::size_t size) override {
    ++reads;
    return awake ? std::optional{Buffer(size)} : std::nullopt;
  }
  std::optional<Instant> awake_until() override { return awake ? std::optional{Instant{}} : std::nullopt; }
  void end_turn(bool) override { awake = false; }
  bool is_answer_waiting() override { return awake && reads % 2 == 0; }
  bool awake = false;
  unsigned reads = 0;
};

}  // namespace

// Four hosts come, speak in pieces and go, and the watchdog bites: nobody is answered after being cut, who is asked
// is answered in order, and nobody holds a bus whose chip sleeps.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chip chip;
  BusArbiter bus{chip};
  bool connected[4] = {};
  Bytes rest{data, size};
  while (rest.size() >= 2) {
    const int who = rest[0] & 3;
    const unsigned what = rest[0] >> 2 & 7;
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    const Bytes bytes = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    BusArbiter::Actions actions;
    if (what == 0 && !connected[who])
      connected[who] = bool{bus.on_connect(who)};
    else if (what == 1 && connected[who])
      connected[who] = false, actions = bus.on_disconnect(who);
    else if (what == 2)
      chip.awake = false, actions = bus.on_time();
    else if (connected[who])
      actions = bus.on_bytes(who, bytes);
    for (const auto& send : actions.sends) ENSURE(connected[send.to]);
    for (const auto& close : actions.closes) connected[close.who] = false;
    ENSURE(!bus.due() || chip.awake);
  }
  return 0;
}
