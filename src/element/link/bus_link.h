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

class BusLink final : public Link {
 public:
  // No address: whichever of the factory's addresses answers.
  explicit BusLink(std::unique_ptr<I2cBus> bus, std::optional<std::uint8_t> address = {})
      : bus_(std::move(bus)), fixed_(address.has_value()), address_(address.value_or(bus_address_blank)) {}
  ~BusLink() override { bus_->release(); }

  Status wake() override;
  Result<Buffer> exchange(Bytes command_packet, Millis longest) override;
  Status idle() override { return end_turn(word_address::idle); }
  Status sleep() override { return end_turn(word_address::sleep); }
  Status renew() override;

  std::uint8_t address() const { return address_; }  // where the chip answered last

 private:
  Result<bool> wake_at(std::uint8_t address);
  Status wake_somewhere();
  Result<bool> poll_ready(Millis longest);
  Status end_turn(std::uint8_t how);

  std::unique_ptr<I2cBus> bus_;
  bool fixed_;
  std::uint8_t address_;
};

}  // namespace signet::element
