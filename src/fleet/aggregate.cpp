#include "fleet/aggregate.h"

#include "fleet/state.h"

#include <simdjson.h>

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr std::size_t rows_between_looks_at_the_clock = 1024;

Status check_aggregate(const AggregateQuery& query) {
  if (!query.of.start || !query.of.end || *query.of.start >= *query.of.end) {
    return Error{Errc::malformed, "an aggregate needs a start that is before its end"};
  }
  if (query.interval < Seconds{1} || query.interval > aggregate_interval_max) {
    return Error{Errc::malformed, "an interval is 1 to " + std::to_string(aggregate_interval_max.count()) + " seconds"};
  }
  const auto intervals = static_cast<std::size_t>((*query.of.end - *query.of.start) / query.interval);
  if (intervals >= aggregate_points_max) {
    return Error{Errc::too_large, "that is " + std::to_string(intervals) + " intervals, and at most " +
                                      std::to_string(aggregate_points_max) +
                                      " are answered: ask for longer ones, or for a shorter time"};
  }
  return {};
}

}  // namespace

struct NumberAt::Parser {
  simdjson::ondemand::parser parser{};
  simdjson::padded_string room{payload_bytes_max};
};

NumberAt::NumberAt() : parser_(std::make_unique<Parser>()) {}
NumberAt::NumberAt(NumberAt&&) noexcept = default;
NumberAt::~NumberAt() = default;

Result<NumberAt> NumberAt::create(std::string_view field) {
  if (field.size() > field_bytes_max) {
    return Error{Errc::too_large, "a field is at most " + std::to_string(field_bytes_max) + " bytes long"};
  }
  NumberAt out;
  while (true) {
    const std::string_view name = field.substr(0, field.find('.'));
    if (name.empty()) return Error{Errc::malformed, "a field is names with \".\" between them, like env.temperature"};
    out.names_.emplace_back(name);
    if (name.size() == field.size()) break;
    field.remove_prefix(name.size() + 1);
  }
  if (out.names_.size() > field_names_max) {
    return Error{Errc::too_large, "a field is at most " + std::to_string(field_names_max) + " names deep"};
  }
  return out;
}

// Only as far as the number is the payload read; that it is JSON was seen to when it came.
std::optional<double> NumberAt::operator()(std::string_view payload) {
  if (payload.size() > payload_bytes_max) return std::nullopt;
  std::copy(payload.begin(), payload.end(), parser_->room.data());
  const simdjson::padded_string_view text{parser_->room.data(), payload.size(),
                                          payload_bytes_max + simdjson::SIMDJSON_PADDING};
  simdjson::ondemand::document document;
  if (parser_->parser.iterate(text).get(document)) return std::nullopt;
  simdjson::ondemand::value value;
  if (document.find_field_unordered(names_.front()).get(value)) return std::nullopt;
  for (std::size_t i = 1; i < names_.size(); ++i) {
    simdjson::ondemand::object object;
    if (value.get_object().get(object) || object.find_field_unordered(names_[i]).get(value)) return std::nullopt;
  }
  double out = 0;
  if (value.get_double().get(out)) return std::nullopt;
  return out;
}

Status Aggregator::take(const ReadingView& reading) {
  double value = 0;
  if (number_) {
    const std::optional<double> found = (*number_)(reading.payload);
    if (!found) return {};
    value = *found;
  }
  const Micros since = reading.device_time.time_since_epoch();
  const Timestamp start{since - ((since % interval_) + interval_) % interval_};
  if (start != start_) {
    end_interval();
    start_ = start;
  }
  AggregatePoint& point = now_[by_device_ ? reading.device : DeviceId{}];
  if (point.count == 0) {
    if (done_.size() + now_.size() > aggregate_points_max) {
      return Error{Errc::too_large, "there are more than " + std::to_string(aggregate_points_max) +
                                        " points: ask for longer intervals, a shorter time or fewer devices"};
    }
    point.start = start;
    if (by_device_) point.device = reading.device;
    point.min = point.max = value;
  }
  ++point.count;
  point.min = std::min(point.min, value);
  point.max = std::max(point.max, value);
  point.sum += value;
  point.last = value;
  return {};
}

void Aggregator::end_interval() {
  for (auto& [device, point] : now_) done_.push_back(std::move(point));
  now_.clear();
}

std::vector<AggregatePoint> Aggregator::finish() {
  end_interval();
  return std::move(done_);
}

namespace {

Result<std::vector<AggregatePoint>> read_aggregate(Readings& from, const AggregateQuery& query, Clock& clock) {
  std::optional<NumberAt> number;
  if (!query.field.empty()) number.emplace(TRY(NumberAt::create(query.field)));
  Aggregator aggregator{query.interval, query.by_device, std::move(number)};
  const Instant give_up = clock.monotonic() + aggregate_time_max;
  Status taken;
  std::size_t rows = 0;
  TRY(from.scan(query.of, [&](const ReadingView& reading) {
    if (++rows % rows_between_looks_at_the_clock == 0 && clock.monotonic() > give_up) {
      taken = Error{Errc::too_large, "that takes longer than " + std::to_string(aggregate_time_max.count()) +
                                         " seconds: ask for a shorter time, or fewer devices"};
    }
    if (taken) taken = aggregator.take(reading);
    return taken.operator bool();
  }));
  TRY(taken);
  return aggregator.finish();
}

}  // namespace

Result<Question<std::vector<AggregatePoint>>> Fleet::ask_aggregate(const Actor& actor, AggregateQuery query) {
  State& s = *state_;
  TRY(s.require_data(actor, query.of));
  if (!query.of.end) query.of.end = s.clock.now();
  TRY(check_aggregate(query));
  if (!query.field.empty()) TRY(NumberAt::create(query.field));
  if (s.catch_up) TRY(s.catch_up());
  query.of.newest_first = false;
  query.of.after.reset();
  return Question<std::vector<AggregatePoint>>{
      [query, &clock = s.clock](Readings& from) { return read_aggregate(from, query, clock); }};
}

Result<std::vector<AggregatePoint>> Fleet::aggregate(const Actor& actor, AggregateQuery query) {
  return TRY(ask_aggregate(actor, std::move(query)))(state_->store);
}

}  // namespace signet::fleet
