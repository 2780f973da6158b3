#include "element/emulator/emulator.h"

#include "base/log.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t past_the_end = 0xff;

Error asleep() { return Error{Errc::unavailable, "the chip is asleep"}; }

}  // namespace

Result<std::unique_ptr<Emulator>> Emulator::open(const std::string& state_path, Clock& clock, crypto::Random& random) {
  StateFile file = TRY(StateFile::open(state_path));
  auto memory = file.load();
  if (!memory && memory.error().code == Errc::not_found) {
    memory = blank_memory(random);
    TRY(file.store(memory.value()));
  }
  Memory found = TRY(std::move(memory));
  return std::unique_ptr<Emulator>{new Emulator{std::move(found), std::move(file), clock, random}};
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
  if (is_awake()) return;  // in particular it does not replace the answer that is waiting
  const bool is_long = (chip_.config()[at::chip_mode] & 4) != 0;
  awake_until_ = clock_.monotonic() + (is_long ? watchdog_long : watchdog);
  address_ = i2c_address(chip_.config());
  output_.assign(wake_greeting.begin(), wake_greeting.end());
  read_at_ = 0;
}

// The new state is on disk before anybody sees the answer. When it cannot be written, nothing has happened.
Result<Buffer> Emulator::answer(Bytes command_packet) {
  const auto command = decode_command(command_packet);
  if (command) {
    const Millis needed = execution_time_max(command.value().opcode, chip_.config()[at::chip_mode]);
    if (clock_.monotonic() + needed > *awake_until_) {
      return encode_response(Block<1>{static_cast<std::uint8_t>(ChipStatus::watchdog_near)});
    }
  }
  const Memory memory_before = chip_.memory;
  const Volatile ram_before = chip_.ram;
  Buffer response = chip_.execute(command_packet);
  if (file_ && !(chip_.memory == memory_before)) {
    const Status stored = file_->store(chip_.memory);
    if (!stored) {
      chip_.memory = memory_before;
      chip_.ram = ram_before;
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

bool Emulator::write(std::uint8_t address, Bytes data) {
  if (!is_awake() || address != address_) return false;
  if (data.empty()) return true;
  switch (data[0]) {
    case word_address::reset: read_at_ = 0; break;
    case word_address::sleep: end_turn(true); break;
    case word_address::idle: end_turn(false); break;
    case word_address::command: {
      auto response = answer(data.subspan(1));
      // A chip whose memory fails is one that does not answer any more.
      if (!response) return end_turn(true), false;
      output_ = std::move(response).value();
      read_at_ = 0;
      break;
    }
    default: break;  // reserved: ignored
  }
  return true;
}

std::optional<Buffer> Emulator::read(std::uint8_t address, std::size_t size) {
  if (!is_awake() || address != address_) return std::nullopt;
  Buffer out(size, past_the_end);
  const Bytes rest = Bytes{output_}.subspan(read_at_);
  const std::size_t given = std::min(size, rest.size());
  std::copy_n(rest.begin(), given, out.begin());
  read_at_ += given;
  return out;
}

}  // namespace signet::element::emulator
