#include "identity/der.h"

#include <bit>

namespace signet::identity::der {
namespace {

Error not_der(std::string_view what) { return Error{Errc::malformed, "DER: " + std::string{what}}; }

constexpr std::uint8_t constructed = 0x20;
constexpr std::uint8_t long_tag = 0x1f;

}  // namespace

Result<std::size_t> DerReader::length(Reader& in) const {
  const std::uint8_t first = TRY(in.u8());
  if (first < 0x80) return first;
  if (first == 0x81) {
    const std::uint8_t size = TRY(in.u8());
    if (size < 0x80) return not_der("length is not minimal");
    return size;
  }
  if (first == 0x82) {
    const std::uint16_t size = TRY(in.u16_be());
    if (size < 0x100) return not_der("length is not minimal");
    return size;
  }
  if (first == 0x80) return not_der("indefinite length");
  return Error{Errc::too_large, "DER: element of more than 65535 bytes"};
}

Result<Element> DerReader::any() {
  Reader in{rest_};
  const std::uint8_t tag = TRY(in.u8());
  if ((tag & long_tag) == long_tag) return not_der("tag number above 30");
  const std::size_t size = TRY(length(in));
  const Bytes content = TRY(in.take(size));
  const Element out{tag, content, rest_.first(rest_.size() - in.size())};
  rest_ = rest_.subspan(out.whole.size());
  return out;
}

Result<Element> DerReader::expect(std::uint8_t tag) {
  if (rest_.empty()) return not_der("ends too early");
  if (rest_[0] != tag) return not_der("tag " + hex(rest_.first(1)) + " where " + hex(Bytes{&tag, 1}) + " belongs");
  return any();
}

Result<DerReader> DerReader::enter(std::uint8_t tag) {
  ENSURE((tag & constructed) != 0);
  if (depth_ + 1 > depth_max) return Error{Errc::too_large, "DER: nested too deep"};
  return DerReader{TRY(expect(tag)).content, depth_ + 1};
}

Result<DerReader> DerReader::enter_string(std::uint8_t tag) {
  if (depth_ + 1 > depth_max) return Error{Errc::too_large, "DER: nested too deep"};
  if (tag == bit_string) return DerReader{TRY(whole_bits()), depth_ + 1};
  return DerReader{TRY(expect(tag)).content, depth_ + 1};
}

Result<Bytes> DerReader::non_negative() {
  const Bytes number = TRY(expect(integer)).content;
  if (number.empty()) return not_der("INTEGER is empty");
  if ((number[0] & 0x80) != 0) return not_der("INTEGER is negative");
  if (number[0] != 0 || number.size() == 1) return number;
  if ((number[1] & 0x80) == 0) return not_der("INTEGER is not minimal");
  return number.subspan(1);
}

Result<std::uint32_t> DerReader::small_number(std::uint32_t at_most) {
  const Bytes number = TRY(non_negative());
  std::uint64_t value = 0;
  if (number.size() > 4) return Error{Errc::too_large, "DER: INTEGER is too large"};
  for (const std::uint8_t byte : number) value = value << 8 | byte;
  if (value > at_most) return Error{Errc::too_large, "DER: INTEGER is too large"};
  return static_cast<std::uint32_t>(value);
}

Result<bool> DerReader::truth() {
  const Bytes value = TRY(expect(boolean)).content;
  if (value.size() != 1 || (value[0] != 0 && value[0] != 0xff)) return not_der("BOOLEAN is neither 00 nor FF");
  return value[0] != 0;
}

Result<Bytes> DerReader::whole_bits() {
  const Bytes bits = TRY(expect(bit_string)).content;
  if (bits.empty() || bits[0] != 0) return not_der("BIT STRING is not of whole bytes");
  return bits.subspan(1);
}

Result<std::uint16_t> DerReader::named_bits() {
  const Bytes bits = TRY(expect(bit_string)).content;
  if (bits.size() < 2 || bits.size() > 3 || bits[0] > 7) return not_der("BIT STRING has a wrong size");
  const std::uint8_t last = bits[bits.size() - 1];
  const unsigned unused = bits[0];
  if ((last & ((1u << unused) - 1)) != 0) return not_der("BIT STRING has stray last bits");
  if ((last >> unused & 1) == 0) return not_der("BIT STRING has trailing zero bits");
  return static_cast<std::uint16_t>(bits[1] << 8 | (bits.size() == 3 ? bits[2] : 0));
}

Status DerReader::end() const {
  if (!rest_.empty()) return not_der("has bytes left over");
  return {};
}

Buffer element(std::uint8_t tag, std::initializer_list<Bytes> parts) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  ENSURE(size <= bytes_max);
  Buffer out;
  out.reserve(size + 4);
  Writer w{out};
  w.u8(tag);
  if (size >= 0x100)
    w.u8(0x82).u16_be(static_cast<std::uint16_t>(size));
  else if (size >= 0x80)
    w.u8(0x81).u8(static_cast<std::uint8_t>(size));
  else
    w.u8(static_cast<std::uint8_t>(size));
  for (const Bytes part : parts) w.bytes(part);
  return out;
}

Buffer non_negative(Bytes number) {
  ENSURE(!number.empty());
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const Buffer sign((number[0] & 0x80) != 0 ? 1 : 0);
  return element(integer, {sign, number});
}

Buffer whole_bits(Bytes bytes) {
  const std::uint8_t unused = 0;
  return element(bit_string, {Bytes{&unused, 1}, bytes});
}

Buffer named_bits(std::uint16_t bits) {
  ENSURE(bits != 0);
  const int zeros = std::countr_zero(bits);
  const Buffer content{static_cast<std::uint8_t>(zeros % 8), static_cast<std::uint8_t>(bits >> 8),
                       static_cast<std::uint8_t>(bits)};
  return element(bit_string, Bytes{content}.first(zeros >= 8 ? 2 : 3));
}

Buffer truth(bool value) {
  const std::uint8_t byte = value ? 0xff : 0;
  return element(boolean, Bytes{&byte, 1});
}

}  // namespace signet::identity::der
