#include "element/atecc/turn.h"

namespace signet::element {
namespace {

constexpr std::uint8_t chip_mode_long_watchdog = 0x04;

// "GenKey slot 0"
std::string title_of(const Command& command) {
  std::string title = name_of(command.opcode);
  switch (Opcode{command.opcode}) {
    case Opcode::gen_key:
    case Opcode::sign:
    case Opcode::ecdh:
    case Opcode::mac:
    case Opcode::check_mac:
    case Opcode::derive_key:
    case Opcode::priv_write:
    case Opcode::aes: return command.param2 < slot_count ? title + " slot " + std::to_string(command.param2) : title;
    case Opcode::counter: return title + " " + std::to_string(command.param2);
    case Opcode::read:
    case Opcode::write: {
      const auto place = place_of(command.param1, command.param2);
      if (!place) return title;
      if (place.value().zone == Zone::config)
        title += " configuration";
      else if (place.value().zone == Zone::otp)
        title += " OTP";
      else
        title += " slot " + std::to_string(place.value().slot);
      return title + " offset " + std::to_string(place.value().offset);
    }
    case Opcode::lock:
      switch (command.param1 & 3) {
        case mode::lock_config: return title + " configuration";
        case mode::lock_data: return title + " data";
        default: return title + " slot " + std::to_string(command.param1 >> 2 & 15);
      }
    default: return title;
  }
}

// malformed: the host asked wrongly. unavailable: not the command's fault, play again. conflict: the chip may not.
Errc code_of(ChipStatus status) {
  switch (status) {
    case ChipStatus::parse_error: return Errc::malformed;
    case ChipStatus::miscompare:
    case ChipStatus::execution_error:
    case ChipStatus::self_test_failed:
    case ChipStatus::health_test_failed: return Errc::conflict;
    case ChipStatus::ok:  // a status where data belongs
    case ChipStatus::ecc_fault:
    case ChipStatus::just_woken:
    case ChipStatus::watchdog_near:
    case ChipStatus::communication_error: return Errc::unavailable;
  }
  return Errc::unavailable;
}

}  // namespace

Status Atecc::Turn::wake() {
  TRY(link_.wake());
  awake_ = true;
  return {};
}

Millis Atecc::Turn::longest(std::uint8_t opcode) const {
  return chip_mode_ ? execution_time_max(opcode, *chip_mode_) : execution_time_max(opcode);
}

Millis Atecc::Turn::watchdog() const {
  return chip_mode_ && (*chip_mode_ & chip_mode_long_watchdog) != 0 ? watchdog_long_min : watchdog_min;
}

// Before it renews a turn, a driver that does not know the chip's clock yet looks: most chips are fast enough.
Status Atecc::Turn::stay_awake_for(std::uint8_t opcode) {
  const auto fits = [&] { return spent_ == Millis{0} || spent_ + longest(opcode) <= watchdog(); };
  if (fits()) return {};
  if (!chip_mode_) {
    const std::uint16_t address = address_of({Zone::config, 0, at::first_writable, false});
    const auto word = exchange_in_time({.opcode = static_cast<std::uint8_t>(Opcode::read), .param2 = address});
    if (word && word.value().size() == word_bytes) chip_mode_ = word.value()[at::chip_mode - at::first_writable];
    if (fits()) return {};
  }
  TRY(link_.renew());
  spent_ = Millis{0};
  renewed_ = true;
  return {};
}

Result<Buffer> Atecc::Turn::exchange_in_time(const Command& command) {
  const Millis limit = longest(command.opcode);
  spent_ += limit;
  const Buffer response = TRY(link_.exchange(encode(command), limit));
  const auto data = decode_response(response);
  if (!data) return Error{Errc::unavailable, title_of(command) + ": the answer is damaged: " + data.error().what};
  return copy_of(data.value());
}

Result<Buffer> Atecc::Turn::exchange(const Command& command) {
  TRY(stay_awake_for(command.opcode));
  return exchange_in_time(command);
}

std::optional<ChipState> Atecc::Turn::state() {
  const std::uint8_t info = static_cast<std::uint8_t>(Opcode::info);
  const auto flags = exchange_in_time({.opcode = info, .param1 = mode::info_state});
  if (!flags || flags.value().size() != 4) return std::nullopt;
  const auto latch = exchange_in_time({.opcode = info, .param1 = mode::info_latch});
  if (!latch || latch.value().size() != 4) return std::nullopt;
  return chip_state_of(flags.value(), latch.value()[0]);
}

// The configuration often tells why; the chip's volatile state is asked when it does not.
Error Atecc::Turn::refusal(const Command& command, ChipStatus status) {
  Error error{code_of(status), title_of(command) + ": " + words_of(status)};
  const bool unclear = status == ChipStatus::parse_error && command.opcode == static_cast<std::uint8_t>(Opcode::aes);
  if (status != ChipStatus::execution_error && !unclear) return error;
  if (const auto zone = config()) {
    std::string why = missing_precondition(command, zone.value());
    if (why.empty() || authorised_) why = missing_precondition(command, zone.value(), state());
    if (!why.empty()) error.what += ": " + why;
  }
  // What the turn had prepared may have gone to another host between its two halves: play it again.
  if (renewed_) error.code = Errc::unavailable;
  return error;
}

Result<Buffer> Atecc::Turn::ask(const Command& command, std::size_t size) {
  Buffer data = TRY(exchange(command));
  if (data.size() == 1) return refusal(command, ChipStatus{data[0]});
  if (data.size() != size) {
    return Error{Errc::unavailable, title_of(command) + ": an answer of " + std::to_string(data.size()) +
                                        " bytes where " + std::to_string(size) + " belong"};
  }
  return data;
}

Result<bool> Atecc::Turn::judge(const Command& command) {
  const Buffer data = TRY(exchange(command));
  if (data.size() != 1) return Error{Errc::unavailable, title_of(command) + ": data where a status belongs"};
  const ChipStatus status{data[0]};
  if (status == ChipStatus::ok) return true;
  if (status == ChipStatus::miscompare) return false;
  return refusal(command, status);
}

Result<std::uint8_t> Atecc::Turn::byte(const Command& command) {
  const Buffer data = TRY(exchange(command));
  if (data.size() != 1) return Error{Errc::unavailable, title_of(command) + ": data where a byte belongs"};
  return data[0];
}

Status Atecc::Turn::tell(const Command& command) {
  if (!TRY(judge(command))) return refusal(command, ChipStatus::miscompare);
  return {};
}

Result<std::uint32_t> Atecc::Turn::count(unsigned id, std::uint8_t mode) {
  const Buffer value = TRY(ask(
      {.opcode = static_cast<std::uint8_t>(Opcode::counter), .param1 = mode, .param2 = static_cast<std::uint16_t>(id)},
      4));
  return Reader{value}.u32_le();
}

Result<ConfigZone> Atecc::Turn::config() {
  ConfigZone zone;
  for (std::size_t offset = 0; offset < config_bytes; offset += block_bytes) {
    const Command read{.opcode = static_cast<std::uint8_t>(Opcode::read),
                       .param1 = zone_32_bytes,
                       .param2 = address_of({Zone::config, 0, offset, true})};
    const Buffer block = TRY(exchange(read));  // not ask(): a refusal is explained by this very function
    if (block.size() != block_bytes) {
      return Error{Errc::unavailable, "Read configuration: " + words_of(ChipStatus{block[0]})};
    }
    std::ranges::copy(block, zone.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  chip_mode_ = zone[at::chip_mode];
  config_seen_ = zone;
  return zone;
}

}  // namespace signet::element
