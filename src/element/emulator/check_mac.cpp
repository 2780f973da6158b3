// CheckMac 0x28 [3.11]: the host proves that it knows a key. That authorises other slots (ReqAuth), the latch, the
// transport lock; or brings the next slot's secret into TempKey (copy).
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t legal =
    mode::mac_second_temp_key | mode::mac_first_temp_key | mode::mac_source_input | mode::mac_otp_8;
constexpr std::size_t check_mac_data_bytes = 13;

struct Request {
  Bytes challenge, response, other;  // 32, 32, 13
  bool second_temp_key, first_temp_key, otp;

  explicit Request(const Command& command)
      : challenge(command.data.first(32)),
        response(command.data.subspan(32, 32)),
        other(command.data.subspan(64)),
        second_temp_key((command.param1 & mode::mac_second_temp_key) != 0),
        first_temp_key((command.param1 & mode::mac_first_temp_key) != 0),
        otp((command.param1 & mode::mac_otp_8) != 0) {}
  // The form that records an authorisation.
  bool authorises() const { return second_temp_key && !first_temp_key; }
};

MacTail tail_of(const Chip& chip, const Request& request) {
  const Bytes other = request.other;
  MacTail tail;
  std::copy_n(other.begin(), 4, tail.head.begin());
  if (request.otp) std::copy_n(chip.memory.data.otp.begin(), 8, tail.otp_low.begin());
  std::copy_n(other.begin() + 4, 3, tail.otp_high.begin());
  std::copy_n(other.begin() + 7, 4, tail.serial_high.begin());
  std::copy_n(other.begin() + 11, 2, tail.serial_low.begin());
  return tail;
}

std::optional<Bytes> key_to_check(Chip& chip, unsigned slot, const Request& request) {
  const KeyUse use{.binds_random = true, .has_temp_key = request.second_temp_key, .authorises = request.authorises()};
  const auto key = symmetric_key_in(chip, slot);
  if (!key || !use_key(chip, slot, use)) return std::nullopt;
  return key;
}

// CheckMac/Copy, modes 1 and 5 [?]: the secret behind an even slot comes into TempKey when its ReadKey is 0. It is a
// use of that key, and its NoMac goes with it; a private key, or one whose use is forbidden now, is not copied.
void copy_next_slot(Chip& chip, unsigned slot) {
  if (slot % 2 != 0 || slot_config(chip.config(), slot + 1).read_key != 0) return;
  const auto secret = symmetric_key_in(chip, slot + 1);
  if (!secret || !use_key(chip, slot + 1)) return;
  chip.ram.temp_key = {.valid = true, .from_input = true, .no_mac = slot_config(chip.config(), slot + 1).no_mac};
  std::ranges::copy(*secret, chip.ram.temp_key.bytes.begin());
}

void on_match(Chip& chip, unsigned slot, const Request& request) {
  if (!request.authorises()) return;
  chip.ram.authorised = slot;
  if (transport_key(chip.config()) == slot) chip.ram.transport_open = true;
  if (!request.otp) copy_next_slot(chip, slot);
}

}  // namespace

Answer check_mac(Chip& chip, const Command& command) {
  if ((command.param1 & ~legal) != 0 || command.param2 >= slot_count) return ChipStatus::parse_error;
  if (command.data.size() != 2 * block_bytes + check_mac_data_bytes) return ChipStatus::parse_error;

  const Request request{command};
  if (!is_config_locked(chip.config())) return ChipStatus::execution_error;
  if (request.first_temp_key || request.second_temp_key) {
    if (!has_temp_key_as_said(chip, command.param1)) return ChipStatus::execution_error;
  }
  const Bytes temp = chip.ram.temp_key.first_half();
  const auto first = request.first_temp_key ? temp : key_to_check(chip, command.param2, request);
  if (!first) return ChipStatus::execution_error;
  const Bytes second = request.second_temp_key ? temp : request.challenge;
  const crypto::Digest expected = mac_of(chip.config(), *first, second, tail_of(chip, request));
  const bool match = crypto::constant_time_equal(expected, request.response);
  chip.ram.temp_key = {};
  if (match) {
    on_match(chip, command.param2, request);
    return ChipStatus::ok;
  }
  chip.ram.authorised.reset();
  chip.ram.transport_open = false;
  return ChipStatus::miscompare;
}

}  // namespace signet::element::emulator
