// preset.h -- chips as they are sold: blank, or configured and locked by their maker.
//
//   trustflex  0x36, both zones locked, keys in slots 0 to 4, IO protection key and certificates still to come
//   tngtls     0x35, the same with a configuration that nobody means to change, and an EUI-48 in slot 5
//
// Slot numbers and part codes are those of the public datasheets; the bits of each slot are our own table, and the
// certificate slots are empty: no maker's CA has signed these keys. docs/formats/element-state.md
#pragma once

#include "element/emulator/memory.h"

namespace signet::element::emulator {

enum class Preset : std::uint8_t { blank, trustflex, tngtls };

// malformed, naming the three, for another word.
Result<Preset> preset_of(std::string_view name);
Memory make_preset(Preset preset, crypto::Random& random);

}  // namespace signet::element::emulator
