#include "identity/names.h"

#include "identity/malformed.h"

#include <cstdio>

namespace signet::identity {
namespace {

bool is_printable_string(Bytes text) {
  constexpr std::string_view others = " '()+,-./:=?";  // X.680 41.4
  return std::all_of(text.begin(), text.end(), [&](std::uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           others.find(static_cast<char>(c)) != others.npos;
  });
}

Result<std::string> expect_text(der::DerReader& in) {
  const der::Element value = TRY(in.any());
  const std::string text{text_of(value.content)};
  if (value.tag == der::printable_string && !is_printable_string(value.content)) {
    return malformed("name: PrintableString with another character");
  }
  if (value.tag != der::utf8_string && value.tag != der::printable_string && value.tag != der::ia5_string) {
    return malformed("name: neither UTF8String nor PrintableString");
  }
  if (text.size() > name_value_bytes_max) return Error{Errc::too_large, "name: more than 255 bytes"};
  if (!is_name_text(text, name_value_bytes_max)) return malformed("name: empty, not UTF-8, or with control characters");
  return text;
}

Result<int> digits(Reader& in, std::size_t count) {
  int value = 0;
  for (const std::uint8_t c : TRY(in.take(count))) {
    if (c < '0' || c > '9') return malformed("time: not a digit");
    value = value * 10 + (c - '0');
  }
  return value;
}

Result<Timestamp> parse_time(Bytes text, bool generalized) {
  using namespace std::chrono;
  Reader in{text};
  int y = TRY(digits(in, generalized ? 4 : 2));
  if (!generalized) y += y >= 50 ? 1900 : 2000;  // RFC 5280 4.1.2.5.1
  const int mo = TRY(digits(in, 2));
  const int d = TRY(digits(in, 2));
  const int h = TRY(digits(in, 2));
  const int mi = TRY(digits(in, 2));
  const int s = TRY(digits(in, 2));
  if (TRY(in.u8()) != 'Z' || !in.empty()) return malformed("time: not of the form YYMMDDHHMMSSZ in UTC");
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 59) return malformed("time: no such date or time of day");
  return Timestamp{sys_days{date}.time_since_epoch() + hours{h} + minutes{mi} + seconds{s}};
}

Buffer attribute(Bytes type, std::string_view text) {
  if (text.empty()) return {};
  return der::element(der::set, der::element(der::sequence, {der::element(der::oid, type),
                                                             der::element(der::utf8_string, bytes_of(text))}));
}

}  // namespace

bool is_name_text(std::string_view text, std::size_t bytes_max) {
  const auto control = [](char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; };
  return !text.empty() && text.size() <= bytes_max && is_utf8(text) && std::none_of(text.begin(), text.end(), control);
}

Result<Name> expect_name(der::DerReader& in) {
  der::DerReader peek = in;
  Name out;
  out.der = copy_of(TRY(peek.expect(der::sequence)).whole);
  der::DerReader rdns = TRY(in.enter(der::sequence));
  for (std::size_t count = 0; !rdns.empty(); ++count) {
    if (count == name_attributes_max) return Error{Errc::too_large, "name: more than 8 attributes"};
    der::DerReader rdn = TRY(rdns.enter(der::set));
    der::DerReader pair = TRY(rdn.enter(der::sequence));
    if (!rdn.empty()) return malformed("name: two attributes in one RDN");
    const Bytes type = TRY(pair.expect(der::oid)).content;
    std::string* const slot = same(type, oids::common_name)           ? &out.common_name
                              : same(type, oids::organization)        ? &out.organization
                              : same(type, oids::organizational_unit) ? &out.unit
                                                                      : nullptr;
    if (slot && !slot->empty()) return malformed("name: an attribute stands there twice");
    std::string text = TRY(expect_text(pair));
    TRY(pair.end());
    if (slot) *slot = std::move(text);
  }
  return out;
}

Buffer encode_name(std::string_view organization, std::string_view organizational_unit, std::string_view common_name) {
  return der::element(der::sequence, {attribute(oids::organization, organization),
                                      attribute(oids::organizational_unit, organizational_unit),
                                      attribute(oids::common_name, common_name)});
}

Result<Timestamp> expect_time(der::DerReader& in) {
  const der::Element value = TRY(in.any());
  if (value.tag == der::utc_time) return parse_time(value.content, false);
  if (value.tag == der::generalized_time) return parse_time(value.content, true);
  return malformed("time: neither UTCTime nor GeneralizedTime");
}

Buffer encode_time(Timestamp at, TimeForm form) {
  using namespace std::chrono;
  const auto midnight = floor<days>(at);
  const year_month_day date{midnight};
  const hh_mm_ss time{floor<seconds>(at - midnight)};
  const int y = static_cast<int>(date.year());
  ENSURE(y >= 1970 && y <= 9999);
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02dZ", y, static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  if (form == TimeForm::by_year && y < 2050) return der::element(der::utc_time, bytes_of(text).subspan(2));
  return der::element(der::generalized_time, bytes_of(text));
}

Result<crypto::PublicKey> expect_public_key(der::DerReader& in) {
  der::DerReader info = TRY(in.enter(der::sequence));
  der::DerReader algorithm = TRY(info.enter(der::sequence));
  if (!same(TRY(algorithm.expect(der::oid)).content, oids::ec_public_key)) return malformed("key: not an EC key");
  if (!same(TRY(algorithm.expect(der::oid)).content, oids::prime256v1)) return malformed("key: not on P-256");
  TRY(algorithm.end());
  const Bytes point = TRY(info.whole_bits());
  TRY(info.end());
  crypto::PublicKey key;
  if (point.size() != key.size() + 1 || point[0] != 4) return malformed("key: not an uncompressed point");
  std::copy(point.begin() + 1, point.end(), key.begin());
  if (!crypto::is_public_key(key)) return malformed("key: the point is not on the curve");
  return key;
}

Buffer encode_public_key(const crypto::PublicKey& key) {
  Buffer point{4};
  point.insert(point.end(), key.begin(), key.end());
  const Buffer algorithm = der::element(
      der::sequence, {der::element(der::oid, oids::ec_public_key), der::element(der::oid, oids::prime256v1)});
  return der::element(der::sequence, {algorithm, der::whole_bits(point)});
}

Status expect_ecdsa_with_sha256(der::DerReader& in) {
  der::DerReader algorithm = TRY(in.enter(der::sequence));
  if (!same(TRY(algorithm.expect(der::oid)).content, oids::ecdsa_with_sha256)) {
    return malformed("signature: not ecdsa-with-SHA256");
  }
  return algorithm.end();
}

Buffer encode_ecdsa_with_sha256() {
  return der::element(der::sequence, der::element(der::oid, oids::ecdsa_with_sha256));
}

Result<crypto::Signature> expect_signature(der::DerReader& in) { return crypto::decode_der(TRY(in.whole_bits())); }

Buffer encode_signature(const crypto::Signature& signature) { return der::whole_bits(crypto::encode_der(signature)); }

Block<20> key_id_of(const crypto::PublicKey& key) {
  Buffer point{4};
  point.insert(point.end(), key.begin(), key.end());
  return crypto::sha1(point);
}

}  // namespace signet::identity
