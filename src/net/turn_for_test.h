// turn_for_test.h -- a real loop turns until something is so; a test that waits longer than `patience` fails.
#pragma once

#include "net/loop.h"

#include <gtest/gtest.h>

namespace signet::net {

inline void turn_until(Loop& loop, const std::function<bool()>& done, Seconds patience = Seconds{20}) {
  SystemClock clock;
  const Instant fuse = clock.monotonic() + patience;
  while (!done() && clock.monotonic() < fuse) {
    loop.after(Millis{1}, [&] { loop.stop(); });
    loop.run();
  }
  EXPECT_TRUE(done()) << "not within " << patience.count() << " seconds";
}

}  // namespace signet::net
