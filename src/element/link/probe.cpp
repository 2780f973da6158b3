#include "element/link/probe.h"

#include "element/link/bus_link.h"
#include "element/wire/command.h"

namespace signet::element {
namespace {

constexpr std::uint8_t first_address = 0x08;
constexpr std::uint8_t last_address = 0x77;
constexpr std::size_t group_overhead = response_overhead;

bool is_factory_address(std::uint8_t address) {
  return std::ranges::find(bus_addresses_factory, address) != std::end(bus_addresses_factory);
}

Result<Buffer> greeting_at(I2cBus& bus, std::uint8_t address) {
  TRY(bus.wake_pulse());
  bus.wait(bus.settle_time());
  auto four = TRY(bus.read(address, wake_greeting.size()));
  for (int polls = 0; !four && is_factory_address(address) && polls < 2; ++polls) {
    bus.wait(bus_poll_interval);
    four = TRY(bus.read(address, wake_greeting.size()));
  }
  return four.value_or(Buffer{});
}

// Words of the configuration; nothing when the chip does not give them.
std::optional<Buffer> read_config(I2cBus& bus, std::uint8_t address, std::size_t offset, bool whole_block) {
  const Place place{Zone::config, 0, offset, whole_block};
  const Command read{.opcode = static_cast<std::uint8_t>(Opcode::read),
                     .param1 = whole_block ? zone_32_bytes : std::uint8_t{0},
                     .param2 = address_of(place)};
  const auto answer = exchange_on(bus, address, encode(read), execution_time_max(read.opcode));
  if (!answer || answer.value().size() != place.size() + group_overhead) return std::nullopt;
  const auto data = decode_response(answer.value());
  return data ? std::optional{copy_of(data.value())} : std::nullopt;
}

std::string words_of_chip(const Seen& seen) {
  if (!seen.first_block) return "wakes as an ATECC and does not give its configuration: an older chip of the family?";
  const Buffer& block = *seen.first_block;
  const std::string revision = hex(Bytes{block}.subspan(at::revision, 4));
  std::string out = "an ATECC";
  out += revision == "00006003" ? "608B" : revision == "00006002" ? "608A" : " of revision " + revision;
  ConfigZone config{};
  std::ranges::copy(block, config.begin());
  out += ", serial " + hex_upper(serial_of(config));
  if (!seen.lock_word) return out;
  std::ranges::copy(*seen.lock_word, config.begin() + at::user_extra);
  out += is_config_locked(config) ? ", configuration locked" : ", configuration open";
  out += is_data_locked(config) ? ", data locked" : ", data open";
  if (const std::uint8_t own = i2c_address(config); own != seen.address && seen.address != 0) {
    out += "; its configuration says " + address_text(own) + ": it answers there after the next wake or power-up";
  }
  return out;
}

std::string words_of(const Seen& seen) {
  switch (seen.sight) {
    case Sight::nothing: return "nobody";
    case Sight::chip: return words_of_chip(seen);
    case Sight::half_awake: return words_of_chip(seen) + "; somebody had left it awake, it is idle now";
    case Sight::self_test_failed:
      return "an ATECC whose self test failed: run 'signet element selftest', power it off and on";
    case Sight::other: return "another chip, or one that is stuck: it says " + hex(seen.greeting) + " to a wake";
  }
  return "";
}

Sight sight_of(Bytes greeting) {
  if (greeting.empty()) return Sight::nothing;
  if (std::ranges::equal(greeting, wake_greeting)) return Sight::chip;
  return greeting[0] == 0x04 && greeting[1] == 0x07 ? Sight::self_test_failed : Sight::other;
}

Result<Seen> look_at(I2cBus& bus, std::uint8_t address) {
  Seen out{address, Sight::nothing, TRY(greeting_at(bus, address)), {}, {}, ""};
  out.sight = sight_of(out.greeting);
  // Four bytes that are no greeting may be an old answer. Idle is two bits that other chips take for nothing; still it
  // is said at the family's own addresses alone.
  if (out.sight == Sight::other && is_factory_address(address)) {
    TRY(bus.write(address, Block<1>{word_address::idle}));
    if (sight_of(TRY(greeting_at(bus, address))) == Sight::chip) out.sight = Sight::half_awake;
  }
  if (out.sight == Sight::chip || out.sight == Sight::half_awake) {
    out.first_block = read_config(bus, address, 0, true);
    out.lock_word = read_config(bus, address, at::user_extra, false);
  }
  if (out.sight != Sight::nothing && out.sight != Sight::other) TRY(bus.write(address, Block<1>{word_address::idle}));
  out.words = words_of(out);
  return out;
}

Result<std::vector<Seen>> look_everywhere(I2cBus& bus, bool all_addresses) {
  std::vector<Seen> out;
  for (const std::uint8_t address : bus_addresses_factory) out.push_back(TRY(look_at(bus, address)));
  for (std::uint8_t address = first_address; all_addresses && address <= last_address; ++address) {
    if (is_factory_address(address)) continue;
    Seen seen = TRY(look_at(bus, address));
    if (seen.sight != Sight::nothing) out.push_back(std::move(seen));
  }
  return out;
}

}  // namespace

Result<std::vector<Seen>> probe(I2cBus& bus, bool all_addresses) {
  TRY(bus.take());
  auto seen = look_everywhere(bus, all_addresses);
  bus.release();
  return seen;
}

std::string verdict_of(const std::vector<Seen>& seen, const std::string& bus_name) {
  const auto count = [&](Sight sight) { return std::ranges::count(seen, sight, &Seen::sight); };
  if (const auto chips = count(Sight::chip) + count(Sight::half_awake); chips > 0) {
    return std::to_string(chips) + (chips == 1 ? " secure element" : " secure elements") + " on " + bus_name + ".";
  }
  if (count(Sight::self_test_failed) > 0) return "A secure element on " + bus_name + " failed its self test.";
  if (count(Sight::other) > 0) {
    return "Something answers on " + bus_name +
           ", and not as an ATECC: two programs on one bus, or another chip at its "
           "address.";
  }
  return "Nobody answers on " + bus_name +
         ". Check power, ground and pull-ups; that the bus runs at 100 kHz, or its "
         "adapter can send several zero bytes; and whether the part is a single-wire one (serial:...). A configured "
         "part "
         "may have another address: --all looks everywhere. Addresses are 7-bit: the 0xC0 of a data sheet is 0x60.";
}

}  // namespace signet::element
