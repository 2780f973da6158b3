// ports.h -- what a board is made of, so that a virtual one and a real one are the same program.
#pragma once

#include "base/bytes.h"

#include <functional>
#include <string>

namespace signet::board {

// The serial line. Output that nobody reads is lost, as on a wire.
struct Console {
  virtual ~Console() = default;
  virtual void write(std::string_view whole_lines) = 0;  // each with its LF
  virtual void on_input(std::function<void(Bytes)> take) = 0;
};

// What only a person at the board can do: the console of a claimed board is closed while it is not set.
struct Jumper {
  virtual ~Jumper() = default;
  virtual bool is_set() = 0;
  virtual std::string how() const = 0;  // it is set, for a person: "draw /dev/gpiochip0:17 to ground"
};

struct WifiInfo {
  bool dhcp = true;
  std::string ip, mask, gateway, dns, mac;
};

struct Wifi {
  // Called once, within start() or later; not found: no such network; unauthenticated: wrong password; conflict:
  // configure first; unavailable: given up, and why it had not come so far.
  using Started = std::function<void(Status)>;
  virtual ~Wifi() = default;
  virtual Status configure(const std::string& ssid, const std::string& password) = 0;
  // Waits as long as it takes. Another start and stop() give an earlier one up; when the Wifi ends, so does its
  // waiting, without a call.
  virtual void start(Started started) = 0;
  virtual void stop() = 0;
  virtual bool connected() const = 0;
  virtual Result<WifiInfo> info() = 0;  // unavailable when not connected
  // Called when connected() has changed by itself: a network goes out of reach, and comes back.
  virtual void on_change(std::function<void()> changed) = 0;
};

// A board without has none; an address comes by DHCP.
struct Ethernet {
  virtual ~Ethernet() = default;
  virtual Status start() = 0;  // not_found: no cable
  virtual void stop() = 0;
  virtual bool started() const = 0;  // and not stopped since, also while the cable is out
  virtual bool connected() = 0;      // started, and the cable is in now, with an address
  virtual Result<WifiInfo> info() = 0;
};

}  // namespace signet::board
