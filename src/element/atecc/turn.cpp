#include "element/atecc/turn.h"

#include "element/atecc/explain.h"

namespace signet::element {
namespace {

// "GenKey slot 0"
std::string title_of(const Command& command) {
  std::string title = name_of(command.opcode);
  switch (Opcode{command.opcode}) {
    case Opcode::gen_key:
    case Opcode::sign:
    case Opcode::ecdh: return title + " slot " + std::to_string(command.param2);
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

Result<Buffer> Atecc::Turn::exchange(const Command& command) {
  const Buffer response = TRY(link_.exchange(encode(command), execution_time_max(command.opcode)));
  const auto data = decode_response(response);
  if (!data) return Error{Errc::unavailable, title_of(command) + ": the answer is damaged: " + data.error().what};
  return copy_of(data.value());
}

Error Atecc::Turn::refusal(const Command& command, ChipStatus status) {
  Error error{code_of(status), title_of(command) + ": " + words_of(status)};
  if (status != ChipStatus::execution_error) return error;
  if (const auto zone = config()) {
    if (const std::string why = missing_precondition(command, zone.value()); !why.empty()) error.what += ": " + why;
  }
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
  return zone;
}

}  // namespace signet::element
