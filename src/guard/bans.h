// bans.h -- who is kept out, and until when. Bounded: when it is full, the automatic bans that end first make room.
#pragma once

#include "base/clock.h"
#include "guard/prefix.h"

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace signet::guard {

inline constexpr std::size_t bans_max = 10'000;
inline constexpr std::size_t bans_dropped_at_once = bans_max / 64;  // so that a flood of bans does not look through all
inline constexpr std::size_t reason_bytes_max = 96;
inline constexpr Seconds manual_ban_max{366 * 24 * 3600};
inline constexpr Seconds strikes_forgotten_after{24 * 3600};  // since the last ban ended

struct Ban {
  Prefix of;
  Instant until{};
  bool is_manual = false;
  unsigned strikes = 0;  // automatic bans so far; each lasts twice as long as the one before
  std::string reason;
};

Status check_manual_ban(Seconds time);

class Bans {
 public:
  const Ban* find(const Prefix& address, Instant now) const;  // one that covers it and has not ended
  // Of a site that failed too often.
  // How long it is kept out; nullopt when it is already, or when there is no room.
  std::optional<Seconds> strike(const Prefix& of, Seconds first, Seconds longest, std::string_view reason, Instant now);
  // exhausted when bans_max manual ones stand.
  Status set(const Prefix& of, Seconds time, std::string_view reason, Instant now);
  bool lift(const Prefix& of, Instant now);        // false when there is none
  std::vector<Ban> list(Instant now) const;        // those that have not ended
  std::vector<Ban> remembered(Instant now) const;  // and those whose strikes still count
  void restore(const Ban& ban, Instant now);       // nothing when there is no room

 private:
  bool make_room(Instant now);
  Ban* place_for(const Prefix& of, Instant now);

  std::map<Prefix, Ban> bans_;
  std::array<std::size_t, 129> lengths_{};  // how many there are of each length: a look-up tries only those
};

}  // namespace signet::guard
