#include "crypto/p256.h"

namespace signet::crypto {
namespace {

constexpr std::size_t number_bytes = 32;
constexpr std::uint8_t tag_integer = 0x02;
constexpr std::uint8_t tag_sequence = 0x30;

void append_integer(Buffer& out, Bytes number) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool needs_zero = (number[0] & 0x80) != 0;  // a DER INTEGER is signed
  Writer w{out};
  w.u8(tag_integer).u8(static_cast<std::uint8_t>(number.size() + needs_zero));
  if (needs_zero) w.u8(0);
  w.bytes(number);
}

Status take_integer(Reader& in, std::span<std::uint8_t> out) {
  if (TRY(in.u8()) != tag_integer) return Error{Errc::malformed, "signature: no INTEGER"};
  Bytes number = TRY(in.take(TRY(in.u8())));
  if (number.empty() || (number[0] & 0x80) != 0) return Error{Errc::malformed, "signature: INTEGER is negative"};
  if (number.size() > 1 && number[0] == 0) {
    if ((number[1] & 0x80) == 0) return Error{Errc::malformed, "signature: INTEGER is not minimal"};
    number = number.subspan(1);
  }
  if (number.size() > out.size()) return Error{Errc::malformed, "signature: INTEGER is too long"};
  std::copy(number.begin(), number.end(), out.end() - static_cast<std::ptrdiff_t>(number.size()));
  return {};
}

}  // namespace

Buffer encode_der(const Signature& signature) {
  Buffer body;
  append_integer(body, Bytes{signature}.first(number_bytes));
  append_integer(body, Bytes{signature}.last(number_bytes));
  Buffer out;
  Writer{out}.u8(tag_sequence).u8(static_cast<std::uint8_t>(body.size())).bytes(body);
  return out;
}

Result<Signature> decode_der(Bytes der) {
  Reader outer{der};
  if (TRY(outer.u8()) != tag_sequence) return Error{Errc::malformed, "signature: no SEQUENCE"};
  const std::size_t size = TRY(outer.u8());
  if (size != outer.size()) return Error{Errc::malformed, "signature: length does not match"};
  Reader in{outer.rest()};
  Signature out{};
  TRY(take_integer(in, std::span{out}.first(number_bytes)));
  TRY(take_integer(in, std::span{out}.last(number_bytes)));
  TRY(in.end());
  return out;
}

}  // namespace signet::crypto
