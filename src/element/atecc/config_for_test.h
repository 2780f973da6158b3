// config_for_test.h -- the configuration zone, written by hand.
#pragma once

#include "element/wire/zones.h"

namespace signet::element {

inline void put(ConfigZone& config, std::size_t offset, unsigned bits) {
  config[offset] = static_cast<std::uint8_t>(bits);
  config[offset + 1] = static_cast<std::uint8_t>(bits >> 8);
}

}  // namespace signet::element
