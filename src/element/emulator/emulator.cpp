#include "element/emulator/emulator.h"

#include "base/log.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t past_the_end = 0xff;

constexpr std::uint8_t long_watchdog_bit = 4;
constexpr std::uint16_t self_test_at_power_on_bit = 1;
constexpr Millis short_command{5};

Millis watchdog_of(const ConfigZone& config) {
  return (config[at::chip_mode] & long_watchdog_bit) != 0 ? watchdog_long : watchdog;
}

// [?] The datasheet's maximum, but for a command that would then never be carried out.
Micros time_needed(std::uint8_t opcode, const ConfigZone& config) {
  const Millis longest = execution_time_max(opcode, config[at::chip_mode]);
  return longest < watchdog_of(config) ? longest : execution_time_typical(opcode, config[at::chip_mode]);
}

Error asleep() { return Error{Errc::unavailable, "the chip is asleep"}; }

}  // namespace

Micros execution_time_typical(std::uint8_t opcode, std::uint8_t chip_mode) {
  const Micros longest = execution_time_max(opcode, chip_mode);
  return longest <= short_command || opcode == static_cast<std::uint8_t>(Opcode::sha) ? longest / 8 : longest / 2;
}

Result<std::unique_ptr<Emulator>> Emulator::open(const Places& places, Clock& clock, crypto::Random& random,
                                                 Preset when_new) {
  Keeper keeper = TRY(Keeper::open(places, [&] { return make_preset(when_new, random); }));
  const Memory memory = keeper.memory();
  return std::unique_ptr<Emulator>{new Emulator{memory, std::move(keeper), clock, random}};
}

std::unique_ptr<Emulator> Emulator::in_memory(Clock& clock, crypto::Random& random) {
  return std::unique_ptr<Emulator>{new Emulator{blank_memory(random), std::nullopt, clock, random}};
}

// Looks at the watchdog: when it has run out, the chip has been asleep since, and what was volatile is gone.
bool Emulator::is_awake() {
  if (awake_until_ && clock_.monotonic() >= *awake_until_) end_turn(true);
  return awake_until_.has_value();
}

std::optional<Instant> Emulator::awake_until() {
  is_awake();
  return awake_until_;
}

void Emulator::end_turn(bool forget_volatile) {
  awake_until_.reset();
  if (forget_volatile) chip_.forget_volatile();
}

void Emulator::wake_pulse() {
  const Instant now = clock_.monotonic();
  if (is_awake()) {  // it does nothing; in particular it does not replace the answer that is waiting
    if (timing_ == Timing::at_once) ready_at_ = now;  // but for a chip that zeros are waking: this host need not wait
    return;
  }
  awake_until_ = now + watchdog_of(chip_.config());
  const bool tests_itself = (chip_options(chip_.config()) & self_test_at_power_on_bit) != 0;
  ready_at_ = timing_ == Timing::at_once ? now : now + (tests_itself ? Micros{wake_delay_self_test} : wake_delay);
  address_ = i2c_address(chip_.config());
  const auto greeting = chip_.failed_tests() == 0 ? ChipStatus::just_woken : ChipStatus::self_test_failed;
  output_ = encode_response(Block<1>{static_cast<std::uint8_t>(greeting)});
  read_at_ = 0;
}

Result<Buffer> Emulator::answer(Bytes command_packet) {
  const auto command = decode_command(command_packet);
  if (command && clock_.monotonic() + time_needed(command.value().opcode, chip_.config()) > *awake_until_) {
    return encode_response(Block<1>{static_cast<std::uint8_t>(ChipStatus::watchdog_near)});
  }
  return answer_durably(command_packet);
}

// The new state is on disk before anybody sees the answer. When it cannot be written, nothing has happened.
Result<Buffer> Emulator::answer_durably(Bytes command_packet) {
  const Memory memory_before = chip_.memory;
  const Volatile ram_before = chip_.ram;
  const bool latch_before = chip_.latch, prohibited_before = chip_.boot_prohibited;
  Buffer response = chip_.execute(command_packet);
  if (keeper_ && !(chip_.memory == memory_before)) {
    const Status stored = keeper_->keep(chip_.memory);
    if (!stored) {
      chip_.memory = memory_before;
      chip_.ram = ram_before;
      chip_.latch = latch_before;
      chip_.boot_prohibited = prohibited_before;
      log_error("element.not_stored", {{"why", stored.error().what}});
      return stored.error();
    }
  }
  return response;
}

Status Emulator::wake() {
  wake_pulse();
  return {};
}

Result<Buffer> Emulator::exchange(Bytes command_packet, Millis) {
  if (!is_awake()) return asleep();
  return answer(command_packet);
}

Status Emulator::idle() {
  end_turn(false);
  return {};
}

Status Emulator::sleep() {
  end_turn(true);
  return {};
}

bool Emulator::answers_at(std::uint8_t address) {
  return is_awake() && address == address_ && clock_.monotonic() >= ready_at_;
}

bool Emulator::is_answer_waiting() { return is_awake() && read_at_ < output_.size(); }

bool Emulator::take_command(Bytes command_packet) {
  auto response = answer(command_packet);
  if (!response) {  // a chip whose memory fails is one that does not answer any more
    end_turn(true);
    return false;
  }
  output_ = std::move(response).value();
  read_at_ = 0;
  const auto command = decode_command(command_packet);
  if (timing_ == Timing::chip && command) {
    ready_at_ = clock_.monotonic() + execution_time_typical(command.value().opcode, chip_.config()[at::chip_mode]);
  }
  return true;
}

bool Emulator::write(std::uint8_t address, Bytes data) {
  if (!is_awake()) {
    const bool heard = address == 0 || address == i2c_address(chip_.config());
    if (heard && is_wake_by_zeros({.op = BusOp::write, .address = address, .data = data})) {
      wake_pulse();
      // Zeros at the general call can only be a wake. At the chip's own address they may be a host that polls: it is
      // not told that its poll woke anybody.
      if (address != 0) ready_at_ = std::max(ready_at_, clock_.monotonic() + wake_delay);
    }
    return false;
  }
  if (!answers_at(address)) return false;
  if (data.empty()) return true;
  switch (data[0]) {
    case word_address::reset: read_at_ = 0; break;
    case word_address::sleep: end_turn(true); break;
    case word_address::idle: end_turn(false); break;
    case word_address::command: return take_command(data.subspan(1));
    default: break;  // reserved: ignored
  }
  return true;
}

std::optional<Buffer> Emulator::read(std::uint8_t address, std::size_t size) {
  if (!answers_at(address)) return std::nullopt;
  Buffer out(size, past_the_end);
  const Bytes rest = Bytes{output_}.subspan(read_at_);
  const std::size_t given = std::min(size, rest.size());
  std::copy_n(rest.begin(), given, out.begin());
  read_at_ += given;
  return out;
}

}  // namespace signet::element::emulator
