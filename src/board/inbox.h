// inbox.h -- what the program is to do or to know, in order. It asks for it with agent.next, one at a time.
#pragma once

#include "base/json.h"

#include <deque>
#include <optional>

namespace signet::board {

inline constexpr std::size_t inbox_max = 256;  // events; the agent gives no more: one of each job, variable and step

class Inbox {
 public:
  // Takes the place of one of the same name that nobody has taken yet: ordered anew, wished anew. exhausted: full.
  Status put(std::string name, json::object event);
  std::optional<json::object> take();
  bool has(std::string_view name) const;
  void remove(std::string_view name);
  void clear() { events_.clear(); }

 private:
  struct Event {
    std::string name;
    json::object body;
  };
  std::deque<Event> events_;
};

}  // namespace signet::board
