// table.h -- what is remembered of each site or net: a fixed number of records, eight to a set.
//
// A newcomer takes the place of the record in its set whose loss matters least: not of one with an admitted device,
// then of the one that owes the fewest tokens, then of the oldest. So nobody can be made forgotten by a crowd of
// innocents, not even by himself, and a crowd of the guilty costs an innocent nothing but a record that says that he is
// one. Which records share a set is decided by a random key.
#pragma once

#include "base/clock.h"
#include "guard/prefix.h"
#include "guard/verdict.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace signet::guard {

inline constexpr Seconds home_for{48 * 3600};           // so that who reports once a day stays
inline constexpr Seconds faults_forgotten_after{3600};  // when there is no room for all

struct Rate {
  double per_second;
  double burst;
};

// What may be done at once, and in the long run. Counts what is owed, so that a fresh one is zero under any rate.
struct Bucket {
  double owed = 0;
  Instant at{};

  void refill(const Rate& rate, Instant now) {
    const double seconds = std::chrono::duration<double>(now - at).count();
    owed = std::max(0.0, owed - std::max(0.0, seconds) * rate.per_second);
    at = std::max(at, now);
  }
  bool has(const Rate& rate, Instant now) {
    refill(rate, now);
    return owed + 1 <= rate.burst;
  }
  bool take(const Rate& rate, Instant now) {
    if (!has(rate, now)) return false;
    owed += 1;
    return true;
  }
};

struct Record {
  Prefix of;
  bool is_used = false;
  Bucket connections;
  Bucket failures;
  Counts counts{};
  std::uint32_t half_open = 0;
  std::uint32_t devices = 0;        // connected
  std::optional<Instant> admitted;  // a device, the last time that one was there
  Instant last{};

  bool is_at_home(Instant now) const { return devices > 0 || (admitted && now - *admitted < home_for); }
};

class Table {
 public:
  static constexpr std::size_t ways = 8;

  // REQUIRES: size is a multiple of `ways`.
  Table(std::size_t size, std::uint64_t key) : key_(key), records_(size) {}

  Record* find(const Prefix& of) {
    Record* const set = set_of(of);
    Record* const found = std::find_if(set, set + ways, [&](const Record& r) { return r.is_used && r.of == of; });
    return found == set + ways ? nullptr : found;
  }
  Record& find_or_add(const Prefix& of, Instant now) {
    if (Record* const found = find(of)) return *found;
    Record* const set = set_of(of);
    Record& least =
        *std::min_element(set, set + ways, [now](const Record& a, const Record& b) { return less(a, b, now); });
    least = Record{};
    least.of = of;
    least.is_used = true;
    least.last = now;
    return least;
  }
  const std::vector<Record>& records() const { return records_; }

 private:
  static bool less(const Record& a, const Record& b, Instant now) {
    if (a.is_used != b.is_used) return b.is_used;
    if (a.is_at_home(now) != b.is_at_home(now)) return b.is_at_home(now);
    const auto faults = [now](const Record& r) {
      return now - r.last >= faults_forgotten_after ? 0 : r.failures.owed * 100 + r.connections.owed + r.half_open;
    };
    const double of_a = faults(a), of_b = faults(b);
    return of_a < of_b || (of_a == of_b && a.last < b.last);
  }
  Record* set_of(const Prefix& of) {
    std::uint64_t hash = key_ ^ of.bits();
    for (const std::uint8_t byte : of.bytes()) {
      hash = (hash ^ byte) * 0xff51afd7ed558ccd;
      hash ^= hash >> 32;
    }
    return &records_[hash % (records_.size() / ways) * ways];
  }

  std::uint64_t key_;
  std::vector<Record> records_;
};

}  // namespace signet::guard
