// The part of Atecc that makes and checks the bond between board and element.
#include "element/atecc/turn.h"

namespace signet::element {
Result<Binding> Atecc::binding() {
  const ConfigZone config = TRY(read_config());
  const auto slots = bond_slots(config);
  if (!slots) return Binding::impossible;
  return are_locked(config, slots.value()) ? Binding::bound : Binding::open;
}

// Slot locks come last: until then the element is open, and this can be done again. The keys cross the bus in clear
// here, once: the chip has no other way to be told its first secret.
Status Atecc::bind(const BoardSecret& secret) {
  const ConfigZone config = TRY(read_config());
  const BondSlots slots = TRY(bond_slots(config));
  if (are_locked(config, slots)) {
    return Error{Errc::conflict, "the element is bound already, for ever: to this board or to another"};
  }
  BondKeys keys = bond_keys_of(secret);
  const auto put = [&](unsigned slot, const BondKey& key) -> Status {
    return is_slot_locked(config, slot) ? Status{} : write_slot(slot, 0, key.reveal());
  };
  TRY(put(slots.io_protection, keys.io_protection));
  if (slots.authorisation) TRY(put(*slots.authorisation, keys.authorisation));
  TRY(prove(config, slots, keys));
  bond_ = std::move(keys);
  locked_config_ = config;
  if (can_seal(config)) TRY(forget_sealed());  // the foundry's value goes
  if (!is_slot_locked(config, slots.io_protection)) TRY(lock_slot(slots.io_protection));
  if (slots.authorisation && !is_slot_locked(config, *slots.authorisation)) TRY(lock_slot(*slots.authorisation));
  return {};
}

Status Atecc::present(const BoardSecret& secret) {
  bond_.reset();
  const ConfigZone config = TRY(read_config());
  if (!element::is_config_locked(config) || !element::is_data_locked(config)) {
    return Error{Errc::forbidden, "the element is blank: it is not the one that this board was bound to"};
  }
  const BondSlots slots = TRY(bond_slots(config));
  if (!are_locked(config, slots)) {
    return Error{Errc::forbidden, "the element was never bound: it is not the one that this board was bound to"};
  }
  BondKeys keys = bond_keys_of(secret);
  TRY(prove(config, slots, keys));
  bond_ = std::move(keys);
  locked_config_ = config;
  return {};
}

// Both directions in one turn, each with a nonce that its asker has just made.
Status Atecc::prove(const ConfigZone& config, const BondSlots& slots, const BondKeys& keys) {
  return play([&](Turn& turn) -> Status {
    TRY(prove_to_host(turn, keys.io_protection));
    if (!slots.authorisation) return {};
    if (TRY(turn.authorise({*slots.authorisation, keys.authorisation, serial_of(config), random_}))) return {};
    return Error{Errc::forbidden, "the element does not accept this board's secret: it is bound to another board"};
  });
}

// The chip verifies a signature that is good, and answers with a MAC that only the holder of the IO key can make. The
// signing key is made for this one question: what it signs is of no use to anybody.
Status Atecc::prove_to_host(Turn& turn, const BondKey& io_key) {
  constexpr std::uint8_t how = mode::verify_external | mode::verify_digest_buffer | mode::verify_mac;
  const crypto::PrivateKey key = crypto::generate_private_key(random_);
  VerifyMacInput input{random_.block<32>(), random_.block<32>(), {}, how, verify_key_p256};
  input.signature = crypto::sign(key, input.message);
  Buffer buffer;
  Writer{buffer}.bytes(input.message).bytes(input.host_nonce);
  TRY(turn.tell({.opcode = op(Opcode::nonce),
                 .param1 = mode::nonce_pass_through | mode::nonce_64_bytes | mode::nonce_to_digest_buffer,
                 .data = buffer}));
  Buffer data;
  Writer{data}.bytes(input.signature).bytes(crypto::public_key_of(key));
  const Buffer mac =
      TRY(turn.ask({.opcode = op(Opcode::verify), .param1 = how, .param2 = verify_key_p256, .data = data}, 32));
  if (crypto::constant_time_equal(mac, verify_mac(io_key, input))) return {};
  return Error{Errc::forbidden, "the element does not know this board's secret: it is bound to another board"};
}

}  // namespace signet::element
