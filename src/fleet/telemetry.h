// telemetry.h -- what makes a payload and a tag acceptable. docs/formats/telemetry.md is the whole of it.
#pragma once

#include "base/clock.h"
#include "fleet/model.h"

#include <memory>
#include <string_view>

namespace signet::fleet {

inline constexpr std::string_view default_tag = "default";
inline constexpr Timestamp device_time_min{Seconds{1'577'836'800}};  // 2020-01-01: before it a clock was never set
inline constexpr Seconds device_time_ahead_max{24 * 3600};

// 1 to tag_bytes_max bytes of UTF-8 without control characters, '+' and '#'; no '/' at either end. The agent's rule
// too.
Status check_tag(std::string_view tag);
Status check_device_time(Timestamp at, Timestamp now);

// A strict JSON object (RFC 8259) of at most payload_bytes_max, no deeper than json_depth_max. Keeps its working
// memory.
class PayloadCheck {
 public:
  PayloadCheck();
  PayloadCheck(PayloadCheck&&) noexcept;
  ~PayloadCheck();
  Status operator()(std::string_view payload);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// Whether a tag, a time and a payload are a reading. One a loop: asks no store, takes no lock.
class ReadingJudge {
 public:
  explicit ReadingJudge(Clock& clock) : clock_(clock) {}  // which outlives it

  // An empty tag is the default one. Without a device time the reading is stamped with its arrival, later than any
  // before it (unless the clock was set back): the store moves it on where another reading has that time.
  Result<Reading> operator()(const DeviceId& device, std::string_view tag, std::optional<Timestamp> device_time,
                             std::string_view payload);

 private:
  Clock& clock_;
  PayloadCheck check_payload_;
  Timestamp last_arrival_{};
};

}  // namespace signet::fleet
