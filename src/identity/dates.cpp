#include "identity/template.h"

#include "identity/malformed.h"

namespace signet::identity {
namespace {

using namespace std::chrono;

constexpr unsigned first_year = 2000;
constexpr unsigned long_max = 127;  // seven bits
constexpr unsigned short_max = 31;  // five

}  // namespace

Timestamp hour_of(Timestamp at) { return floor<hours>(at); }

Timestamp add_years(Timestamp at, unsigned by) {
  const auto midnight = floor<days>(at);
  year_month_day date = year_month_day{midnight} + years{static_cast<int>(by)};
  if (!date.ok()) date = date.year() / date.month() / last;
  return Timestamp{sys_days{date}} + (at - midnight);
}

Result<unsigned> years_between(Timestamp not_before, Timestamp not_after) {
  if (not_after == no_expiry) return 0u;
  const auto year_of = [](Timestamp at) { return static_cast<int>(year_month_day{floor<days>(at)}.year()); };
  const int term = year_of(not_after) - year_of(not_before);
  if (term < 1 || add_years(not_before, static_cast<unsigned>(term)) != not_after) {
    return malformed("the validity is not of whole years");
  }
  return static_cast<unsigned>(term);
}

Result<PackedDates> pack_dates(Timestamp not_before, unsigned term) {
  const auto midnight = floor<days>(not_before);
  const year_month_day date{midnight};
  const auto hour = floor<hours>(not_before - midnight);
  const unsigned year = static_cast<unsigned>(static_cast<int>(date.year())) - first_year;  // wraps below 2000
  if (midnight + hour != not_before) return malformed("the validity does not begin at a full hour");
  if (year > long_max) return malformed("the validity begins outside 2000 to 2127: is the clock right?");
  if (term > long_max) return malformed("the validity is longer than 127 years");
  PackedDates out;
  if (year > short_max || term > short_max) {
    out.version = 1;
    out.more = static_cast<std::uint8_t>(year >> 5 << 6 | term >> 5 << 4);
  }
  const unsigned packed = (year & 31) << 19 | static_cast<unsigned>(date.month()) << 15 |
                          static_cast<unsigned>(date.day()) << 10 | static_cast<unsigned>(hour.count()) << 5 |
                          (term & 31);
  out.bytes = {static_cast<std::uint8_t>(packed >> 16), static_cast<std::uint8_t>(packed >> 8),
               static_cast<std::uint8_t>(packed)};
  return out;
}

Result<Term> unpack_dates(const PackedDates& dates) {
  const unsigned packed = static_cast<unsigned>(dates.bytes[0] << 16 | dates.bytes[1] << 8 | dates.bytes[2]);
  const unsigned more = dates.more;
  if (dates.version > 1 || (dates.version == 0 && more != 0) || (more & 15) != 0) {
    return malformed("compressed certificate: format version is not known");
  }
  const unsigned year = (packed >> 19) + (more >> 6 << 5);
  const unsigned term = (packed & 31) + (more >> 4 << 5 & 0x60);
  const year_month_day date{std::chrono::year{static_cast<int>(first_year + year)}, month{packed >> 15 & 15},
                            day{packed >> 10 & 31}};
  const unsigned hour = packed >> 5 & 31;
  if (!date.ok() || hour > 23) return malformed("compressed certificate: no such date");
  const Timestamp from{sys_days{date} + hours{hour}};
  return Term{from, term == 0 ? no_expiry : add_years(from, term)};
}

}  // namespace signet::identity
