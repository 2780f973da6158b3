// Whatever stands in the journal, and wherever images are, a start ends, and what it lets run is signed.
#include "boot/scene_for_test.h"

namespace {

using namespace signet::boot;

struct World {
  Scene_for_test scene;
  CachedCrypto_for_test crypto;
  Memory_for_test factory = scene.factory();
};

// Bytes that say what a person who can write the flash would write there.
class Said {
 public:
  explicit Said(std::span<const std::uint8_t> data) : rest_(data) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t out = rest_.front();
    rest_ = rest_.subspan(1);
    return out;
  }
  bool is_done() const { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

Entry entry_of(Said& said, const Ids& old_ids, const Ids& new_ids) {
  Entry entry;
  entry.counter = said.byte();
  entry.status = static_cast<Status>(said.byte() % 4);
  entry.step = static_cast<Step>(said.byte() % 6);
  entry.part = static_cast<Part>(said.byte() % 2);
  entry.parts = said.byte() % 4;
  entry.cause = static_cast<Cause>(said.byte() % 3);
  entry.attempt = said.byte() % 3;
  entry.work_ids = said.byte() % 2 ? old_ids : new_ids;
  entry.park_ids = said.byte() % 2 ? old_ids : new_ids;
  return entry;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  static World world;
  Memory_for_test memory = world.factory;
  Said said{{data, size}};
  Parts_for_test parts{world.scene, memory, world.crypto};
  Slots slots{parts.board};
  const std::uint8_t where = said.byte();
  for (std::size_t part = 0; part < part_count; ++part) {
    if (where >> part & 1) world.scene.put(memory, Area::park, part, world.scene.new_images[part]);
    if (where >> (2 + part) & 1) world.scene.put(memory, Area::scratch, part, world.scene.old_images[part]);
  }
  Ids old_ids{}, new_ids{};
  for (std::size_t part = 0; part < part_count; ++part) {
    slots.identify(Area::work, static_cast<Part>(part), old_ids[part]);
    if (!slots.identify(Area::park, static_cast<Part>(part), new_ids[part])) new_ids[part] = old_ids[part];
    if (where >> (4 + part) & 1) memory.bytes[world.scene.map.place(Area::work, static_cast<Part>(part)).at + 40] ^= 1;
  }
  std::uint32_t at = world.scene.map.journal[0].at;
  for (std::uint8_t entries = said.byte() % 8; entries > 0; --entries, at += journal_slot_bytes) {
    const EntryBytes bytes = encode(entry_of(said, old_ids, new_ids), world.crypto);
    std::copy(bytes.begin(), bytes.end(), memory.bytes.begin() + at);
  }
  for (std::uint32_t i = 0; !said.is_done() && i < 2048; ++i)
    memory.bytes[world.scene.map.journal[1].at + i] = said.byte();
  Boot boot{parts.board};
  for (const Reset why : {Reset::power, Reset::watchdog, Reset::request}) {
    if (boot.start(why) == Outcome::nothing) continue;
    ENSURE(slots.judge(pair_in_work) == image::Fault::none);
  }
  ENSURE(parts.hardware.changes < 10'000);
  return 0;
}
