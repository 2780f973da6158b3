// der.h -- the part of DER (X.690) that X.509 needs, read strictly and written minimally. Pure.
//
//   element := tag:u8 length content      tag numbers below 31; definite, minimal lengths; no bytes left over
#pragma once

#include "base/bytes.h"

#include <initializer_list>

namespace signet::identity::der {

inline constexpr std::size_t bytes_max = 65535;  // of one content: a length never has more than two octets
inline constexpr unsigned depth_max = 12;        // nesting; a certificate of ours has 8

inline constexpr std::uint8_t boolean = 0x01;
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t oid = 0x06;
inline constexpr std::uint8_t utf8_string = 0x0c;
inline constexpr std::uint8_t printable_string = 0x13;
inline constexpr std::uint8_t ia5_string = 0x16;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
// Context-specific [n]: constructed (explicit, or implicit of something constructed) and primitive.
constexpr std::uint8_t context(unsigned n) { return static_cast<std::uint8_t>(0xa0 | n); }
constexpr std::uint8_t context_primitive(unsigned n) { return static_cast<std::uint8_t>(0x80 | n); }

struct Element {
  std::uint8_t tag;
  Bytes content;
  Bytes whole;  // tag and length too
};

// A cursor over the content of one constructed element.
class DerReader {
 public:
  explicit DerReader(Bytes bytes, unsigned depth = 0) : rest_(bytes), depth_(depth) {}

  Result<Element> any();
  Result<Element> expect(std::uint8_t tag);
  bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }
  Result<DerReader> enter(std::uint8_t tag);  // the inside of a constructed element
  // Through a string that holds DER: OCTET STRING, or BIT STRING without unused bits.
  Result<DerReader> enter_string(std::uint8_t tag);

  Result<Bytes> non_negative();  // INTEGER >= 0, without its sign byte, minimal
  Result<std::uint32_t> small_number(std::uint32_t at_most);
  Result<bool> truth();                // BOOLEAN, 00 or FF
  Result<Bytes> whole_bits();          // BIT STRING of whole bytes
  Result<std::uint16_t> named_bits();  // BIT STRING with named bits (X.690 11.2.2), bit 0 = 0x8000

  bool empty() const { return rest_.empty(); }
  Status end() const;

 private:
  Result<std::size_t> length(Reader& in) const;
  Bytes rest_;
  unsigned depth_;
};

// A constructed or primitive element around its parts, joined. REQUIRES: content fits bytes_max.
Buffer element(std::uint8_t tag, std::initializer_list<Bytes> parts);
inline Buffer element(std::uint8_t tag, Bytes content) { return element(tag, {content}); }
// Sets the sign byte as needed. REQUIRES: `number` is not empty.
Buffer non_negative(Bytes number);
Buffer whole_bits(Bytes bytes);
Buffer named_bits(std::uint16_t bits);
Buffer truth(bool value);

}  // namespace signet::identity::der
