// nor_for_test.h -- a NOR flash, an element's counters and a keyring that lose power in the middle of any change.
//
// Erase sets a sector's bits, program clears bits; who wants a bit set without an erase is told off. A cut leaves of
// the change that was under way one of several things (Torn); a bit that is stuck stays; sectors count how often they
// were erased. What is left of a torn change may read otherwise after the next power-on: such cells are half charged.
#pragma once

#include "boot/ports.h"

#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signet::boot {

// One change, to the flash or to what does not forget.
struct Change {
  enum Kind { program, erase, increment, introduce, retire } kind;
  std::uint32_t at = 0;
  std::vector<std::uint8_t> data{};
  Part part = Part::os;
  image::Key key{};
};

// What a cut leaves of a change. The element and the keyring know only nothing and all; the last two are of an erase.
enum class Torn : std::uint8_t { nothing, all, half, bits, cleared, noise };

struct Memory_for_test {
  std::uint32_t sector_bytes = 2048;
  std::vector<std::uint8_t> bytes;
  std::array<std::uint32_t, part_count> counters{};
  std::vector<image::Key> keys;
  std::map<std::uint32_t, std::uint8_t> stuck_at_0, stuck_at_1;  // masks by address
  std::map<std::uint32_t, std::uint32_t> erased;                 // how often, by sector
  std::uint32_t wears_after = UINT32_MAX;                        // erases; each one more leaves a bit that stays 0
  std::vector<std::string> violations;

  // Half charged cells: what a cut tore, until it is erased or programmed again.
  struct Loose {
    std::uint32_t at = 0;
    std::vector<std::uint8_t> before, after;
  };
  std::optional<Loose> loose;

  std::uint8_t byte(std::uint32_t at) const {
    std::uint8_t out = bytes[at];
    if (const auto low = stuck_at_0.find(at); low != stuck_at_0.end()) out &= static_cast<std::uint8_t>(~low->second);
    if (const auto high = stuck_at_1.find(at); high != stuck_at_1.end()) out |= high->second;
    return out;
  }

  void apply(const Change& change) {
    switch (change.kind) {
      case Change::program: return program(change.at, change.data);
      case Change::erase:
        settle_loose(change.at, sector_bytes);
        if (++erased[change.at] > wears_after) stuck_at_0[change.at + erased[change.at] * 7919 % sector_bytes] = 0x10;
        std::memset(bytes.data() + change.at, 0xff, sector_bytes);
        return;
      case Change::increment: ++counters[static_cast<std::size_t>(change.part)]; return;
      case Change::introduce: keys.push_back(change.key); return;
      case Change::retire: std::erase(keys, change.key); return;
    }
  }

  // Power-on after a cut: half charged cells may read otherwise now.
  void shake(std::uint32_t seed) {
    if (!loose) return;
    std::uint32_t random = seed * 2654435761u + 12345;
    for (std::size_t i = 0; i < loose->before.size(); ++i) {
      random = random * 1664525u + 1013904223u;
      const auto mask = static_cast<std::uint8_t>(random >> 24);
      bytes[loose->at + i] = static_cast<std::uint8_t>((loose->before[i] & mask) | (loose->after[i] & ~mask));
    }
  }

  void tear(const Change& change, Torn torn, std::uint32_t seed) {
    if (torn == Torn::nothing) return;
    if (torn == Torn::all || change.kind > Change::erase) {
      const std::vector<std::uint8_t> before = region(change);
      apply(change);
      if (change.kind <= Change::erase) loose = Loose{change.at, before, region(change)};
      return;
    }
    const std::vector<std::uint8_t> before = region(change);
    Memory_for_test done;
    done.sector_bytes = sector_bytes;
    done.bytes = bytes;
    done.apply(change);
    const std::vector<std::uint8_t> after = done.region(change);
    settle_loose(change.at, static_cast<std::uint32_t>(before.size()));
    if (change.kind == Change::erase) ++erased[change.at];
    loose = Loose{change.at, before, after};
    std::uint32_t random = seed * 2246822519u + 3266489917u;
    for (std::size_t i = 0; i < before.size(); ++i) {
      random = random * 1664525u + 1013904223u;
      const auto mask = static_cast<std::uint8_t>(random >> 24);
      std::uint8_t& out = bytes[change.at + i];
      if (torn == Torn::half) out = i < before.size() / 2 ? after[i] : before[i];
      if (torn == Torn::bits) out = static_cast<std::uint8_t>((before[i] & mask) | (after[i] & ~mask));
      // An erase first clears all bits, then sets them: between, anything.
      if (torn == Torn::cleared) out = 0;
      if (torn == Torn::noise) out = mask;
    }
  }

 private:
  std::vector<std::uint8_t> region(const Change& change) const {
    const std::size_t size = change.kind == Change::program ? change.data.size() : sector_bytes;
    if (change.kind > Change::erase) return {};
    const auto first = bytes.begin() + change.at;
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }
  void settle_loose(std::uint32_t at, std::uint32_t size) {
    if (loose && loose->at < at + size && at < loose->at + loose->before.size()) loose.reset();
  }
  void program(std::uint32_t at, const std::vector<std::uint8_t>& data) {
    settle_loose(at, static_cast<std::uint32_t>(data.size()));
    for (std::size_t i = 0; i < data.size(); ++i) {
      std::uint8_t& out = bytes[at + i];
      if ((out & data[i]) != data[i]) violations.push_back("sets a bit without an erase at " + std::to_string(at + i));
      out &= data[i];
    }
  }
};

// The ports of a board over a memory. `before` hears of each change before it is made, and may make or leave it itself
// (then it says true).
class Hardware_for_test final : public Flash, public Counters, public Keys, public Console {
 public:
  explicit Hardware_for_test(Memory_for_test& memory) : memory(memory) {}
  Memory_for_test& memory;
  std::function<bool(const Change&)> before;
  std::function<void(std::uint32_t, std::span<std::uint8_t>)> after_read;
  std::vector<std::string> said;
  std::uint64_t changes = 0;

  bool read(std::uint32_t at, std::span<std::uint8_t> out) override {
    if (at > memory.bytes.size() || out.size() > memory.bytes.size() - at) return false;
    std::memcpy(out.data(), memory.bytes.data() + at, out.size());
    for (const auto* stuck : {&memory.stuck_at_0, &memory.stuck_at_1}) {
      for (auto bad = stuck->lower_bound(at); bad != stuck->end() && bad->first < at + out.size(); ++bad)
        out[bad->first - at] = memory.byte(bad->first);
    }
    if (after_read) after_read(at, out);
    return true;
  }
  bool program(std::uint32_t at, std::span<const std::uint8_t> data) override {
    return make({.kind = Change::program, .at = at, .data = {data.begin(), data.end()}});
  }
  bool erase(std::uint32_t at) override {
    if (at % memory.sector_bytes != 0) memory.violations.emplace_back("erases what is no sector");
    return make({.kind = Change::erase, .at = at});
  }
  bool read(Part part, std::uint32_t& out) override {
    out = memory.counters[static_cast<std::size_t>(part)];
    return true;
  }
  bool increment(Part part) override { return make({.kind = Change::increment, .part = part}); }
  std::span<const image::Key> accepted() override { return memory.keys; }
  bool introduce(const image::Key& key) override { return make({.kind = Change::introduce, .key = key}); }
  bool retire(const image::Key& key) override { return make({.kind = Change::retire, .key = key}); }
  void say(const char* line) override { said.emplace_back(line); }

 private:
  bool make(const Change& change) {
    ++changes;
    if (!before || !before(change)) memory.apply(change);
    return true;
  }
};

}  // namespace signet::boot
