#include "gateway/ban_file.h"

#include "base/log.h"
#include "base/port/file.h"
#include "guard/ban_list.h"

namespace signet::gateway {

Result<BanFile> BanFile::open(std::string path, guard::Guard& guard, Clock& clock) {
  BanFile out{std::move(path), guard, clock};
  Status loaded = out.load();
  if (!loaded) {
    Error error = std::move(loaded).error().within("the bans in " + out.path_);
    error.what += "; mend it, or remove it: its bans are then forgotten";
    return error;
  }
  return out;
}

// The guard counts on a clock that never jumps; a file needs one that all know.
Status BanFile::load() {
  if (!file_exists(path_)) return {};
  const Buffer text = TRY(read_file(path_, guard::ban_list_bytes_max));
  const Instant now = clock_.monotonic();
  const Timestamp wall = clock_.now();
  std::vector<guard::Ban> bans;
  for (guard::KeptBan& kept : TRY(guard::decode_ban_list(text_of(text)))) {
    const Micros left = std::clamp<Micros>(kept.until - wall, -guard::strikes_forgotten_after, guard::manual_ban_max);
    bans.push_back({kept.of, now + left, kept.is_manual, kept.strikes, std::move(kept.reason)});
  }
  guard_.restore(bans, now);
  return {};
}

Status BanFile::save() {
  const std::uint64_t changes = guard_.ban_changes();  // one that comes meanwhile is saved again
  const Instant now = clock_.monotonic();
  const Timestamp wall = clock_.now();
  std::vector<guard::KeptBan> bans;
  for (guard::Ban& ban : guard_.remembered_bans(now)) {
    bans.push_back({ban.of, wall + (ban.until - now), ban.is_manual, ban.strikes, std::move(ban.reason)});
  }
  TRY(write_file_atomic(path_, bytes_of(guard::encode_ban_list(bans)), 0600));
  saved_ = changes;
  return {};
}

void BanFile::save_changes() {
  if (guard_.ban_changes() == saved_) return;
  const Status saved = save();
  if (!saved && !failed_) {
    log_error("gateway.bans_not_saved",
              {{"why", saved.error().what}, {"next", "they stand, and are lost with a restart; tried again"}});
  }
  failed_ = !saved;
}

}  // namespace signet::gateway
