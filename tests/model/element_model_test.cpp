// A million random turns against the chip's core. After each command: no secret in the answer, locks only close,
// counters only rise, an error changes nothing, nothing changes but what the command may change, and reads and writes
// are judged as the rules of element_rules.h judge them.
//
// SIGNET_MODEL_TURNS is fewer under a sanitizer. SIGNET_MODEL_SEED in the environment replays a failure.
#include "element/emulator/chip.h"
#include "element/emulator/preset.h"
#include "element_moves.h"
#include "element_rules.h"

#include <gtest/gtest.h>

#include <time.h>
#include <bitset>
#include <cstdlib>
#include <cstring>

namespace signet::model {
namespace {

using element::emulator::blank_memory;
using element::emulator::Chip;
using element::emulator::make_preset;
using element::emulator::Preset;
using element::emulator::Volatile;

constexpr int turns = SIGNET_MODEL_TURNS;
constexpr int turns_a_chip = 500;
constexpr std::size_t window = 16;

// Sixteen bytes in a row from any slot that nobody may read.
class Secrets {
 public:
  void gather(const Memory& memory) {
    windows_.clear(), starts_.reset();
    for (unsigned n = 0; n < 16; ++n) {
      const Slot slot = slot_of(memory, n);
      if (!slot.is_private() && !slot.is_secret()) continue;
      const Bytes bytes = memory.data.slot(n);
      for (std::size_t at = 4; at + window <= bytes.size(); at += window) add(bytes.subspan(at, window));
    }
  }
  bool are_in(Bytes answer) const {
    for (std::size_t at = 0; at + window <= answer.size(); ++at) {
      if (!starts_[static_cast<std::size_t>(answer[at] << 8 | answer[at + 1])]) continue;
      for (const auto& one : windows_) {
        if (std::memcmp(one.data(), answer.data() + at, window) == 0) return true;
      }
    }
    return false;
  }
  std::size_t count() const { return windows_.size(); }

 private:
  void add(Bytes bytes) {
    if (std::memcmp(bytes.data(), bytes.data() + 1, window - 1) == 0) return;  // never written: ff, ff, ff
    windows_.push_back(Reader{bytes}.block<window>().value());
    starts_.set(static_cast<std::size_t>(bytes[0] << 8 | bytes[1]));
  }

  std::vector<Block<window>> windows_;
  std::bitset<65536> starts_;
};

std::string words(const Move& move, Bytes answer) {
  Buffer head = {move.opcode, move.param1, static_cast<std::uint8_t>(move.param2),
                 static_cast<std::uint8_t>(move.param2 >> 8)};
  return hex(head) + " " + hex(move.data) + " -> " + hex(answer);
}

// One chip and what is known of it before a command.
struct Tally {
  unsigned ok = 0, refused = 0;
};
using Tallies = std::array<Tally, 256>;  // by opcode

class Game {
 public:
  Game(Player& player, std::uint64_t seed, Tallies& tallies)
      : player_(player), tallies_(tallies), random_(seed), chip_(newborn(), random_) {
    secrets_.gather(chip_.memory);
  }

  // Empty, or what went wrong.
  std::string turn() {
    for (const Move& move : player_.turn()) {
      if (std::string wrong = play(move); !wrong.empty()) return wrong;
    }
    if (player_.dice().one_in(3)) chip_.forget_volatile();  // sleep; else idle
    return {};
  }
  std::size_t secrets() const { return secrets_.count(); }

 private:
  Memory newborn();
  void scramble(Memory& memory);
  std::string play(const Move& move);
  const char* judge(const Command& command, Bytes data) const;
  const char* judge_config(const Command& command, bool ok) const;
  const char* judge_slots(const Command& command) const;
  const char* judge_access(const Command& command, Bytes data) const;
  const char* judge_keys(const Command& command, bool ok) const;
  bool is_authorised(const Slot& slot) const;

