#include "element/emulator/chip.h"

#include "element/emulator/commands.h"

namespace signet::element::emulator {
namespace {

struct Row {
  Opcode opcode;
  Answer (*handler)(Chip&, const Command&);
};

// clang-format off: one command a line
constexpr Row table[] = {
    {Opcode::check_mac, check_mac},
    {Opcode::counter, counter},
    {Opcode::derive_key, derive_key},
    {Opcode::ecdh, ecdh},
    {Opcode::gen_dig, gen_dig},
    {Opcode::gen_key, gen_key},
    {Opcode::info, info},
    {Opcode::kdf, kdf},
    {Opcode::lock, lock},
    {Opcode::mac, mac},
    {Opcode::nonce, nonce},
    {Opcode::priv_write, priv_write},
    {Opcode::random, random},
    {Opcode::read, read},
    {Opcode::secure_boot, secure_boot},
    {Opcode::sha, sha},
    {Opcode::sign, sign},
    {Opcode::update_extra, update_extra},
    {Opcode::verify, verify},
    {Opcode::write, write},
};
// clang-format on

Answer dispatch(Chip& chip, Bytes packet) {
  const auto command = decode_command(packet);
  if (!command) return ChipStatus::communication_error;
  for (const Row& row : table) {
    if (row.opcode == Opcode{command.value().opcode}) return row.handler(chip, command.value());
  }
  return ChipStatus::parse_error;
}

// A miscompare is an answer, not an error: what the command used up stays used.
bool is_error(const Answer& answer) {
  const ChipStatus* status = std::get_if<ChipStatus>(&answer);
  return status && *status != ChipStatus::ok && *status != ChipStatus::miscompare;
}

}  // namespace

std::optional<Bytes> TempKey::part(std::size_t offset, std::size_t size) const {
  ENSURE(offset + size <= bytes.size());
  const bool first = offset < 32;
  const bool second = offset + size > 32;
  if (no_mac || (first && (!valid || is_private_key)) || (second && !has_upper_half)) return std::nullopt;
  return Bytes{bytes}.subspan(offset, size);
}

Volatile::~Volatile() {
  crypto::wipe(temp_key.bytes);
  crypto::wipe(digest_buffer.bytes);
  crypto::wipe(alternate_key);
}

void Chip::fill_random(std::span<std::uint8_t> out) {
  if (is_config_locked(memory.config)) {
    ram.random_seeded = true;
    return random_.fill(out);
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i % 4 < 2 ? 0xff : 0x00;
}

Buffer Chip::execute(Bytes command_packet) {
  const Memory memory_before = memory;
  const Volatile ram_before = ram;
  mac_refused_ = false;
  const Answer answer = dispatch(*this, command_packet);
  if (is_error(answer)) {
    memory = memory_before;
    ram = ram_before;
    if (mac_refused_) ram.temp_key = {};
  }
  if (const ChipStatus* status = std::get_if<ChipStatus>(&answer)) {
    return encode_response(Block<1>{static_cast<std::uint8_t>(*status)});
  }
  return encode_response(std::get<Buffer>(answer));
}

}  // namespace signet::element::emulator
