#include "element/emulator/chip.h"

#include "element/emulator/commands.h"
#include "element/emulator/selftest.h"

namespace signet::element::emulator {
namespace {

struct Row {
  Opcode opcode;
  Answer (*handler)(Chip&, const Command&);
};

// clang-format off: one command a line
constexpr Row table[] = {
    {Opcode::aes, aes},
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
    {Opcode::self_test, self_test},
    {Opcode::sha, sha},
    {Opcode::sign, sign},
    {Opcode::update_extra, update_extra},
    {Opcode::verify, verify},
    {Opcode::write, write},
};
// clang-format on

// What a chip still does after a self test failed [1.5].
bool works_after_failure(const Command& command) {
  const bool reads_config = command.opcode == static_cast<std::uint8_t>(Opcode::read) &&
                            static_cast<Zone>(command.param1 & zone_mask) == Zone::config;
  return reads_config || command.opcode == static_cast<std::uint8_t>(Opcode::self_test);
}

Answer dispatch(Chip& chip, Bytes packet) {
  const auto command = decode_command(packet);
  if (!command) return ChipStatus::communication_error;
  if (chip.failed_tests() != 0 && !works_after_failure(command.value())) return ChipStatus::self_test_failed;
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

void Chip::power_on() {
  constexpr std::uint16_t test_at_power_on = 0x0001;
  ram = Volatile{};
  latch = boot_prohibited = false;
  failed_tests_ = 0;
  if ((chip_options(memory.config) & test_at_power_on) != 0) test_itself(all_self_tests);
}

void Chip::test_itself(std::uint8_t which) {
  const unsigned failed = run_self_tests(which, random_) | (which & broken_for_test_);
  failed_tests_ = static_cast<std::uint8_t>((failed_tests_ & ~which) | failed);
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
