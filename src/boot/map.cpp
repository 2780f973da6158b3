#include "boot/map.h"

namespace signet::boot {
namespace {

constexpr std::size_t place_count = bank_count + area_count * part_count;

std::array<Place, place_count> places_of(const Map& map) {
  std::array<Place, place_count> out;
  std::size_t count = 0;
  for (const Place& bank : map.journal) out[count++] = bank;
  for (const auto& area : map.areas) {
    for (const Place& place : area) out[count++] = place;
  }
  return out;
}

bool is_whole_sectors(const Place& place, std::uint32_t sector_bytes) {
  return place.bytes != 0 && place.at % sector_bytes == 0 && place.bytes % sector_bytes == 0 &&
         place.bytes <= UINT32_MAX - place.at;
}

bool overlap(const Place& a, const Place& b) { return a.at < b.at + b.bytes && b.at < a.at + a.bytes; }

}  // namespace

bool is_legal(const Map& map) {
  const std::uint32_t unit = map.program_bytes;
  if (map.sector_bytes == 0 || unit == 0 || unit > program_bytes_max || program_bytes_max % unit != 0) return false;
  if (map.sector_bytes % program_bytes_max != 0) return false;
  const auto places = places_of(map);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!is_whole_sectors(places[i], map.sector_bytes)) return false;
    for (std::size_t other = 0; other < i; ++other) {
      if (overlap(places[i], places[other])) return false;
    }
  }
  for (const Place& bank : map.journal) {
    if (bank.bytes < journal_slots * journal_slot_bytes) return false;
  }
  for (const auto& area : map.areas) {
    for (std::size_t part = 0; part < part_count; ++part) {
      if (area[part].bytes != map.areas[0][part].bytes) return false;
    }
  }
  return true;
}

Map make_map(std::uint32_t sector_bytes, std::uint32_t program_bytes, std::uint32_t os_bytes,
             std::uint32_t application_bytes) {
  const auto whole = [sector_bytes](std::uint32_t bytes) {
    return (bytes + sector_bytes - 1) / sector_bytes * sector_bytes;
  };
  Map map{.sector_bytes = sector_bytes, .program_bytes = program_bytes, .journal = {}, .areas = {}};
  std::uint32_t at = 0;
  const auto next = [&](std::uint32_t bytes) {
    const Place place{at, whole(bytes)};
    at += place.bytes;
    return place;
  };
  for (Place& bank : map.journal) bank = next(journal_slots * journal_slot_bytes);
  for (auto& area : map.areas) area = {next(os_bytes), next(application_bytes)};
  return map;
}

std::uint32_t flash_bytes(const Map& map) {
  std::uint32_t end = 0;
  for (const Place& place : places_of(map)) {
    if (place.at + place.bytes > end) end = place.at + place.bytes;
  }
  return end;
}

}  // namespace signet::boot
