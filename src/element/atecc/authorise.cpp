// The part of Atecc that proves to the chip, turn by turn, that its own board asks.
#include "element/atecc/turn.h"

namespace signet::element {

// [3.11] A random Nonce, then CheckMac with the key in the slot as first block and TempKey as second.
Result<bool> Atecc::Turn::authorise(const Pass& pass) {
  const auto number_in = pass.random.block<nonce_input_bytes>();
  const Buffer random_out = TRY(
      ask({.opcode = static_cast<std::uint8_t>(Opcode::nonce), .param1 = mode::nonce_random, .data = number_in}, 32));
  const crypto::Digest temp_key = nonce_temp_key(random_out, number_in, mode::nonce_random);
  const Block<check_mac_other_bytes> other{};
  Buffer data;
  Writer{data}
      .bytes(Block<32>{})  // ClientChal has no part in this mode
      .bytes(check_mac_response(pass.key, temp_key, other, pass.serial))
      .bytes(other);
  authorised_ = true;  // also when the answer is lost: it may have been a yes
  return judge({.opcode = static_cast<std::uint8_t>(Opcode::check_mac),
                .param1 = mode::mac_second_temp_key,
                .param2 = static_cast<std::uint16_t>(pass.slot),
                .data = data});
}

Status Atecc::learn(Turn& turn) {
  const ConfigZone config = turn.config_seen() ? *turn.config_seen() : TRY(turn.config());
  if (element::is_config_locked(config)) locked_config_ = config;
  return {};
}

bool Atecc::asks_for_authorisation(unsigned slot) const {
  return locked_config_ && key_config(*locked_config_, slot).req_auth;
}

Status Atecc::authorise_for(Turn& turn, unsigned slot) {
  if (!asks_for_authorisation(slot)) return {};
  const unsigned key_slot = key_config(*locked_config_, slot).auth_key;
  const BondKeys transport = bond_keys_of(transport_secret());
  const Pass pass{key_slot, (bond_ ? *bond_ : transport).authorisation, serial_of(*locked_config_), random_};
  if (TRY(turn.authorise(pass))) return {};
  locked_config_.reset();  // the link may lead to another chip now
  return not_authorised();
}

Error Atecc::not_authorised() const {
  if (bond_) {
    return {Errc::forbidden, "the element does not accept this board's secret: it is bound to another board"};
  }
  return {Errc::forbidden, "the element is bound to a board and uses its keys for that board alone"};
}

}  // namespace signet::element
