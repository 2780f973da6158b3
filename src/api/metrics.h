// metrics.h -- private to api/: figures for an operator's monitoring, in Prometheus' text format 0.0.4.
//
//   name{label="value"} number
#pragma once

#include "base/clock.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace signet::api {

// Requests by the row that they found, and status: strangers cannot make it grow. From any thread.
class HttpMeter {
 public:
  void count(std::string_view method, std::string_view route, int status, Micros took);

  struct Line {
    std::string method, route;
    int status = 0;
    std::uint64_t count = 0;
    Micros took{0};
  };
  std::vector<Line> lines() const;

 private:
  struct Sum {
    std::uint64_t count = 0;
    Micros took{0};
  };
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, Sum, std::less<>> sums_;
};

bool is_same_secret(std::string_view given, std::string_view secret);  // false when there is none

class MetricsText {
 public:
  // Before the samples of each name.
  void begin(std::string_view name, std::string_view type, std::string_view help);
  struct Label {
    std::string_view name, value;
  };
  void sample(const std::vector<Label>& labels, double value, std::string_view suffix = "");
  std::string text() && { return std::move(out_); }

 private:
  std::string name_;
  std::string out_;
};

}  // namespace signet::api
