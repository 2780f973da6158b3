#include "board/fota_download.h"

#include "base/log.h"

namespace signet::board {

void FotaDownload::start(FotaInfo info, OnProgress on_progress, OnEnd on_end) {
  ENSURE(!runs());
  info_ = std::move(info);
  on_progress_ = std::move(on_progress);
  on_end_ = std::move(on_end);
  image_ = chunk_ = 0;
  attempts_ = mismatches_ = 0;
  erased_again_ = false;
  backoff_.reset();
  timer_ = loop_.after(Micros{0}, [this] {
    timer_.reset();
    next();
  });
}

void FotaDownload::stop() {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  if (runs()) source_.cancel();
  on_end_ = nullptr;
  on_progress_ = nullptr;
}

void FotaDownload::end(const Status& how) {
  const OnEnd call = std::exchange(on_end_, nullptr);
  source_.cancel();
  call(how);
}

Result<bool> FotaDownload::holds_chunk() {
  const Buffer there = TRY(bootloader_.read_park(image().part, chunk_at(), chunk_size()));
  const crypto::Digest digest = crypto::sha256(there);
  const ChunkHash& wanted = image().chunks[chunk_];
  return std::equal(wanted.begin(), wanted.end(), digest.begin());
}

// The chunks' hashes are half as long as this one.
Status FotaDownload::check_whole() {
  crypto::Sha256 all;
  for (std::uint32_t at = 0; at < image().size; at += fota_chunk_bytes) {
    const std::uint32_t size = std::min(fota_chunk_bytes, image().size - at);
    all.update(TRY(bootloader_.read_park(image().part, at, size)));
  }
  if (all.finish() == image().sha256) return {};
  return Error{Errc::corrupt, "the chunks are right and the whole is not: the manager announced two things"};
}

void FotaDownload::next() {
  for (; image_ < info_.images.size(); ++image_, chunk_ = 0) {
    for (; chunk_ < image().chunks.size(); ++chunk_) {
      const Result<bool> held = holds_chunk();
      if (!held) return end(held.error());
      if (!held.value()) return fetch();
    }
    if (const Status whole = check_whole(); !whole) return end(whole);
  }
  end({});
}

void FotaDownload::fetch() {
  const std::string path =
      "/fota/" + info_.offer.id + "/" + info_.offer.version + "/" + std::to_string(static_cast<unsigned>(image().part));
  source_.get(path, chunk_at(), chunk_size(), [this](const Result<Fetched>& answer) { take(answer); });
}

void FotaDownload::take(const Result<Fetched>& answer) {
  if (!answer) return wait(answer.error(), Micros{0});
  const Fetched& got = answer.value();
  const std::string said = "the manager answered " + std::to_string(got.status);
  switch (got.status) {
    case 200:
    case 206: return take_chunk(got.body);
    case 403: return end(Error{Errc::forbidden, said + ": this board is not to have the image any more"});
    case 404: return end(Error{Errc::not_found, said + ": it has no such image"});
    case 416: return end(Error{Errc::corrupt, said + ": its image is shorter than it announced"});
    default: break;
  }
  wait(Error{Errc::unavailable, said}, std::min(fota_retry_after_max, got.retry_after.value_or(Seconds{0})));
}

void FotaDownload::take_chunk(Bytes chunk) {
  const crypto::Digest digest = crypto::sha256(chunk);
  const ChunkHash& wanted = image().chunks[chunk_];
  if (chunk.size() != chunk_size() || !std::equal(wanted.begin(), wanted.end(), digest.begin())) {
    const Error wrong{Errc::corrupt, "the manager sends something else than it announced"};
    if (++mismatches_ >= fota_mismatches_max) return end(wrong);
    return wait(wrong, Micros{0});
  }
  if (const Status written = bootloader_.write(image().part, chunk_at(), chunk); !written) return end(written);
  const Result<bool> held = holds_chunk();
  if (!held) return end(held.error());
  if (!held.value()) {  // something else was there: an erased place takes it, or none does
    if (std::exchange(erased_again_, true)) return end(Error{Errc::unavailable, "the flash does not hold the image"});
    if (const Status erased = bootloader_.prepare(image().part); !erased) return end(erased);
    chunk_ = 0;
    return next();
  }
  attempts_ = mismatches_ = 0;
  backoff_.reset();
  ++chunk_;
  tell_progress();
  if (runs()) next();
}

void FotaDownload::tell_progress() {
  Percent percent{};
  for (std::size_t i = 0; i < info_.images.size(); ++i) {
    const FotaImage& one = info_.images[i];
    const std::size_t done = i < image_ ? one.chunks.size() : i == image_ ? chunk_ : 0;
    percent[static_cast<std::size_t>(one.part)] = static_cast<unsigned>(done * 100 / one.chunks.size());
  }
  on_progress_(percent);
}

void FotaDownload::wait(const Error& why, Micros least) {
  if (++attempts_ >= fota_attempts_max) return end(why);
  const Micros pause = least + backoff_.next();
  log_warn("fota.retried", {{"why", why.what}, {"attempt", attempts_}, {"ms", pause.count() / 1000}});
  timer_ = loop_.after(pause, [this] {
    timer_.reset();
    next();
  });
}

}  // namespace signet::board
