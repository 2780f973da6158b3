// map.h -- where things are in the flash.
//   WORK, PARK, SCRATCH: an OS and an application each; what runs, what came or went, and room to exchange them.
//   Two banks of the journal, so that one holds the newest entry while the other is erased.
#pragma once

#include "boot/ports.h"

namespace signet::boot {

enum class Area : std::uint8_t { work = 0, park = 1, scratch = 2 };
inline constexpr std::size_t area_count = 3;
inline constexpr std::size_t bank_count = 2;
inline constexpr std::uint32_t journal_slots = 15;  // a bank
inline constexpr std::uint32_t journal_slot_bytes = 128;
inline constexpr std::uint32_t program_bytes_max = 128;  // what a flash programs at once, at the least

struct Place {
  std::uint32_t at = 0;
  std::uint32_t bytes = 0;
};

struct Map {
  std::uint32_t sector_bytes = 4096;
  std::uint32_t program_bytes = 1;  // program() gets multiples of it, so aligned
  std::array<Place, bank_count> journal{};
  std::array<std::array<Place, part_count>, area_count> areas{};

  const Place& place(Area area, Part part) const {
    return areas[static_cast<std::size_t>(area)][static_cast<std::size_t>(part)];
  }
};

// Whole sectors, none of them in two places; parts as large in each area; banks large enough.
bool is_legal(const Map& map);

// All this from 0 on: banks, WORK, PARK, SCRATCH.
Map make_map(std::uint32_t sector_bytes, std::uint32_t program_bytes, std::uint32_t os_bytes,
             std::uint32_t application_bytes);
// Up to where it needs the flash.
std::uint32_t flash_bytes(const Map& map);

}  // namespace signet::boot
