// device_lock.h -- one program at a time at a device, among all programs that ask. The lock is on the device's own
// node, so that programs of different users share it, and goes with the program however it ends.
#pragma once

#include "base/clock.h"
#include "base/port/file.h"

namespace signet::element {

// Waits at most `longest`. unavailable, naming `path`, when another program kept it.
Status lock_device(const Fd& fd, const std::string& path, Millis longest);
void unlock_device(const Fd& fd);

}  // namespace signet::element
