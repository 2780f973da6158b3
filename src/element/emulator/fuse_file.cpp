#include "element/emulator/fuse_file.h"

namespace signet::element::emulator {
namespace {

constexpr std::string_view magic = "SGNTFUSE";
constexpr std::size_t digest_bytes = 32;
constexpr unsigned private_mode = 0600;

}  // namespace

Fuses fuses_of(const SavedChip& chip) {
  const ConfigZone& config = chip.memory.config;
  return {.serial = serial_of(config),
          .generation = chip.generation,
          .counters = {counter_of(config, 0), counter_of(config, 1)}};
}

Buffer encode_fuses(const Fuses& fuses) {
  Buffer out;
  Writer w{out};
  w.text(magic).u32_be(fuse_version).bytes(fuses.serial).u64_be(fuses.generation);
  for (const std::uint32_t counter : fuses.counters) w.u32_be(counter);
  w.bytes(crypto::sha256(out));
  return out;
}

Result<Fuses> decode_fuses(Bytes file) {
  Reader in{file};
  if (text_of(TRY(in.take(std::min(magic.size(), file.size())))) != magic) {
    return Error{Errc::corrupt, "this is no fuse file"};
  }
  const auto version = in.u32_be();
  if (version && version.value() > fuse_version) {
    return Error{Errc::conflict, "fuse file version " + std::to_string(version.value()) +
                                     "; this program knows up to " + std::to_string(fuse_version) +
                                     ": use a newer signet-element"};
  }
  if (!version || version.value() == 0 || file.size() != fuse_file_bytes ||
      !std::ranges::equal(crypto::sha256(file.first(fuse_file_bytes - digest_bytes)), file.last(digest_bytes))) {
    return Error{Errc::corrupt, "the fuse file is damaged: put back a copy"};
  }
  Fuses fuses;
  fuses.serial = TRY(in.block<serial_bytes>());
  fuses.generation = TRY(in.u64_be());
  for (std::uint32_t& counter : fuses.counters) counter = TRY(in.u32_be());
  return fuses;
}

Status check_against(const Fuses& fuses, const SavedChip& chip) {
  const Fuses found = fuses_of(chip);
  const auto refuse = [](const std::string& what) { return Error{Errc::forbidden, what}; };
  if (found.serial != fuses.serial) {
    return refuse("this is chip " + hex(found.serial) + ", and the fuses belong to chip " + hex(fuses.serial) +
                  ": give each chip a fuse file of its own");
  }
  for (unsigned id = 0; id < counter_count; ++id) {
    if (found.counters[id] < fuses.counters[id]) {
      return refuse("counter " + std::to_string(id) + " stands at " + std::to_string(found.counters[id]) +
                    ", and the fuses have seen " + std::to_string(fuses.counters[id]) +
                    ": this is an old copy; put the newest state file back");
    }
  }
  if (found.generation < fuses.generation) {
    return refuse("this is generation " + std::to_string(found.generation) +
                  " of the chip, and the fuses have seen generation " + std::to_string(fuses.generation) +
                  ": it is an old copy; put the newest state file back");
  }
  return {};
}

Result<FuseFile> FuseFile::open(const std::string& path) {
  auto lock = lock_file(path + ".lock");
  if (!lock && lock.error().code == Errc::conflict) {
    return Error{Errc::conflict, path + ": another process works with these fuses"};
  }
  Fd held = TRY(std::move(lock));
  return FuseFile{path, std::move(held)};
}

Result<Fuses> FuseFile::load() const {
  auto file = read_file(path_, fuse_file_bytes);
  if (!file && file.error().code == Errc::too_large) return Error{Errc::corrupt, path_ + ": this is no fuse file"};
  auto fuses = decode_fuses(TRY(std::move(file)));
  if (!fuses) return std::move(fuses).error().within(path_);
  return fuses;
}

Status FuseFile::store(const Fuses& fuses) const { return write_file_atomic(path_, encode_fuses(fuses), private_mode); }

}  // namespace signet::element::emulator
