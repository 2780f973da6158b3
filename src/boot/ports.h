// ports.h -- all that the boot code touches. A board gives these; the tests give a flash that fails and loses power.
//
// Freestanding, like all of boot/: no heap, no exceptions, no thread, no clock.
#pragma once

#include "image/format.h"

namespace signet::boot {

using image::Crypto;
using image::Part;
using image::part_count;

// NOR flash: erase() sets all bits of a sector, program() clears bits. True means that it was done; what a cut or a
// failure leaves in the sector or the bytes it was about is anything.
struct Flash {
  virtual bool read(std::uint32_t at, std::span<std::uint8_t> out) = 0;
  virtual bool program(std::uint32_t at, std::span<const std::uint8_t> data) = 0;
  virtual bool erase(std::uint32_t at) = 0;  // the sector that begins there

 protected:
  ~Flash() = default;
};

// One monotonic counter a part, in the element. It never goes back, whatever the power does.
struct Counters {
  virtual bool read(Part part, std::uint32_t& out) = 0;
  virtual bool increment(Part part) = 0;

 protected:
  ~Counters() = default;
};

// The keys whose images may run. A change is durable and whole when the call returns, or did not happen.
struct Keys {
  virtual std::span<const image::Key> accepted() = 0;
  virtual bool introduce(const image::Key& key) = 0;
  virtual bool retire(const image::Key& key) = 0;

 protected:
  ~Keys() = default;
};

struct Console {
  virtual void say(const char* line) = 0;

 protected:
  ~Console() = default;
};

}  // namespace signet::boot
