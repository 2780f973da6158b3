// readings.h -- the port by which readings are asked for: the store's own, or one that another thread has for itself.
#pragma once

#include "fleet/model.h"

#include <functional>

namespace signet::fleet {

// One reading while it is being looked at: nothing of it stands after the call.
struct ReadingView {
  const DeviceId& device;
  const FleetId& fleet;
  std::string_view tag;
  Timestamp device_time;
  Timestamp received_at;
  std::string_view payload;
};
using TakeReading = std::function<bool(const ReadingView&)>;  // false: no more

class Readings {
 public:
  virtual ~Readings() = default;
  // By device time, then device, then tag. One page.
  virtual Result<std::vector<DataRow>> data(const DataQuery& query) = 0;
  // The same one by one, all of them: `page` and `size` do not count. `take` must not use the store.
  virtual Status scan(const DataQuery& query, const TakeReading& take) = 0;
};

// What was judged, and is read later: by any thread, of readings that are its own.
template <class T>
using Question = std::function<Result<T>(Readings&)>;

}  // namespace signet::fleet
