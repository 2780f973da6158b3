// swi_link.h -- a Link over one wire: packets as the characters of a UART (element/wire/swi.h).
//
//   wake      the line low, 1.5 ms, 88; the greeting
//   exchange  77 packet; 88 until the chip answers, every swi_answer_wait
//
// An adapter that hears itself is known by what it repeats: its echo is dropped.
#pragma once

#include "base/clock.h"
#include "element/wire/link.h"
#include "element/wire/swi.h"

#include <memory>

namespace signet::element {

inline constexpr Millis swi_answer_wait{25};  // longer than a USB adapter keeps what it has heard (16 ms)

// The port: a serial line whose far end is the chip's single wire.
struct SerialPort {
  virtual ~SerialPort() = default;
  // As I2cBus::take() and release().
  virtual Status take() = 0;
  virtual void release() = 0;
  // The line low for 60 us, then tWHI; what was heard meanwhile is forgotten.
  virtual Status wake_pulse() = 0;
  virtual Status write(Bytes characters) = 0;
  // What has come, at most `size`; empty when nothing came within `wait`.
  virtual Result<Buffer> read(std::size_t size, Millis wait) = 0;
  virtual std::string name() const = 0;
};

class SwiLink final : public Link {
 public:
  explicit SwiLink(std::unique_ptr<SerialPort> port) : port_(std::move(port)) {}
  ~SwiLink() override { port_->release(); }

  Status wake() override;
  Result<Buffer> exchange(Bytes command_packet, Millis longest) override;
  Status idle() override { return end_turn(swi::idle); }
  Status sleep() override { return end_turn(swi::sleep); }
  Status renew() override;

 private:
  Status say(Bytes bytes);
  Result<Buffer> hear();  // an output group, as far as it came; empty: nothing
  Result<bool> hear_characters(Buffer& raw, Millis wait);
  Status wake_chip();
  Status end_turn(std::uint8_t flag);

  std::unique_ptr<SerialPort> port_;
  Buffer echo_;  // what we said and may hear again
};

}  // namespace signet::element
