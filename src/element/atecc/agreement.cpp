// The part of Atecc that agrees on keys.
#include "element/atecc/turn.h"

namespace signet::element {
Result<crypto::PublicKey> Atecc::agreement_key() {
  const Buffer valid = TRY(play([](Turn& turn) {
    return turn.ask({.opcode = op(Opcode::info), .param1 = mode::info_key_valid, .param2 = agreement_slot}, 4);
  }));
  return valid[0] == 0 ? gen_key(agreement_slot) : public_key(agreement_slot);
}

Result<crypto::Secret<32>> Atecc::ecdh(unsigned slot, const crypto::PublicKey& peer) {
  if (slot >= slot_count) return Error{Errc::malformed, "slot " + std::to_string(slot) + " does not exist"};
  return play_with_key(slot, [&](Turn& turn) -> Result<crypto::Secret<32>> { return agree(turn, slot, peer); });
}

// The result is covered with the IO key whenever the chip has proven that it knows the same: at present(), or just now
// by accepting the transport keys. Otherwise a wrong key would give wrong bytes without a word.
Result<crypto::Secret<32>> Atecc::agree(Turn& turn, unsigned slot, const crypto::PublicKey& peer) {
  Command ask{.opcode = op(Opcode::ecdh),
              .param1 = mode::ecdh_to_output,
              .param2 = static_cast<std::uint16_t>(slot),
              .data = peer};
  if (!bond_ && !asks_for_authorisation(slot)) {
    Buffer shared = TRY(turn.ask(ask, 32));
    crypto::Secret<32> out{std::span<const std::uint8_t>{shared}.first<32>()};
    crypto::wipe(shared);
    return out;
  }
  ask.param1 |= mode::ecdh_encrypted;
  const BondKeys transport = bond_keys_of(transport_secret());
  return uncover((bond_ ? *bond_ : transport).io_protection, TRY(turn.ask(ask, protected_answer_bytes)));
}

}  // namespace signet::element
