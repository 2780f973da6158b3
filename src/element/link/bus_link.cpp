#include "element/link/bus_link.h"

#include <thread>

namespace signet::element {
namespace {

constexpr std::size_t count_min = 4;  // status, count and checksum
constexpr std::uint8_t self_test_failed = 0x07;

// A chip whose self test failed is awake, and says so to every command. Its checksum is not looked at: hosts in the
// wild expect another one than the chip's own.
bool is_greeting(Bytes four) {
  return std::ranges::equal(four, wake_greeting) || (four[0] == 4 && four[1] == self_test_failed);
}

Error fell_asleep() { return Error{Errc::unavailable, "the chip fell asleep before it answered"}; }

// The chip refuses its address while it works; a reset of the read pointer is how to ask whether it is done.
Result<bool> poll_ready(I2cBus& bus, std::uint8_t address, Millis longest) {
  for (auto polls = longest / bus_poll_interval + 1; polls > 0; --polls) {
    if (TRY(bus.write(address, Block<1>{word_address::reset}))) return true;
    bus.wait(bus_poll_interval);
  }
  return false;
}

}  // namespace

void I2cBus::wait(Micros time) { std::this_thread::sleep_for(time); }

std::string address_text(std::uint8_t address) { return "0x" + hex(Block<1>{address}); }

Result<Buffer> exchange_on(I2cBus& bus, std::uint8_t address, Bytes command_packet, Millis longest) {
  if (command_packet.size() > packet_bytes_max) return Error{Errc::too_large, "longer than any command"};
  Buffer request{word_address::command};
  Writer{request}.bytes(command_packet);
  if (!TRY(bus.write(address, request))) {
    return Error{Errc::unavailable, "the chip does not take the command: it is asleep"};
  }
  if (!TRY(poll_ready(bus, address, longest))) {
    return Error{Errc::unavailable, "no answer within " + std::to_string(longest.count()) + " ms"};
  }
  const auto first = TRY(bus.read(address, 1));
  if (!first) return fell_asleep();
  Buffer response = *first;
  if (response[0] < count_min || response[0] > packet_bytes_max) return response;  // no packet: the driver's to judge
  const auto rest = TRY(bus.read(address, response[0] - 1u));
  if (!rest) return fell_asleep();
  response.insert(response.end(), rest->begin(), rest->end());
  return response;
}

// False when no chip answers at this address. A chip that somebody left awake shows an old answer instead of its
// greeting: idle, and once more.
Result<bool> BusLink::wake_at(std::uint8_t address) {
  address_ = address;
  for (int attempt = 0; attempt < 2; ++attempt) {
    TRY(bus_->wake_pulse());
    bus_->wait(bus_->settle_time());
    std::optional<Buffer> greeting = TRY(bus_->read(address, wake_greeting.size()));
    for (auto polls = wake_high_max / bus_poll_interval; !greeting && polls > 0; --polls) {
      bus_->wait(bus_poll_interval);
      greeting = TRY(bus_->read(address, wake_greeting.size()));
    }
    if (!greeting) return false;
    if (is_greeting(*greeting)) return true;
    if (attempt == 1) {
      return Error{Errc::unavailable, "the secure element woke with " + hex(*greeting) +
                                          " instead of 04113343: is it " + "an ATECC608 at " + address_text(address) +
                                          "?"};
    }
    TRY(bus_->write(address, Block<1>{word_address::idle}));
  }
  return false;
}

Status BusLink::wake_somewhere() {
  const std::uint8_t last = address_;
  if (TRY(wake_at(last))) return {};
  if (fixed_) {
    return Error{Errc::unavailable, "no chip answers on the bus at " + bus_->name() + " (tried " + address_text(last) +
                                        ")" + bus_->advice()};
  }
  for (const std::uint8_t address : bus_addresses_factory) {
    if (address != last && TRY(wake_at(address))) return {};
  }
  address_ = last;
  return Error{Errc::unavailable,
               "no chip answers on the bus at " + bus_->name() + " (tried 0x60, 0x35, 0x36)" + bus_->advice()};
}

Status BusLink::wake() {
  TRY(bus_->take());
  Status woke = wake_somewhere();
  if (!woke) bus_->release();
  return woke;
}

// The lock is kept: nobody comes between the two halves of one turn.
Status BusLink::renew() {
  TRY(bus_->write(address_, Block<1>{word_address::idle}));
  Status woke = wake_somewhere();
  if (!woke) bus_->release();
  return woke;
}

Status BusLink::end_turn(std::uint8_t how) {
  const auto told = bus_->write(address_, Block<1>{how});  // not acknowledged: it sleeps already
  bus_->release();
  return told ? Status{} : Status{told.error()};
}

}  // namespace signet::element
