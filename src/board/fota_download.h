// fota_download.h -- fills PARK with what the manager announced, chunk by chunk, each judged by its hash.
//
// What is in PARK already is not fetched again, so that a cut costs one chunk. Nothing but one chunk is in memory.
#pragma once

#include "agent/backoff.h"
#include "board/fetcher.h"
#include "board/flash/bootloader.h"
#include "board/fota_message.h"

namespace signet::board {

inline constexpr unsigned fota_attempts_max = 30;   // without one chunk more; with full jitter in between
inline constexpr unsigned fota_mismatches_max = 5;  // of one chunk, that are not what was announced
inline constexpr Seconds fota_retry_after_max{300};

class FotaDownload {
 public:
  using Percent = std::array<unsigned, boot::part_count>;
  using OnProgress = std::function<void(const Percent&)>;  // after each chunk
  using OnEnd = std::function<void(const Status&)>;        // once; the last call

  // All outlive it.
  FotaDownload(net::Loop& loop, crypto::Random& random, Bootloader& bootloader, ImageSource& source)
      : loop_(loop), backoff_(random), bootloader_(bootloader), source_(source) {}
  ~FotaDownload() { stop(); }

  // REQUIRES: it does not run, and PARK's places were erased for these images at some time before.
  void start(FotaInfo info, OnProgress on_progress, OnEnd on_end);
  void stop();  // nothing is called any more
  bool runs() const { return static_cast<bool>(on_end_); }

 private:
  const FotaImage& image() const { return info_.images[image_]; }
  std::uint32_t chunk_at() const { return static_cast<std::uint32_t>(chunk_ * fota_chunk_bytes); }
  std::uint32_t chunk_size() const { return std::min(fota_chunk_bytes, image().size - chunk_at()); }
  void next();
  void fetch();
  void take(const Result<Fetched>& answer);
  void take_chunk(Bytes chunk);
  Result<bool> holds_chunk();
  Status check_whole();
  void wait(const Error& why, Micros least);
  void tell_progress();
  void end(const Status& how);

  net::Loop& loop_;
  agent::Backoff backoff_;
  Bootloader& bootloader_;
  ImageSource& source_;
  FotaInfo info_;
  OnProgress on_progress_;
  OnEnd on_end_;
  std::size_t image_ = 0;
  std::size_t chunk_ = 0;
  unsigned attempts_ = 0;
  unsigned mismatches_ = 0;
  bool erased_again_ = false;
  std::optional<net::Loop::TimerId> timer_;
};

}  // namespace signet::board
