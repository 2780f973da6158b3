// chip.h -- the ATECC608's core without bus, clock or file: one command packet in, one response packet out.
//
// Checks come in the chip's order: checksum and count (ff), opcode, mode bits and lengths (03), state and policy (0f).
// A command that ends in an error leaves everything as it was, but for TempKey when the host's MAC was wrong. Opcodes
// this table lacks answer 03.
#pragma once

#include "element/emulator/memory.h"
#include "element/emulator/sha_context.h"
#include "element/wire/command.h"
#include "element/wire/packet.h"

#include <variant>

namespace signet::element::emulator {

struct TempKey {
  Block<64> bytes{};
  bool valid = false;       // the first 32 bytes
  bool from_input = false;  // the Source flag: 0 came from the RNG, 1 from the host
  bool gen_dig = false;
  bool gen_key = false;
  bool no_mac = false;
  bool is_private_key = false;  // GenKey into TempKey: for ECDH alone
  bool has_upper_half = false;  // the other 32 bytes
  unsigned key_id = 0;

  Bytes first_half() const { return Bytes{bytes}.first(32); }
  // As a key or a message to a key. Nothing when not all of these bytes are valid, when they are the key that GenKey
  // put there, or when the value is tainted by a NoMac key.
  std::optional<Bytes> part(std::size_t offset, std::size_t size) const;
};

struct DigestBuffer {
  Block<64> bytes{};
  std::size_t size = 0;  // 0: not valid
};

// Survives idle, dies with sleep, watchdog and power.
struct Volatile {
  Volatile() = default;
  Volatile(const Volatile&) = default;
  Volatile& operator=(const Volatile&) = default;
  ~Volatile();

  TempKey temp_key;
  DigestBuffer digest_buffer;
  Block<32> alternate_key{};
  bool alternate_key_valid = false;
  std::optional<ShaContext> sha;         // of the message
  std::optional<ShaContext> hmac_outer;  // has taken the outer key block; set while `sha` is an HMAC
  std::optional<unsigned> authorised;    // last slot that passed CheckMac over TempKey
  bool transport_open = false;           // the UseLock slot was authorised since wake
  bool random_seeded = false;
};

using Answer = std::variant<ChipStatus, Buffer>;

class Chip {
 public:
  Chip(const Memory& kept, crypto::Random& random) : memory(kept), random_(random) { power_on(); }

  Buffer execute(Bytes command_packet);
  // All that lives until power goes is gone; where the configuration says so, the chip tests itself.
  void power_on();
  void forget_volatile() { ram = Volatile{}; }

  // For command handlers.
  const ConfigZone& config() const { return memory.config; }
  void fill_random(std::span<std::uint8_t> out);  // the fixed pattern until the configuration is locked
  crypto::Random& random() { return random_; }
  // The answer to a MAC from the host that does not match: unlike any other error it costs TempKey.
  [[nodiscard]] ChipStatus refuse_mac() {
    mac_refused_ = true;
    return ChipStatus::execution_error;
  }

  // Runs these tests of SelfTest's mode.
  void test_itself(std::uint8_t which);
  // While any is left, everything but Read of the configuration and SelfTest answers 07.
  std::uint8_t failed_tests() const { return failed_tests_; }
  // From now on these tests fail when they run.
  void plant_self_test_failure_for_test(std::uint8_t which) { broken_for_test_ = which; }

  Memory memory;
  Volatile ram;
  // These two survive sleep, but not power.
  bool latch = false;            // persistent latch
  bool boot_prohibited = false;  // SecureBoot said: no more of it

 private:
  crypto::Random& random_;
  bool mac_refused_ = false;
  std::uint8_t failed_tests_ = 0;
  std::uint8_t broken_for_test_ = 0;
};

}  // namespace signet::element::emulator
