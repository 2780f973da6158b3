// describe.h -- every bit of a configuration zone in words; the one table that `show` and `plan` share.
//
//   for (const Described& part : describe(config)) ...      registers first, then slots 0 .. 15
#pragma once

#include "element/wire/config.h"

#include <vector>

namespace signet::element {

struct BitField {
  std::string name;  // "IsSecret"
  unsigned value;
  std::string words;  // "never readable in clear"
};

struct Described {
  std::string title;  // "ChipMode", "slot 0"
  std::size_t byte;   // where it stands in the zone
  std::string bits;   // as configured, hex: "0x01"; of a slot "0x0081 0x0013"
  std::vector<BitField> fields;
};

std::vector<Described> describe_registers(const ConfigZone& config);  // all that is not a slot's
Described describe_slot(const ConfigZone& config, unsigned slot);
std::vector<Described> describe(const ConfigZone& config);

// One line: "private P-256 key, signs digests, never replaced, needs an authorisation with slot 5".
std::string summary_of_slot(const ConfigZone& config, unsigned slot);
std::string words_of_key_type(unsigned key_type);  // "P-256"

namespace at {
inline constexpr std::size_t x509_format = 92;
}  // namespace at

}  // namespace signet::element
