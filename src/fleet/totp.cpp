#include "fleet/totp.h"

#include "crypto/digest.h"
#include "crypto/secret.h"

namespace signet::fleet {
namespace {

constexpr std::uint32_t codes = 1'000'000;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

}  // namespace

std::int64_t totp_step(Timestamp at) { return epoch_millis(at) / 1000 / totp_period.count(); }

std::string totp_code(Bytes secret, std::int64_t step) {
  Block<8> counter;
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  const Block<20> mac = crypto::hmac_sha1(secret, counter);
  const std::size_t at = mac.back() & 15;  // RFC 4226 5.3
  const std::uint32_t number = static_cast<std::uint32_t>(mac[at] & 0x7f) << 24 | std::uint32_t{mac[at + 1]} << 16 |
                               std::uint32_t{mac[at + 2]} << 8 | mac[at + 3];
  const std::string text = std::to_string(number % codes);
  return std::string(totp_digits - text.size(), '0') + text;
}

std::optional<std::int64_t> check_totp(Bytes secret, std::string_view code, Timestamp now, std::int64_t last) {
  std::optional<std::int64_t> found;
  for (std::int64_t step = totp_step(now) - totp_steps_away; step <= totp_step(now) + totp_steps_away; ++step) {
    const bool matches = crypto::constant_time_equal(bytes_of(totp_code(secret, step)), bytes_of(code));
    if (matches && step > last && !found) found = step;
  }
  return found;
}

std::string base32(Bytes data) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : data) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += digits[held >> (bits - 5) & 31];
  }
  if (bits > 0) out += digits[held << (5 - bits) & 31];
  return out;
}

std::string otpauth_uri(std::string_view email, std::string_view secret_base32) {
  return "otpauth://totp/Signet:" + percent_encoded(email) + "?secret=" + std::string{secret_base32} +
         "&issuer=Signet&algorithm=SHA1&digits=6&period=30";
}

}  // namespace signet::fleet
