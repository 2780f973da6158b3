// figures.h -- what a bench says: a table for people, or with --json one object a line, {"figure","value","unit" and
// "at_most" or "at_least"}. The exit code is 0 only when every figure holds.
#pragma once

#include <fmt/core.h>
#include <time.h>
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace signet::bench {

enum class Bound { at_most, at_least };

class Figures {
 public:
  Figures(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) is_json_ = is_json_ || std::string_view{argv[i]} == "--json";
  }
  void add(std::string_view figure, double value, std::string_view unit, Bound bound, double limit) {
    const bool holds = bound == Bound::at_most ? value <= limit : value >= limit;
    all_hold_ = all_hold_ && holds;
    const char* const word = bound == Bound::at_most ? "at_most" : "at_least";
    if (is_json_) {
      fmt::print("{{\"figure\":\"{}\",\"value\":{:.3f},\"unit\":\"{}\",\"{}\":{}}}\n", figure, value, unit, word,
                 limit);
    } else {
      fmt::print("{:<28}{:>12.2f} {:<6} {:>9} {:<8g}{}\n", figure, value, unit,
                 bound == Bound::at_most ? "at most" : "at least", limit, holds ? "" : "  DOES NOT HOLD");
    }
  }
  int exit_code() const { return all_hold_ ? 0 : 1; }

 private:
  bool is_json_ = false;
  bool all_hold_ = true;
};

inline double cpu_micros() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e6 + static_cast<double>(at.tv_nsec) / 1e3;
}

inline double wall_micros() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// REQUIRES: not empty.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace signet::bench
