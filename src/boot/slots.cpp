#include "boot/slots.h"

namespace signet::boot {
namespace {

using image::Fault;
using image::Layout;

constexpr std::uint32_t chunk_bytes = 512;
static_assert(chunk_bytes % program_bytes_max == 0);
constexpr Area areas_in_order[] = {Area::work, Area::park, Area::scratch};

class PlaceSource final : public image::Source {
 public:
  PlaceSource(Flash& flash, const Place& place) : flash_(flash), place_(place) {}
  bool read(std::uint32_t at, std::span<std::uint8_t> out) override {
    if (at > place_.bytes || out.size() > place_.bytes - at) return false;
    return flash_.read(place_.at + at, out);
  }

 private:
  Flash& flash_;
  const Place& place_;
};

}  // namespace

Fault Slots::judge(Area area, Part part, Layout& layout) {
  const Place& place = board_.map.place(area, part);
  PlaceSource source{board_.flash, place};
  if (const Fault fault = image::read_layout(source, place.bytes, layout); fault != Fault::none) return fault;
  std::uint32_t counter = 0;
  if (!board_.counters.read(part, counter)) return Fault::unreadable;
  const Fault fault = image::check_board(layout, part, {board_.name, counter});
  if (fault != Fault::none) return fault;
  if (layout.security_counter - counter > security_counter_step_max) return Fault::too_large;
  return image::check_signed(source, layout, board_.crypto, board_.keys.accepted());
}

Fault Slots::judge(const Pair& pair) {
  for (std::size_t part = 0; part < part_count; ++part) {
    const Fault fault = judge(pair[part], static_cast<Part>(part), judged_[part]);
    if (fault != Fault::none) return fault;
  }
  return image::check_together(judged_[0], judged_[1]);
}

bool Slots::find_pair(Pair& out) {
  for (const Area os : areas_in_order) {
    for (const Area application : areas_in_order) {
      out = {os, application};
      if (judge(out) == Fault::none) return true;
    }
  }
  return false;
}

bool Slots::identify(Area area, Part part, Id& out) {
  const Place& place = board_.map.place(area, part);
  PlaceSource source{board_.flash, place};
  Layout layout;
  if (image::read_layout(source, place.bytes, layout) != Fault::none) return false;
  std::array<std::uint8_t, chunk_bytes> chunk;
  board_.crypto.sha256_start();
  for (std::uint32_t at = 0; at < layout.image_bytes;) {
    const std::uint32_t rest = layout.image_bytes - at;
    const std::span<std::uint8_t> read{chunk.data(), rest < chunk_bytes ? rest : chunk_bytes};
    if (!source.read(at, read)) return false;
    board_.crypto.sha256_add(read);
    at += static_cast<std::uint32_t>(read.size());
  }
  const image::Hash digest = board_.crypto.sha256_end();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = digest[i];
  return true;
}

bool Slots::holds(Area area, Part part, const Id& id) {
  Id there{};
  return identify(area, part, there) && there == id;
}

bool Slots::program_all(const Place& from, const Place& to, std::uint32_t bytes) {
  std::array<std::uint8_t, chunk_bytes> chunk;
  const std::uint32_t unit = board_.map.program_bytes;
  for (std::uint32_t at = 0; at < bytes; at += chunk_bytes) {
    const std::uint32_t rest = (bytes - at + unit - 1) / unit * unit;  // a sector is a multiple of it
    const std::span<std::uint8_t> part{chunk.data(), rest < chunk_bytes ? rest : chunk_bytes};
    if (!board_.flash.read(from.at + at, part) || !board_.flash.program(to.at + at, part)) return false;
  }
  return true;
}

bool Slots::copy(Area from, Area to, Part part, const Id& id) {
  const Place &source = board_.map.place(from, part), &target = board_.map.place(to, part);
  PlaceSource reader{board_.flash, source};
  Layout layout;
  if (image::read_layout(reader, source.bytes, layout) != Fault::none) return false;
  for (std::uint32_t at = 0; at < target.bytes; at += board_.map.sector_bytes) {
    if (!board_.flash.erase(target.at + at)) return false;
  }
  return program_all(source, target, layout.image_bytes) && holds(to, part, id);
}

bool Slots::settle() {
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    std::uint32_t counter = 0;
    if (!board_.counters.read(part, counter)) return false;
    for (; counter < judged_[i].security_counter; ++counter) {
      if (!board_.counters.increment(part)) return false;
    }
  }
  return settle_keys(judged_[0], judged_[1]);
}

// No key is retired that WORK itself is signed by, or it would never start again.
bool Slots::settle_keys(const Layout& os, const Layout& application) {
  bool settled = true;
  const auto retires = [](const Layout& layout, const image::Hash& key) {
    return layout.has_retired && layout.retired == key;
  };
  for (const Layout* layout : {&os, &application}) {
    if (!layout->has_introduced) continue;
    const image::Hash name = image::hash_of_key(layout->introduced, board_.crypto);
    bool known = retires(os, name) || retires(application, name);
    for (const image::Key& key : board_.keys.accepted()) known = known || key == layout->introduced;
    if (!known) settled = board_.keys.introduce(layout->introduced) && settled;
  }
  for (std::size_t i = 0; i < board_.keys.accepted().size();) {
    const image::Key key = board_.keys.accepted()[i];
    const image::Hash name = image::hash_of_key(key, board_.crypto);
    const bool wanted = retires(os, name) || retires(application, name);
    const bool used = name == os.key_hash || name == application.key_hash;
    if (!wanted || used)
      ++i;
    else if (!board_.keys.retire(key))
      return false;
  }
  return settled;
}

}  // namespace signet::boot
