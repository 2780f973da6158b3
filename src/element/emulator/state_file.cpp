#include "element/emulator/state_file.h"

namespace signet::element::emulator {
namespace {

constexpr std::string_view magic = "SGNTCHIP";
constexpr unsigned private_mode = 0600;

}  // namespace

Buffer encode_state(const Memory& memory) {
  Buffer out;
  out.reserve(state_file_bytes);
  Writer w{out};
  w.text(magic).u32_be(state_version).bytes(memory.config).bytes(memory.data.otp).bytes(memory.data.data);
  w.bytes(crypto::sha256(out));
  return out;
}

Result<Memory> decode_state(Bytes file) {
  Reader in{file};
  if (text_of(TRY(in.take(std::min(magic.size(), file.size())))) != magic) {
    return Error{Errc::corrupt, "this is no chip file"};
  }
  const auto version = in.u32_be();
  if (version && version.value() > state_version) {
    return Error{Errc::conflict, "chip file version " + std::to_string(version.value()) +
                                     "; this program knows up to " + std::to_string(state_version) +
                                     ": use a newer signet-element"};
  }
  constexpr std::size_t body = state_file_bytes - 32;
  if (file.size() != state_file_bytes || !version || version.value() == 0 ||
      !std::ranges::equal(crypto::sha256(file.first(body)), file.subspan(body))) {
    return Error{Errc::corrupt,
                 "the chip file is damaged: put back a copy, or move it away to start with a blank chip"};
  }
  Memory memory;
  memory.config = TRY(in.block<config_bytes>());
  memory.data.otp = TRY(in.block<otp_bytes>());
  memory.data.data = TRY(in.block<data_bytes>());
  return memory;
}

Result<StateFile> StateFile::open(const std::string& path) {
  auto lock = lock_file(path + ".lock");
  if (!lock && lock.error().code == Errc::conflict) {
    return Error{Errc::conflict, path + ": another process works with this chip"};
  }
  Fd held = TRY(std::move(lock));
  return StateFile{path, std::move(held)};
}

Result<Memory> StateFile::load() const {
  auto file = read_file(path_, state_file_bytes);
  if (!file && file.error().code == Errc::too_large) {
    return Error{Errc::corrupt, path_ + ": longer than a chip file: this is no chip file, or it is damaged"};
  }
  Buffer bytes = TRY(std::move(file));
  auto memory = decode_state(bytes);
  crypto::wipe(bytes);
  if (!memory) return std::move(memory).error().within(path_);
  return memory;
}

Status StateFile::store(const Memory& memory) const {
  Buffer bytes = encode_state(memory);
  const Status stored = write_file_atomic(path_, bytes, private_mode);
  crypto::wipe(bytes);
  return stored;
}

}  // namespace signet::element::emulator
