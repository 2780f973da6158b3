// totp.h -- codes that change by time (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, as every authenticator has
// it. Pure.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace signet::fleet {

inline constexpr Seconds totp_period{30};
inline constexpr std::size_t totp_secret_bytes = 20;  // RFC 4226 4, R6: 160 bits
inline constexpr std::size_t totp_digits = 6;
inline constexpr std::int64_t totp_steps_away = 1;  // clocks differ; RFC 6238 5.2

std::int64_t totp_step(Timestamp at);
std::string totp_code(Bytes secret, std::int64_t step);
// The step that the code is of, near `now` and after `last`: a code is taken once.
std::optional<std::int64_t> check_totp(Bytes secret, std::string_view code, Timestamp now, std::int64_t last);

std::string base32(Bytes data);  // RFC 4648 6, without padding
// What an authenticator reads as a picture: otpauth://totp/Signet:EMAIL?secret=...
std::string otpauth_uri(std::string_view email, std::string_view secret_base32);

}  // namespace signet::fleet
