// yield.h -- what the line did with each element that was put on it, and the figures of a batch.
//
//   DIR/batches/NAME/line.jsonl     one line an element: at, unique_id, place, outcome, tries, seconds, reason
//   DIR/batches/NAME/scrap.jsonl    the scrapped alone, once more: unique_id, reason, at
// Both only grow. The units themselves are the batch's files: those, and not these lines, say what was made.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "factory/batch.h"

#include <map>

namespace signet::factory {

enum class Outcome : std::uint8_t {
  made,      // whole, and in the batch
  present,   // was in the batch before; nothing was done
  scrapped,  // the part is at fault and stays so: it is not ours, or not what it says
  failed,    // the bus, the token or the disk was at fault: put it on again
};
std::string_view name_of(Outcome outcome);

struct Entry {
  Timestamp at;  // when it was done
  std::string unique_id;
  std::string place;  // its link
  Outcome outcome = Outcome::failed;
  unsigned tries = 1;
  Micros took{0};
  std::string reason;  // of scrapped and failed
};
json::object facts_of(const Entry& entry);

// Durable when it returns. Any number of threads and processes may add to one batch.
Status record(const Batch& batch, const Entry& entry);

struct Yield {
  std::string batch;
  std::size_t units = 0;                        // in the batch
  std::map<std::string, std::size_t> scrapped;  // by reason; parts that became units after all are left out
  std::size_t failed = 0;                       // and not made since
  std::size_t retries = 0;
  Micros mean{0};  // of the units made by `run`
  Micros p95{0};
  double units_per_minute = 0;  // from the first element put on to the last one done
};
Result<Yield> yield_of(const Batch& batch);

std::string table_of(const Yield& yield);  // lines for people
std::string csv_of(const Yield& yield);    // figure,value
json::object facts_of(const Yield& yield);

}  // namespace signet::factory
