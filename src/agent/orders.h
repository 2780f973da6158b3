// orders.h -- which jobs were handed out and how they were answered, so that each is done once however often it is
// told.
//
// A job is told with the message, in every answer to #status until the manager has its answer, and once more when its
// road was cut: always with the version of its order. One of a name stands at a time; a newer order replaces it.
#pragma once

#include "base/clock.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signet::agent {

inline constexpr std::size_t jobs_running_max = 32;            // handed out and not answered
inline constexpr std::size_t job_args_bytes_max = 16 * 1024;   // more than a manager sends
inline constexpr std::size_t job_answer_bytes_max = 8 * 1024;  // what the manager keeps of one

class Orders {
 public:
  enum class State : std::uint8_t { fresh, running, answered };
  // What this order is. A fresh one runs from now on. exhausted: too many run, and it was not taken.
  Result<State> take(const std::string& name, std::int64_t version);
  // false: nobody waits for it. It was answered, or ordered anew.
  bool answer(const std::string& name, std::int64_t version, std::string answer);
  // Of one that take() called answered.
  const std::string& answer_of(const std::string& name) const { return *orders_.at(name).answer; }
  void keep_only(const std::vector<std::string>& names);  // others may not be ordered any more
  void clear() { orders_.clear(); }

 private:
  struct Order {
    std::int64_t version = 0;
    std::optional<std::string> answer{};
  };
  std::map<std::string, Order> orders_;
};

}  // namespace signet::agent
