// control_queue.h -- what the agent has to say on j/up, in order, until the manager has acknowledged it.
//
// Two kinds: what belongs to one connection (#status, __manifest, #now) goes first and ends with it; what lasts is said
// again over the next connection. It lives in memory: a power cut loses it, and the manager asks again.
#pragma once

#include "base/clock.h"

#include <deque>
#include <optional>
#include <string>

namespace signet::agent {

inline constexpr std::size_t controls_max = 128;              // that wait
inline constexpr std::size_t control_bytes_max = 16 * 1024;   // of a value
inline constexpr std::size_t control_key_bytes_max = 64 + 1;  // a name of 64 and its '@'

struct Control {
  std::string key;
  std::string value;                      // JSON
  std::optional<std::int64_t> version{};  // of the order that it answers
  bool lasts = false;
};

class ControlQueue {
 public:
  // Takes the place of one of the same key that was not sent yet, unless it is a "condition": there each one counts.
  // too_large, or exhausted when controls_max wait; then nothing was taken.
  Status add(Control control);

  // The next to be sent; of what lasts only when `all`. Then sent() or skip().
  const Control* next(bool all) const;
  void sent(const Control* control, std::uint16_t packet_id);
  void skip(const Control* control);

  std::optional<Control> acknowledged(std::uint16_t packet_id);  // it leaves; nothing: not one of these
  bool postpone(std::uint16_t packet_id);                        // it will be sent again; false: it leaves
  void on_closed();                                              // what lasts waits for the next connection
  void clear() { waiting_.clear(); }
  bool has(std::string_view key) const;

 private:
  struct Entry {
    Control control;
    std::optional<std::uint16_t> packet_id{};  // in flight
  };
  using Entries = std::deque<Entry>;
  Entries::iterator find(const Control* control);
  Entries::iterator find(std::uint16_t packet_id);

  Entries waiting_;
};

// {"key": ..., "value": ..., "version": ...}
std::string encode(const Control& control);

}  // namespace signet::agent
