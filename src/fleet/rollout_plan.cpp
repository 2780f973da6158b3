// What a rollout's plan means: when, and how many in which wave.
#include "fleet/rollout.h"

#include <algorithm>
#include <array>

namespace signet::fleet {
namespace {

constexpr std::array<std::string_view, 5> rollout_status_names{"running", "paused", "halted", "aborted", "done"};
constexpr unsigned minutes_of_day = 24 * 60;

std::optional<unsigned> clock_minutes(std::string_view text) {  // "04:05"
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0, 1, 3, 4}) {
    if (!digit(text[i])) return std::nullopt;
  }
  const auto number = [&](std::size_t at) {
    return static_cast<unsigned>(text[at] - '0') * 10 + static_cast<unsigned>(text[at + 1] - '0');
  };
  if (number(0) > 23 || number(3) > 59) return std::nullopt;
  return number(0) * 60 + number(3);
}

std::string clock_text(unsigned minutes) {
  const auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace

std::string_view name_of(RolloutStatus status) { return rollout_status_names.at(static_cast<std::size_t>(status)); }

Status read_window(std::string_view text, RolloutPlan& into) {
  into.window_from = into.window_until = std::nullopt;
  if (text.empty()) return {};
  if (text.size() == 11 && text[5] == '-') {
    into.window_from = clock_minutes(text.substr(0, 5));
    into.window_until = clock_minutes(text.substr(6));
  }
  if (into.window_from && into.window_until && *into.window_from != *into.window_until) return {};
  return Error{Errc::malformed, "a window is two times of the day in UTC, as \"22:00-04:00\""};
}

std::string window_text(const RolloutPlan& plan) {
  if (!plan.window_from || !plan.window_until) return "";
  return clock_text(*plan.window_from) + "-" + clock_text(*plan.window_until);
}

bool is_in_window(const RolloutPlan& plan, Timestamp now) {
  if (!plan.window_from || !plan.window_until) return true;
  const auto midnight = std::chrono::floor<std::chrono::days>(now);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - midnight).count();
  const unsigned at = static_cast<unsigned>(minutes) % minutes_of_day;
  if (*plan.window_from < *plan.window_until) return at >= *plan.window_from && at < *plan.window_until;
  return at >= *plan.window_from || at < *plan.window_until;
}

std::vector<std::size_t> wave_sizes(const RolloutPlan& plan, std::size_t devices) {
  std::vector<std::size_t> out;
  std::size_t end = 0;
  const auto add_until = [&](std::size_t until) {
    if (until <= end) return;
    out.push_back(until - end);
    end = until;
  };
  add_until(std::min<std::size_t>(plan.canaries, devices));
  for (const unsigned percent : plan.waves) add_until((devices * percent + 99) / 100);
  return out;
}

}  // namespace signet::fleet