  Player& player_;
  Tallies& tallies_;
  crypto::SeededRandom_for_test random_;
  Chip chip_;
  Memory before_;
  std::optional<unsigned> authorised_before_;
  bool latch_before_ = false;
  Secrets secrets_;
};

Memory Game::newborn() {
  Dice& dice = player_.dice();
  const Preset presets[] = {Preset::blank, Preset::trustflex, Preset::tngtls, Preset::trustflex};
  Memory memory = make_preset(dice.pick(presets), random_);
  if (dice.one_in(2)) scramble(memory);
  return memory;
}

// Any configuration whatever, with keys where it says there are some, in any state of the locks.
void Game::scramble(Memory& memory) {
  Dice& dice = player_.dice();
  const std::uint16_t rights[] = {0x0081, 0x2085, 0x0082, 0x6487, 0x8080, 0x0090,
                                  0x0000, 0x1009, 0x44c4, 0x208f, 0x3020};
  const std::uint16_t kinds[] = {0x0013, 0x0033, 0x001c, 0x003c, 0x0030, 0x0032,
                                 0x0038, 0x0093, 0x1033, 0x05b3, 0x007c};
  for (unsigned n = 0; n < 16; ++n) {
    const auto slot = static_cast<std::uint16_t>(dice.one_in(4) ? dice.next() : dice.pick(rights));
    const auto key = static_cast<std::uint16_t>(dice.one_in(4) ? dice.next() : dice.pick(kinds));
    std::memcpy(memory.config.data() + 20 + 2 * n, &slot, 2);
    std::memcpy(memory.config.data() + 96 + 2 * n, &key, 2);
    if (dice.one_in(8)) continue;
    Buffer content = dice.bytes(element::slot_bytes(n));
    if ((key & 1) != 0) std::memset(content.data(), 0, 5);  // below the order, so a key
    memory.data.set(n, content);
  }
  const Buffer options = dice.bytes(2), policies = dice.bytes(6);
  std::copy(options.begin(), options.end(), memory.config.begin() + 90);
  if (dice.one_in(3)) std::copy(policies.begin(), policies.end(), memory.config.begin() + 68);
  const unsigned locks = dice.below(4);
  memory.config[87] = locks == 0 ? 0x55 : 0;
  memory.config[86] = locks < 2 ? 0x55 : 0;
}

std::string Game::play(const Move& move) {
  before_ = chip_.memory;
  authorised_before_ = chip_.ram.authorised;
  latch_before_ = chip_.latch;
  const Command command{move.opcode, move.param1, move.param2, move.data};
  const Buffer answer = chip_.execute(element::encode(command));
  const auto data = element::decode_response(answer);
  if (!data) return words(move, answer) + ": no packet";
  if (const char* wrong = judge(command, data.value())) return words(move, data.value()) + ": " + wrong;
  if (secrets_.are_in(data.value())) return words(move, data.value()) + ": a secret in the answer";
  const bool ok = data.value().size() > 1 || data.value()[0] == 0;
  ++(ok ? tallies_[move.opcode].ok : tallies_[move.opcode].refused);
  if (!(chip_.memory == before_)) secrets_.gather(chip_.memory);
  return {};
}

const char* Game::judge(const Command& command, Bytes data) const {
  const bool is_status = data.size() == 1;
  const bool ok = !is_status || data[0] == 0;
  // SelfTest's single byte is a map of failures, and here nothing fails.
  const std::uint8_t statuses[] = {0x00, 0x01, 0x03, 0x05, 0x0f};
  if (is_status && std::ranges::find(statuses, data[0]) == std::end(statuses)) return "no such status";
  if (!is_status && !is_legal_size(command.opcode, data.size())) return "an answer of a size it never has";
  if (!ok && data[0] != 0x01 && !(chip_.memory == before_)) return "an error that changed something";
  if (const char* wrong = judge_config(command, ok)) return wrong;
  if (const char* wrong = judge_slots(command)) return wrong;
  if (const char* wrong = judge_keys(command, ok)) return wrong;
  return judge_access(command, data);
}

const char* Game::judge_config(const Command& command, bool ok) const {
  const Memory &was = before_, &is = chip_.memory;
  const bool locks = command.opcode == 0x17 && ok;
  for (unsigned id = 0; id < 2; ++id) {
    const bool written = !config_locked(was) && command.opcode == 0x12;  // an open zone is anybody's
    if (counter(is, id) < counter(was, id) && !written) return "a counter fell";
  }
  for (std::size_t i = 0; i < 128; ++i) {
    if (was.config[i] == is.config[i]) continue;
    const bool is_lock = i >= 86 && i < 90;
    if (i < 16) return "the serial number changed";
    if (is_lock && locks) {
      if ((is.config[i] & ~was.config[i]) != 0) return "a lock opened";
      continue;
    }
    if (i == 86 || i == 87) return "a lock changed by itself";
    if (i == 84 || i == 85) {
      if (command.opcode != 0x20 || was.config[i] != 0) return "UserExtra changed twice, or by another command";
      continue;
    }
    const bool is_counter = i >= 52 && i < 68;
    if (config_locked(was) && !is_counter) return "a locked configuration changed";
    if (!config_locked(was) && !is_counter && command.opcode != 0x12) return "the configuration changed without Write";
  }
  return nullptr;
}

const char* Game::judge_slots(const Command& command) const {
  const Memory &was = before_, &is = chip_.memory;
  if (was.data.otp != is.data.otp && (command.opcode != 0x12 || data_locked(was))) return "OTP changed";
  const auto target = target_slot(was, command);
  for (unsigned n = 0; n < 16; ++n) {
    if (std::ranges::equal(was.data.slot(n), is.data.slot(n))) continue;
    if (target != n) return "a slot changed that was not named";
    if (!config_locked(was)) return "a slot changed before the configuration was locked";
    if (!may_change(was, command, slot_of(was, n))) return "a slot changed that must not";
  }
  return nullptr;
}

bool Game::is_authorised(const Slot& slot) const {
  if ((slot.key_config & 0x1000) != 0 && !latch_before_) return false;
  return (slot.key_config & 0x80) == 0 || authorised_before_ == (slot.key_config >> 8 & 15u);
}

// Success permits conclusions.
const char* Game::judge_keys(const Command& command, bool ok) const {
  if (!ok || command.param2 == 0xffff) return nullptr;
  const Slot slot = slot_of(before_, command.param2 & 15);
  const bool locked = config_locked(before_), both = locked && data_locked(before_);
  const bool uses_slot = (command.param1 & 2) == 0;  // MAC's first block
  switch (command.opcode) {
    case 0x41:
      if (!locked || !slot.is_private() || !slot.is_p256()) return "signed without a key";
      if (!slot.read_key_bit((command.param1 & 0x80) != 0 ? 0 : 1)) return "signed what the slot does not sign";
      return is_authorised(slot) ? nullptr : "signed without authorisation";
    case 0x43:
      if (!both) return "agreed on an open chip";
      if ((command.param1 & 1) != 0) return nullptr;
      if (!slot.is_private() || !slot.read_key_bit(2)) return "agreed with a key that does not";
      return is_authorised(slot) ? nullptr : "agreed without authorisation";
    case 0x40:
      if (!locked) return "made a key on an open chip";
      return command.param1 == 0 && !slot.has_pub_info() ? "gave out a public key that stays inside" : nullptr;
    case 0x08:
      if (!locked) return "a MAC on an open chip";
      if (uses_slot && slot.no_mac()) return "a MAC with a key that makes none";
      return !uses_slot || is_authorised(slot) ? nullptr : "a MAC without authorisation";
    case 0x51:
      if ((command.param1 & 3) == 3) return nullptr;
      return both && (slot.key_config >> 2 & 7) == 6 && before_.config[13] != 0 ? nullptr
                                                                                : "AES with what is no AES key";
    case 0x1c:
    case 0x80: return both ? nullptr : "a command of locked chips on an open one";
    default: return nullptr;
  }
}

// Reads and writes in clear, to the byte.
const char* Game::judge_access(const Command& command, Bytes data) const {
  const bool write = command.opcode == 0x12;
  if (!write && command.opcode != 0x02) return nullptr;
  const bool encrypted = (command.param1 & 0x40) != 0;
  if (encrypted && write) return nullptr;
  const auto range = range_of(command.param1, command.param2);
  const std::uint8_t status = data.size() == 1 ? data[0] : 0;
  if (!range || encrypted || command.data.size() != (write ? range->size : 0)) {
    return status == 0x03 ? nullptr : "no parse error for what is wrong in any state";
  }
  if (write) {
    if (status != write_verdict(before_, *range)) return "a write judged otherwise than the rules do";
    if (status != 0) return nullptr;
    const bool validity = range->zone == 2 && range->at == 0;  // its high nibble is the chip's own
    const std::size_t skip = validity ? 1 : 0;
    const bool same =
        std::memcmp(bytes_at(chip_.memory, *range) + skip, command.data.data() + skip, range->inside - skip) == 0;
    return same ? nullptr : "wrote something else";
  }
  if (data.size() == 1) return status == read_verdict(before_, *range) ? nullptr : "a read refused against the rules";
  const Slot slot = slot_of(before_, range->slot);
  const bool hidden = range->zone == 2 && slot.is_secret() && slot.reads_encrypted() && !slot.is_private();
  if (hidden && data_locked(before_)) return range->size == 32 ? nullptr : "an encrypted word";
  if (read_verdict(before_, *range) != 0) return "read what must not be read";
  return std::memcmp(bytes_at(before_, *range), data.data(), range->inside) == 0 ? nullptr : "read something else";
}

double cpu_seconds() {
  timespec at{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

TEST(ElementModel, AMillionRandomTurnsBreakNoRule) {
  const char* const given = std::getenv("SIGNET_MODEL_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : 608;
  Player player{seed};
  const double start = cpu_seconds();
  std::size_t secrets = 0;
  Tallies tallies{};
  for (int chip = 0; chip * turns_a_chip < turns; ++chip) {
    Game game{player, seed + static_cast<std::uint64_t>(chip), tallies};
    for (int i = 0; i < turns_a_chip; ++i) {
      const std::string wrong = game.turn();
      ASSERT_EQ(wrong, "") << "chip " << chip << ", turn " << i << ", SIGNET_MODEL_SEED=" << seed;
    }
    secrets += game.secrets();
  }
  EXPECT_GT(secrets, 0u) << "there was nothing to leak";
  // CheckMac and SecureBoot compare with what only a key's owner can compute: none of theirs succeeds by chance.
  for (const Shape& shape : shapes()) {
    const auto opcode = static_cast<std::uint8_t>(shape.opcode);
    EXPECT_GT(tallies[opcode].refused, 0u) << element::name_of(opcode);
    if (shape.opcode == Opcode::check_mac || shape.opcode == Opcode::secure_boot) continue;
    EXPECT_GT(tallies[opcode].ok, 0u) << element::name_of(opcode);
  }
  std::printf("%d turns in %.1f s of CPU\n", turns, cpu_seconds() - start);
}

}  // namespace
}  // namespace signet::model
