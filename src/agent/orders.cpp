#include "agent/orders.h"

#include <algorithm>

namespace signet::agent {

Result<Orders::State> Orders::take(const std::string& name, std::int64_t version) {
  const auto known = orders_.find(name);
  if (known != orders_.end() && known->second.version == version) {
    return known->second.answer ? State::answered : State::running;
  }
  const auto running = std::count_if(orders_.begin(), orders_.end(),
                                     [&](const auto& order) { return !order.second.answer && order.first != name; });
  if (static_cast<std::size_t>(running) >= jobs_running_max) {
    return Error{Errc::exhausted, std::to_string(jobs_running_max) + " jobs wait on the device already"};
  }
  orders_[name] = {version};
  return State::fresh;
}

bool Orders::answer(const std::string& name, std::int64_t version, std::string answer) {
  const auto known = orders_.find(name);
  if (known == orders_.end() || known->second.version != version || known->second.answer) return false;
  known->second.answer = std::move(answer);
  return true;
}

void Orders::keep_only(const std::vector<std::string>& names) {
  std::erase_if(orders_, [&](const auto& order) {
    return std::find(names.begin(), names.end(), order.first) == names.end() && order.first != "reset";
  });
}

}  // namespace signet::agent
