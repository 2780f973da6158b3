// aggregate.h -- what the numbers in readings amount to, interval by interval.
//   field := name *("." name)      a member of the payload, and then of that: "temperature", "env.t"
//
// Intervals are whole numbers of their own length since 1970: those of a day begin at midnight, UTC.
#pragma once

#include "fleet/ports.h"

#include <map>

namespace signet::fleet {

inline constexpr std::size_t field_bytes_max = 256;
inline constexpr std::size_t field_names_max = 8;
inline constexpr std::size_t aggregate_points_max = 10'000;
inline constexpr Seconds aggregate_interval_max{366 * 86'400};
inline constexpr Seconds aggregate_time_max{10};  // that one may take: other questions wait for it

struct AggregateQuery {
  DataQuery of;         // with a start; its order and its pages do not count
  std::string field{};  // "": readings are counted, whatever they hold
  Seconds interval{3600};
  bool by_device = false;
};

// Intervals in which there was none have no point.
struct AggregatePoint {
  Timestamp start;
  std::optional<DeviceId> device;  // when asked for by device
  std::uint64_t count = 0;         // of numbers; of readings when no field was asked for
  double min = 0, max = 0, sum = 0;
  double last = 0;  // of the latest device time
};

// The number at a field of a payload that is JSON. Keeps its working memory.
class NumberAt {
 public:
  static Result<NumberAt> create(std::string_view field);
  NumberAt(NumberAt&&) noexcept;
  ~NumberAt();
  std::optional<double> operator()(std::string_view payload);

 private:
  struct Parser;
  NumberAt();
  std::vector<std::string> names_;
  std::unique_ptr<Parser> parser_;
};

// Takes readings from the oldest to the newest.
class Aggregator {
 public:
  Aggregator(Seconds interval, bool by_device, std::optional<NumberAt> number)
      : interval_(interval), by_device_(by_device), number_(std::move(number)) {}
  Status take(const ReadingView& reading);  // too_large past aggregate_points_max
  std::vector<AggregatePoint> finish();     // by start, then by device

 private:
  void end_interval();
  Seconds interval_;
  bool by_device_;
  std::optional<NumberAt> number_;
  Timestamp start_{};
  std::map<DeviceId, AggregatePoint> now_;  // of the interval that begins at start_; one without a name for all
  std::vector<AggregatePoint> done_;
};

}  // namespace signet::fleet
