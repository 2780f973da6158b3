// bus_link.h -- a Link over an I2C bus: wake, poll until ready, read the answer, idle. The chip's protocol on the
// host's side, whatever carries the transactions.
//
//   wake      pulse, 1.5 ms, the greeting 04 11 33 43; a chip that shows an old answer is sent to idle and woken again
//   exchange  03 packet; 00 until acknowledged, every 2 ms; count; the rest
#pragma once

#include "element/link/i2c_bus.h"
#include "element/wire/bus.h"
#include "element/wire/link.h"

#include <memory>

namespace signet::element {

inline constexpr Millis wake_high_max{24};  // with the self test at power-on
inline constexpr Millis bus_poll_interval{2};

// One command to a chip that is awake at `address`, and its answer. unavailable: none within `longest`.
Result<Buffer> exchange_on(I2cBus& bus, std::uint8_t address, Bytes command_packet, Millis longest);

class BusLink final : public Link {
 public:
  // No address: whichever of the factory's addresses answers.
  explicit BusLink(std::unique_ptr<I2cBus> bus, std::optional<std::uint8_t> address = {})
      : bus_(std::move(bus)), fixed_(address.has_value()), address_(address.value_or(bus_address_blank)) {}
  ~BusLink() override { bus_->release(); }

  Status wake() override;
  Result<Buffer> exchange(Bytes command_packet, Millis longest) override {
    return exchange_on(*bus_, address_, command_packet, longest);
  }
  Status idle() override { return end_turn(word_address::idle); }
  Status sleep() override { return end_turn(word_address::sleep); }
  Status renew() override;

  std::uint8_t address() const { return address_; }  // where the chip answered last

 private:
  Result<bool> wake_at(std::uint8_t address);
  Status wake_somewhere();
  Status end_turn(std::uint8_t how);

  std::unique_ptr<I2cBus> bus_;
  bool fixed_;
  std::uint8_t address_;
};

}  // namespace signet::element
