#include "base/bytes.h"

namespace signet {
namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string hex_with(Bytes bytes, std::string_view digits) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 4648 section 4: groups of 6 bits, highest first; the last group is filled with zero bits.
std::string encode_64(Bytes bytes, std::string_view digits) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) out += digits[pending >> (bits - 6) & 63];
  }
  if (bits > 0) out += digits[pending << (6 - bits) & 63];
  return out;
}

Result<Buffer> decode_64(std::string_view text, std::string_view digits) {
  if (text.size() % 4 == 1) return Error{Errc::malformed, "base64 has an impossible length"};
  Buffer out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == digits.npos) return Error{Errc::malformed, "base64 has a character outside its alphabet"};
    pending = pending << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(pending >> bits));
  }
  if (bits > 0 && (pending & ((1u << bits) - 1)) != 0) return Error{Errc::malformed, "base64 has stray last bits"};
  return out;
}

// The smallest code point that may be written with so many bytes (RFC 3629 section 4 forbids longer forms).
constexpr std::uint32_t utf8_smallest[] = {0, 0, 0x80, 0x800, 0x10000};

std::size_t utf8_size(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first >> 5 == 0b110) return 2;
  if (first >> 4 == 0b1110) return 3;
  if (first >> 3 == 0b11110) return 4;
  return 0;
}

}  // namespace

std::string hex(Bytes bytes) { return hex_with(bytes, "0123456789abcdef"); }
std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string hex_upper(Bytes bytes) { return hex_with(bytes, "0123456789ABCDEF"); }

Result<Buffer> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{Errc::malformed, "hex has an odd number of digits"};
  Buffer out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return Error{Errc::malformed, "hex has a character that is no digit"};
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string base64(Bytes bytes) {
  std::string out = encode_64(bytes, base64_digits);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

Result<Buffer> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return Error{Errc::malformed, "base64 is not padded to four characters"};
  if (text.ends_with("=="))
    text.remove_suffix(2);
  else if (text.ends_with('='))
    text.remove_suffix(1);
  return decode_64(text, base64_digits);
}

std::string base64url(Bytes bytes) { return encode_64(bytes, base64url_digits); }
Result<Buffer> decode_base64url(std::string_view text) { return decode_64(text, base64url_digits); }

bool is_utf8(std::string_view text) {
  const Bytes bytes = bytes_of(text);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = utf8_size(bytes[at]);
    if (size == 0 || size > bytes.size() - at) return false;
    std::uint32_t code = size == 1 ? bytes[at] : bytes[at] & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
      if (bytes[at + i] >> 6 != 0b10) return false;
      code = code << 6 | (bytes[at + i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code == 0 || code < utf8_smallest[size] || code > 0x10ffff || surrogate) return false;
    at += size;
  }
  return true;
}

}  // namespace signet
