// ids.h -- names of things: 16 characters, "dev-" and 12 lower-case letters or digits, in order of creation.
//
//   id   := prefix(4) time(8) serial(4)        base 36; time is milliseconds since 2020-01-01 UTC (good until 2109)
//
// One C++ type per kind: a DeviceId is not a FleetId.
#pragma once

#include "base/clock.h"

#include <compare>
#include <string>

namespace signet {

inline constexpr std::size_t id_chars = 16;
inline constexpr std::size_t id_suffix_chars = 12;

// The last `width` digits of `value`, of 0-9a-z.
std::string base36(std::uint64_t value, std::size_t width);

// True when `text` is `prefix` followed by 12 characters of [0-9a-z].
bool is_id(std::string_view text, std::string_view prefix);

template <class Kind>
class Id {
 public:
  static Result<Id> parse(std::string_view text) {
    if (!is_id(text, Kind::prefix)) {
      return Error{Errc::malformed, std::string{"not an id of the form "} + Kind::prefix + "xxxxxxxxxxxx"};
    }
    return Id{text};
  }
  Id() = default;  // empty: names nothing
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  template <class>
  friend class IdMaker;
  explicit Id(std::string_view text) : text_(text) {}
  std::string text_;
};

#define SIGNET_ID(Name, text)                   \
  struct Name##Kind {                           \
    static constexpr const char* prefix = text; \
  };                                            \
  using Name = Id<Name##Kind>
SIGNET_ID(AccountId, "acc-");
SIGNET_ID(WorkspaceId, "wks-");
SIGNET_ID(FleetId, "flt-");
SIGNET_ID(DeviceId, "dev-");
SIGNET_ID(KeyId, "key-");
SIGNET_ID(BatchId, "bat-");
SIGNET_ID(JobId, "job-");
SIGNET_ID(IntegrationId, "gate");  // as the documented interface calls them
SIGNET_ID(TokenId, "tok-");
SIGNET_ID(InvitationId, "inv-");
#undef SIGNET_ID

// The 12 characters after the prefix. `serial` beyond 36^4 wraps.
std::string id_suffix(Timestamp at, std::uint32_t serial);

// Makes ids that never repeat within one process and rise with time, even when the clock stands still or steps back.
// Across processes the random start of `serial` keeps them apart; the store's primary key has the last word.
class IdSource {
 public:
  IdSource(Clock& clock, std::uint32_t seed) : clock_(clock), serial_(seed) {}

  template <class Kind>
  Id<Kind> next();

 private:
  std::string next_suffix();
  Clock& clock_;
  Timestamp last_{};
  std::uint32_t serial_;
};

template <class Kind>
class IdMaker {
 public:
  static Id<Kind> make(const std::string& suffix) { return Id<Kind>{Kind::prefix + suffix}; }
};

template <class Kind>
Id<Kind> IdSource::next() {
  return IdMaker<Kind>::make(next_suffix());
}

}  // namespace signet
