// listener.h -- where hosts of a bus come in, whatever kind of socket it is.
#pragma once

#include "base/port/file.h"

namespace signet::element {

struct Listener {
  virtual ~Listener() = default;
  virtual int fd() const = 0;
  // Non-blocking. unavailable when nobody waits after all.
  virtual Result<Fd> accept() const = 0;
};

}  // namespace signet::element
