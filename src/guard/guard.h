// guard.h -- what one address may do at the gate, before any of its bytes is read.
//
// Two sizes are counted: the site (an IPv4 address, an IPv6 /64: what one customer holds) and the net around it (/24,
// /48). A site from which a device was admitted within the last hour is at home: it may do ten times as much, its net's
// faults are not held against it, and room is kept for it when the gate is crowded. Every connection begins a
// handshake, so that one rate is for both.
//
// All calls may come from any thread: one mutex, held for a look-up in a table of fixed size. Time comes from the
// caller.
#pragma once

#include "guard/bans.h"
#include "guard/table.h"

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
  Seconds ban_time_longest{24 * 3600};
  std::size_t half_open_of_strangers = 36;  // handshakes in progress; one site may hold half of them
  std::size_t open_of_strangers = 13'000;   // connections at which no stranger is let in any more
  std::vector<Prefix> exempt;               // never slowed, never banned by itself
};

enum class Verdict : std::uint8_t { welcome, banned, too_often, net_fails, crowded };
const char* words_of(Verdict verdict);

// One connection that was let in. Given back by on_closed.
struct Visit {
  Prefix site;
  bool is_exempt = false;
  bool is_stranger = false;
  bool is_half_open = true;
};

// Who knocks.
struct Knocker {
  Prefix site;
  std::uint64_t connections = 0, refused = 0, failed = 0;
  bool is_at_home = false;
  Instant last{};
  std::string reason;
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
  // For how long the site is banned, when this failure was one too many.
  std::optional<Seconds> on_failed(Visit& visit, std::string_view reason, Instant now);
  void on_closed(Visit& visit);  // after either of them, or without

  Status ban(const Prefix& of, Seconds time, std::string_view reason, Instant now);
  bool unban(const Prefix& of, Instant now);  // false when it was not banned
  std::vector<Ban> bans(Instant now) const;
  // Those with most failures and refusals first; at most top_max.
  std::vector<Knocker> top(std::size_t count, Instant now) const;

 private:
  Verdict judge(const Prefix& peer, Record& site, Instant now);
  bool is_exempt(const Prefix& peer) const;
  void end_handshake(Visit& visit);

  const Policy policy_;
  mutable std::mutex mutex_;
  Table sites_;
  Table nets_;
  Bans bans_;
  std::size_t open_ = 0;
  std::size_t half_open_strangers_ = 0;
};

}  // namespace signet::guard
