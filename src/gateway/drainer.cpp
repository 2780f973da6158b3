#include "gateway/drainer.h"

#include "base/log.h"
#include "gateway/ingest_record.h"

namespace signet::gateway {
namespace {

constexpr Seconds retry_after{1};

}  // namespace

Status Drainer::add(std::string name, FolderDisk& disk, store::LogWriter& log) {
  const store::LogPosition position = TRY(fleet_.drained(name));
  log.set_drained(position);
  logs_.push_back(std::unique_ptr<Log>{new Log{std::move(name), disk, log, store::LogReader{disk}, position}});
  return {};
}

bool Drainer::slice() {
  if (failing_ && clock_.monotonic() < not_before_) return false;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    Log& log = *logs_[turn_++ % logs_.size()];
    if (!has_more(log)) continue;
    const Status moved = move(log);
    tell(moved);
    if (!moved) return false;
    break;
  }
  return std::any_of(logs_.begin(), logs_.end(), [](const auto& log) { return has_more(*log); });
}

Status Drainer::catch_up() {
  const Instant give_up = clock_.monotonic() + catch_up_timeout;
  for (const auto& log : logs_) {
    const store::LogPosition until = log->writer.end();
    while (!log->stopped && log->position < until) {
      const Status moved = move(*log);
      tell(moved);
      if (!moved) return Error{moved.error()}.within("readings that were acknowledged are not in the store yet");
      if (clock_.monotonic() > give_up) {
        return Error{Errc::unavailable, "many readings are on their way into the store: ask again in some seconds"};
      }
    }
  }
  return {};
}

// A line when trouble begins, and one when it is over.
void Drainer::tell(const Status& moved) {
  if (moved) {
    if (std::exchange(failing_, false)) log_info("ingest.moving_again");
    return;
  }
  if (!std::exchange(failing_, true)) {
    log_error("ingest.not_moved",
              {{"why", moved.error().what}, {"next", "readings wait in the log; tried every second"}});
  }
  not_before_ = clock_.monotonic() + retry_after;
}

Status Drainer::move(Log& log) {
  if (log.unsure) {
    log.position = TRY(fleet_.drained(log.name));
    log.unsure = false;
    log.writer.set_drained(log.position);
    if (!has_more(log)) return {};
  }
  const auto slice = read_slice(log);
  if (slice) return commit(log, slice.value());
  const Errc code = slice.error().code;
  if (code != Errc::corrupt && code != Errc::not_found) return slice.error();
  return pass_damage(log, slice.error());
}

// Up to the first batch that passes a limit, or cannot be read: that one is the next slice's.
Result<Drainer::Slice> Drainer::read_slice(Log& log) {
  const store::LogPosition end = log.writer.end();
  Slice out{{}, log.position};
  std::size_t bytes = 0;
  while (out.readings.size() < slice_readings_max && bytes < slice_bytes_max) {
    const auto batch = log.reader.read(out.next, end);
    if (!batch && out.next > log.position) break;
    if (!batch) return batch.error();
    if (!batch.value()) break;
    const std::size_t before = out.readings.size();
    store::Records records{batch.value()->body};
    Status whole;
    while (whole) {
      const auto record = records.next();
      if (record && !record.value()) break;
      auto reading = record ? decode_record(*record.value()) : Result<fleet::Reading>{record.error()};
      if (!reading) {
        whole = Error{Errc::corrupt, reading.error().what};
      } else {
        out.readings.push_back(std::move(reading).value());
      }
    }
    if (!whole) {
      out.readings.resize(before);
      if (out.next > log.position) break;
      return std::move(whole).error();
    }
    bytes += batch.value()->body.size();
    out.next = batch.value()->next;
  }
  return out;
}

Status Drainer::commit(Log& log, const Slice& slice) {
  log.unsure = true;
  const std::size_t unknown = TRY(fleet_.drain(slice.readings, log.name, slice.next));
  log.unsure = false;
  if (unknown > 0) {
    log_error("ingest.unknown_devices",
              {{"log", log.name}, {"readings", unknown}, {"why", "the store does not know them: is it an old copy?"}});
  }
  log.position = slice.next;
  log.writer.set_drained(log.position);
  return store::remove_drained(log.disk, log.position);
}

Status Drainer::pass_damage(Log& log, const Error& why) {
  if (!may_skip_) {
    log.stopped = true;
    log_error("ingest.damaged", {{"log", log.name},
                                 {"why", why.what},
                                 {"next", "put the file back from a copy, or start with skip_damaged_readings = yes"}});
    return {};
  }
  const store::LogPosition next = TRY(log.reader.skip(log.position, log.writer.end()));
  log_error("ingest.lost", {{"log", log.name}, {"from", log.position}, {"to", next}, {"why", why.what}});
  return commit(log, {{}, next});
}

}  // namespace signet::gateway
