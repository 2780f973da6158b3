// guard.h -- what one address may do at the gate, before any of its bytes is read.
//
// Two sizes are counted: the site (an IPv4 address, an IPv6 /64: what one customer holds) and the net around it (/24,
// /48). A site is at home while a device is connected from there and for two days after: many may stand behind one
// address, so it is never banned by itself, may connect ten times as often, its net's faults are not held against it,
// and room is kept for it when the gate is crowded. Every connection begins a handshake, so that one rate is for both.
//
// All calls may come from any thread: one mutex, held for a look-up in a table of fixed size. Time comes from the
// caller.
#pragma once

#include "guard/bans.h"
#include "guard/table.h"

#include <atomic>
#include <mutex>

namespace signet::guard {

inline constexpr std::size_t sites_max = 32'768;  // remembered at once; see table.h
inline constexpr std::size_t nets_max = 8'192;
inline constexpr std::size_t top_max = 1'000;
inline constexpr double home_factor = 10;

struct Policy {
  Rate connections_of_site{50, 2'000};
  Rate connections_of_net{500, 8'000};
  std::uint32_t ban_after = 20;  // failed handshakes of a site within the window
  Seconds ban_window{60};
  Seconds ban_time{300};  // the first; each further one twice as long
  Seconds ban_time_longest{3600};
  std::size_t half_open_of_strangers = 36;  // handshakes in progress; one site may hold half of them
  std::size_t open_of_strangers = 13'000;   // connections at which no stranger is let in any more
  std::vector<Prefix> exempt;               // never slowed, never banned by itself
};

// One connection that was let in. Given back by on_closed.
struct Visit {
  Prefix site;
  bool is_exempt = false;
  bool is_stranger = false;
  bool is_half_open = true;
  bool is_admitted = false;
};

// Who knocks.
struct Knocker {
  Prefix site;
  Counts counts{};  // of connections that ended
  bool is_at_home = false;
  Instant last{};
  std::optional<Instant> banned_until;
};

class Guard {
 public:
  // `key` is random and kept to oneself.
  Guard(Policy policy, std::uint64_t key);

  struct Answer {
    Verdict verdict;
    Visit visit;  // when welcome
  };
  Answer on_connect(const Prefix& peer, Instant now);
  void on_admitted(Visit& visit, Instant now);  // its handshake ended well: a device of ours
  // For how long the site is banned, when this failure was one too many; `reason` is then the ban's.
  std::optional<Seconds> on_failed(Visit& visit, Verdict why, std::string_view reason, Instant now);
  void on_closed(Visit& visit, Instant now);  // after either of them, or without

  Status ban(const Prefix& of, Seconds time, std::string_view reason, Instant now);
  bool unban(const Prefix& of, Instant now);  // false when it was not banned
  std::vector<Ban> bans(Instant now) const;
  // For who keeps them over a restart: also what has ended and still counts for the next one's length.
  std::vector<Ban> remembered_bans(Instant now) const;
  void restore(const std::vector<Ban>& bans, Instant now);
  std::uint64_t ban_changes() const { return ban_changes_; }  // grows with each ban that is set or lifted
  // Of those that were not always welcome, who was so most often first; at most top_max.
  std::vector<Knocker> top(std::size_t count, Instant now) const;
  Counts counts() const;  // of all, since the start

 private:
  Verdict judge(const Prefix& peer, Record& site, Instant now);
  bool is_exempt(const Prefix& peer) const;
  void end_handshake(Visit& visit);
  void count(Record& site, Verdict verdict);

  const Policy policy_;
  mutable std::mutex mutex_;
  Table sites_;
  Table nets_;
  Bans bans_;
  std::atomic<std::uint64_t> ban_changes_{0};
  Counts counts_{};
  std::size_t open_ = 0;
  std::size_t half_open_strangers_ = 0;
};

}  // namespace signet::guard
