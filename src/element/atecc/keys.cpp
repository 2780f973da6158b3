// The part of Atecc that asks for state, keys and numbers.
#include "element/atecc/turn.h"

namespace signet::element {
namespace {

Error no_such_slot(unsigned slot) { return Error{Errc::malformed, "slot " + std::to_string(slot) + " does not exist"}; }

// What every chip answers to Random before its configuration is locked.
bool is_fixed_pattern(Bytes random) {
  for (std::size_t i = 0; i < random.size(); ++i) {
    if (random[i] != (i % 4 < 2 ? 0xff : 0x00)) return false;
  }
  return true;
}

Command load_digest(const crypto::Digest& digest) {
  return {
      .opcode = op(Opcode::nonce), .param1 = mode::nonce_pass_through | mode::nonce_to_digest_buffer, .data = digest};
}

}  // namespace

Result<Block<4>> Atecc::revision() {
  return play([](Turn& turn) -> Result<Block<4>> {
    const Buffer four = TRY(turn.ask({.opcode = op(Opcode::info), .param1 = mode::info_revision}, 4));
    return Reader{four}.block<4>();
  });
}

Result<std::uint8_t> Atecc::self_test() {
  constexpr std::uint8_t all =
      mode::self_test_rng | mode::self_test_ecdsa | mode::self_test_ecdh | mode::self_test_aes | mode::self_test_sha;
  return play([](Turn& turn) -> Result<std::uint8_t> {
    const std::uint8_t failed = TRY(turn.byte({.opcode = op(Opcode::self_test), .param1 = all}));
    if ((failed & ~all) == 0) return failed;
    const bool again = failed >= static_cast<std::uint8_t>(ChipStatus::watchdog_near);  // ee and ff are the bus's
    return Error{again ? Errc::unavailable : Errc::conflict, "SelfTest: " + words_of(ChipStatus{failed})};
  });
}

Result<ConfigZone> Atecc::read_config() {
  const ConfigZone zone = TRY(play([](Turn& turn) { return turn.config(); }));
  if (element::is_config_locked(zone)) locked_config_ = zone;
  return zone;
}

Result<Uid> Atecc::uid() { return serial_of(TRY(read_config())); }
Result<bool> Atecc::is_config_locked() { return element::is_config_locked(TRY(read_config())); }
Result<bool> Atecc::is_data_locked() { return element::is_data_locked(TRY(read_config())); }

Result<Buffer> Atecc::random(std::size_t size) {
  Buffer out;
  while (out.size() < size) {
    const Buffer block =
        TRY(play([](Turn& turn) -> Result<Buffer> { return turn.ask({.opcode = op(Opcode::random)}, 32); }));
    if (is_fixed_pattern(block)) {
      return Error{Errc::conflict, "Random: a fixed pattern: the configuration zone is not locked yet"};
    }
    out.insert(out.end(), block.begin(), block.end());
  }
  out.resize(size);
  return out;
}

Result<crypto::PublicKey> Atecc::gen_key(unsigned slot) {
  if (slot >= slot_count) return no_such_slot(slot);
  bool asked = false;
  auto made = play_with_key(slot, [&](Turn& turn) -> Result<crypto::PublicKey> {
    asked = true;
    const Buffer key = TRY(turn.ask(
        {.opcode = op(Opcode::gen_key), .param1 = mode::gen_key_private, .param2 = static_cast<std::uint16_t>(slot)},
        public_key_bytes));
    return Reader{key}.block<public_key_bytes>();
  });
  if (made || !asked || made.error().code != Errc::unavailable) return made;
  Error lost = std::move(made).error();  // each attempt may have made a key; the last one is the slot's
  lost.what += "; slot " + std::to_string(slot) + " may hold a new key already: ask for its public key";
  return lost;
}

Result<crypto::PublicKey> Atecc::public_key(unsigned slot) {
  if (slot >= slot_count) return no_such_slot(slot);
  return play_with_key(slot, [&](Turn& turn) -> Result<crypto::PublicKey> {
    const Buffer key = TRY(turn.ask(
        {.opcode = op(Opcode::gen_key), .param1 = mode::gen_key_public, .param2 = static_cast<std::uint16_t>(slot)},
        public_key_bytes));
    return Reader{key}.block<public_key_bytes>();
  });
}

Result<crypto::Signature> Atecc::sign(unsigned slot, const crypto::Digest& digest) {
  if (slot >= slot_count) return no_such_slot(slot);
  return play_with_key(slot, [&](Turn& turn) -> Result<crypto::Signature> {
    TRY(turn.tell(load_digest(digest)));
    const Buffer signature = TRY(turn.ask({.opcode = op(Opcode::sign),
                                           .param1 = mode::sign_external | mode::sign_digest_buffer,
                                           .param2 = static_cast<std::uint16_t>(slot)},
                                          64));
    return Reader{signature}.block<64>();
  });
}

Result<bool> Atecc::verify_external(const crypto::PublicKey& key, const crypto::Digest& digest,
                                    const crypto::Signature& signature) {
  Buffer data;
  Writer{data}.bytes(signature).bytes(key);
  return play([&](Turn& turn) -> Result<bool> {
    TRY(turn.tell(load_digest(digest)));
    return turn.judge({.opcode = op(Opcode::verify),
                       .param1 = mode::verify_external | mode::verify_digest_buffer,
                       .param2 = verify_key_p256,
                       .data = data});
  });
}

Result<crypto::Digest> Atecc::sha256(Bytes data) {
  if (data.size() > sha256_bytes_max) {
    return Error{Errc::too_large, "SHA: more than " + std::to_string(sha256_bytes_max) + " bytes in one turn"};
  }
  return play([&](Turn& turn) -> Result<crypto::Digest> {
    TRY(turn.tell({.opcode = op(Opcode::sha), .param1 = mode::sha_start}));
    Bytes rest = data;
    for (; rest.size() > 64; rest = rest.subspan(64)) {
      TRY(turn.tell({.opcode = op(Opcode::sha), .param1 = mode::sha_update, .param2 = 64, .data = rest.first(64)}));
    }
    const Buffer digest = TRY(turn.ask({.opcode = op(Opcode::sha),
                                        .param1 = mode::sha_end | mode::sha_output_only,
                                        .param2 = static_cast<std::uint16_t>(rest.size()),
                                        .data = rest},
                                       32));
    return Reader{digest}.block<32>();
  });
}

Result<std::uint32_t> Atecc::counter(unsigned id) {
  return play([&](Turn& turn) { return turn.count(id, mode::counter_read); });
}

// An increment whose answer was lost may have counted. Whether it did is read before it is asked for again.
Result<std::uint32_t> Atecc::increment(unsigned id) {
  std::optional<std::uint32_t> before;
  return play([&](Turn& turn) -> Result<std::uint32_t> {
    const std::uint32_t now = TRY(turn.count(id, mode::counter_read));
    if (before && now == *before + 1) return now;
    before = now;
    return turn.count(id, mode::counter_increment);
  });
}

}  // namespace signet::element
