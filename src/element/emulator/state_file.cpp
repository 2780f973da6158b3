#include "element/emulator/state_file.h"

namespace signet::element::emulator {
namespace {

constexpr std::string_view magic = "SGNTCHIP";
constexpr std::size_t generation_bytes = 8;
constexpr std::size_t digest_bytes = 32;
constexpr unsigned private_mode = 0600;

}  // namespace

Buffer encode_state(const SavedChip& chip) {
  const Memory& memory = chip.memory;
  Buffer out;
  out.reserve(state_file_bytes);
  Writer w{out};
  w.text(magic).u32_be(state_version).u64_be(chip.generation);
  w.bytes(memory.config).bytes(memory.data.otp).bytes(memory.data.data);
  w.bytes(crypto::sha256(out));
  return out;
}

Result<SavedChip> decode_state(Bytes file) {
  Reader in{file};
  if (text_of(TRY(in.take(std::min(magic.size(), file.size())))) != magic) {
    return Error{Errc::corrupt, "this is no chip file"};
  }
  const auto stated = in.u32_be();
  const std::uint32_t version = stated ? stated.value() : 0;
  if (version > state_version) {
    return Error{Errc::conflict, "chip file version " + std::to_string(version) + "; this program knows up to " +
                                     std::to_string(state_version) + ": use a newer signet-element"};
  }
  const std::size_t size = version == 1 ? state_file_bytes - generation_bytes : state_file_bytes;
  if (version == 0 || file.size() != size ||
      !std::ranges::equal(crypto::sha256(file.first(size - digest_bytes)), file.last(digest_bytes))) {
    return Error{Errc::corrupt,
                 "the chip file is damaged: put back a copy, or move it away to start with a blank chip"};
  }
  SavedChip chip;
  if (version > 1) chip.generation = TRY(in.u64_be());
  chip.memory.config = TRY(in.block<config_bytes>());
  chip.memory.data.otp = TRY(in.block<otp_bytes>());
  chip.memory.data.data = TRY(in.block<data_bytes>());
  return chip;
}

Result<StateFile> StateFile::open(const std::string& path) {
  auto lock = lock_file(path + ".lock");
  if (!lock && lock.error().code == Errc::conflict) {
    return Error{Errc::conflict, path + ": another process works with this chip"};
  }
  Fd held = TRY(std::move(lock));
  return StateFile{path, std::move(held)};
}

Result<SavedChip> StateFile::load() const {
  auto file = read_file(path_, state_file_bytes);
  if (!file && file.error().code == Errc::too_large) {
    return Error{Errc::corrupt, path_ + ": longer than a chip file: this is no chip file, or it is damaged"};
  }
  Buffer bytes = TRY(std::move(file));
  auto chip = decode_state(bytes);
  crypto::wipe(bytes);
  if (!chip) return std::move(chip).error().within(path_);
  return chip;
}

Status StateFile::store(const SavedChip& chip) const {
  Buffer bytes = encode_state(chip);
  const Status stored = write_file_atomic(path_, bytes, private_mode);
  crypto::wipe(bytes);
  return stored;
}

}  // namespace signet::element::emulator
