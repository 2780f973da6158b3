// template.h -- what a certificate of the manufacturer's profiles says, given only names, keys and a packed date.
//
// One maker serves both issuing and rebuilding: so what an element keeps in 72 bytes rebuilds to the very bytes that
// were signed. The names are values, not offsets: Microchip's own certificates come out as well as ours.
#pragma once

#include "identity/draft.h"

namespace signet::identity {

inline constexpr unsigned root_years = 40;
inline constexpr unsigned signer_years = 31;
inline constexpr unsigned device_years = 28;

// Beginning and term as the compressed format packs them (format version 0, or 1 with the longer years).
struct PackedDates {
  Block<3> bytes;            // year-2000:5 month:4 day:5 hour:5 years:5
  std::uint8_t version = 0;  // 0: years 2000 to 2031, terms to 31; 1: seven bits of each
  std::uint8_t more = 0;     // byte 71: two more bits of year, two of the term
};
struct Term {
  Timestamp not_before;
  Timestamp not_after;  // no_expiry when `years` is 0
};
// malformed when `not_before` is not a full hour of 2000 to 2127.
Result<PackedDates> pack_dates(Timestamp not_before, unsigned years);
Result<Term> unpack_dates(const PackedDates& dates);
// The years between, when it is a whole number of them (0 for no_expiry).
Result<unsigned> years_between(Timestamp not_before, Timestamp not_after);
// Same day and time in a later year; 29 February becomes the 28th where that year has none.
Timestamp add_years(Timestamp at, unsigned years);
Timestamp hour_of(Timestamp at);

// Serial number source A: 16 bytes of SHA-256(X || Y || dates), top bits 01.
Buffer serial_of(const crypto::PublicKey& key, const PackedDates& dates);

// What a certificate says of its issuer.
struct Issuer {
  Buffer name;
  std::string common_name;
  std::string organization;
  Block<20> key_id;
};
Result<Issuer> issuer_for(const Certificate& issuing);  // `issuing` is the CA
Result<Issuer> issuer_named_in(const Certificate& issued);

// "... Signer F600" -> 0xF600.
Result<std::uint16_t> signer_id_of(std::string_view common_name);
// "X Root CA", or "X Root CA 002", and F600 -> "X Signer F600".
Result<std::string> signer_common_name(std::string_view root_common_name, std::uint16_t signer_id);

// Template ids of the compressed format.
inline constexpr std::uint8_t template_signer = 1;
inline constexpr std::uint8_t template_atecc = 2;  // CN "0123F1822C38DD7A01 ATECC", old Trust&GO
inline constexpr std::uint8_t template_sn = 4;     // CN "sn0123F1822C38DD7A01", no alternative name: ours and TrustFLEX
// Which of the two a device's CN is; malformed when neither.
Result<std::uint8_t> device_template_of(std::string_view common_name);
// The 18 hex digits in a device's CN, in lower case; malformed when it is of neither form.
Result<std::string> unique_id_of(std::string_view common_name);

Result<Draft> root_draft(const crypto::PublicKey& key, std::string_view organization, const PackedDates& dates);
Result<Draft> signer_draft(const crypto::PublicKey& key, std::uint16_t signer_id, const Issuer& root,
                           const PackedDates& dates);
Result<Draft> device_draft(const crypto::PublicKey& key, std::string_view common_name, const Issuer& signer,
                           const PackedDates& dates);

}  // namespace signet::identity
