// emulator.h -- an ATECC608 in software: the core with power states, a watchdog, and a memory that survives.
//
// THIS IS NOT A SECURE ELEMENT. ITS KEYS LIE IN A FILE: WHO READS THE FILE HAS THEM, WHO COPIES THE FILE HAS CLONED THE
// CHIP. IT RESISTS NO ATTACK THAT A REAL CHIP RESISTS. It is for development, tests and demonstrations.
//
// A Link for a driver in the same process, and a BusDevice for a bus server; use one at a time.
#pragma once

#include "element/emulator/chip.h"
#include "element/emulator/keeper.h"
#include "element/emulator/preset.h"
#include "element/wire/bus.h"
#include "element/wire/link.h"

namespace signet::element::emulator {

inline constexpr Millis watchdog{1300};        // from wake; commands do not restart it
inline constexpr Millis watchdog_long{13000};  // with ChipMode bit 2

// How long the chip does not answer its address: never, or as a chip at work does.
enum class Timing : std::uint8_t { at_once, chip };

inline constexpr Micros wake_delay{1500};          // [1.1] tWHI
inline constexpr Millis wake_delay_self_test{20};  // with the self test at power-on, ChipOptions bit 0
// Half the datasheet's maximum; of the shortest commands an eighth, for hosts that wait one millisecond and no more,
// and of SHA, for those that wait nine.
Micros execution_time_typical(std::uint8_t opcode, std::uint8_t chip_mode);

class Emulator final : public Link, public BusDevice {
 public:
  // Opens the chip in the file, or makes a new one there. Clock and random must outlive it. Errors are the Keeper's.
  static Result<std::unique_ptr<Emulator>> open(const Places& places, Clock& clock, crypto::Random& random,
                                                Preset when_new = Preset::blank);
  static Result<std::unique_ptr<Emulator>> open(const std::string& state_path, Clock& clock, crypto::Random& random) {
    return open(Places{.state = state_path}, clock, random);
  }
  // A blank chip that forgets all when destroyed.
  static std::unique_ptr<Emulator> in_memory(Clock& clock, crypto::Random& random);

  Status wake() override;
  Result<Buffer> exchange(Bytes command_packet, Millis longest) override;
  Status idle() override;
  Status sleep() override;

  void wake_pulse() override;
  bool write(std::uint8_t address, Bytes data) override;
  std::optional<Buffer> read(std::uint8_t address, std::size_t size) override;
  std::optional<Instant> awake_until() override;
  void end_turn(bool forget_volatile) override;
  bool is_answer_waiting() override;
  std::uint8_t own_address() const override { return address_; }

  // On the bus alone: the Link above answers at once, for its caller waits for nothing else.
  void set_timing(Timing timing) { timing_ = timing; }

  bool is_new() const { return keeper_ && keeper_->is_new(); }
  const ConfigZone& config() const { return chip_.config(); }

 private:
  Emulator(const Memory& memory, std::optional<Keeper> keeper, Clock& clock, crypto::Random& random)
      : clock_(clock), keeper_(std::move(keeper)), chip_(memory, random) {}

  bool is_awake();
  bool answers_at(std::uint8_t address);
  bool take_command(Bytes command_packet);
  Result<Buffer> answer(Bytes command_packet);
  Result<Buffer> answer_durably(Bytes command_packet);

  Clock& clock_;
  std::optional<Keeper> keeper_;  // none: in memory
  Chip chip_;
  Timing timing_ = Timing::at_once;
  std::optional<Instant> awake_until_;        // none: asleep or idle
  Instant ready_at_{};                        // at work, or not yet awake, till then
  std::uint8_t address_ = bus_address_blank;  // [?] taken from the configuration at each wake
  Buffer output_;
  std::size_t read_at_ = 0;
};

}  // namespace signet::element::emulator
