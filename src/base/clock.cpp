#include "base/clock.h"

#include <cstdio>

namespace signet {
namespace {

using namespace std::chrono;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  Result<int> digits(std::size_t count) {
    if (rest_.size() < count) return Error{Errc::malformed, "time ends too early"};
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return Error{Errc::malformed, "time has a character where a digit belongs"};
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool skip(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == any_of.npos) return false;
    last_ = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }
  Status expect(std::string_view any_of) {
    if (!skip(any_of)) return Error{Errc::malformed, "time is not like 2021-03-26T09:46:00Z"};
    return {};
  }
  char last() const { return last_; }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  char last_ = 0;
};

Result<Micros> fraction(Cursor& in) {
  std::int64_t micros = 0;
  int count = 0;
  for (; in.at_digit(); ++count) {
    const int digit = TRY(in.digits(1));
    if (count < 6) micros = micros * 10 + digit;
  }
  if (count == 0 || count > 9) return Error{Errc::malformed, "a fraction of a second has 1 to 9 digits"};
  for (; count < 6; ++count) micros *= 10;
  return Micros{micros};
}

Result<minutes> offset(Cursor& in) {
  TRY(in.expect("Zz+-"));
  if (in.last() == 'Z' || in.last() == 'z') return minutes{0};
  const int sign = in.last() == '-' ? -1 : 1;
  const int h = TRY(in.digits(2));
  TRY(in.expect(":"));
  const int m = TRY(in.digits(2));
  if (h > 23 || m > 59) return Error{Errc::malformed, "time offset is out of range"};
  return minutes{sign * (h * 60 + m)};
}

Result<sys_days> calendar_day(Cursor& in) {
  const int y = TRY(in.digits(4));
  TRY(in.expect("-"));
  const int m = TRY(in.digits(2));
  TRY(in.expect("-"));
  const int d = TRY(in.digits(2));
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || y < 1970) return Error{Errc::malformed, "no such date, or before 1970"};
  return sys_days{date};
}

}  // namespace

std::string rfc3339(Timestamp at) {
  const auto midnight = floor<days>(at);
  const year_month_day date{midnight};
  const hh_mm_ss time{at - midnight};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string out = text;
  if (const auto micros = time.subseconds().count(); micros != 0) {
    std::snprintf(text, sizeof text, ".%06d", static_cast<int>(micros));
    out += text;
  }
  return out + "Z";
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  Cursor in{text};
  const sys_days day = TRY(calendar_day(in));
  TRY(in.expect("Tt "));
  const int h = TRY(in.digits(2));
  TRY(in.expect(":"));
  const int m = TRY(in.digits(2));
  TRY(in.expect(":"));
  const int s = TRY(in.digits(2));
  if (h > 23 || m > 59 || s > 60) return Error{Errc::malformed, "time of day is out of range"};
  Micros part{0};
  if (in.skip(".")) part = TRY(fraction(in));
  const minutes shift = TRY(offset(in));
  if (!in.empty()) return Error{Errc::malformed, "time has characters left over"};
  const Timestamp at{day.time_since_epoch() + hours{h} + minutes{m} + seconds{s} + part - shift};
  if (at < Timestamp{} || at >= sys_days{year{10000} / January / 1}) {
    return Error{Errc::malformed, "time is not in the years 1970 to 9999"};
  }
  return at;
}

}  // namespace signet
