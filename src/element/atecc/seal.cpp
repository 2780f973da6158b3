// The part of Atecc that seals (element/sealing.h): with keys that board and element make together, again at each use.
//
//   inside  = KDF(HKDF) of the sealing slot over the label     covered on the bus by the IO protection key
//   key     = HMAC(HMAC(sealing key of the board, inside), label 0x01)     [RFC 5869]
//
// Nobody knows what the sealing slot holds. forget_sealed() rolls it inside the chip: the old value is nowhere.
#include "element/atecc/turn.h"
#include "element/sealing.h"

namespace signet::element {
namespace {

constexpr std::uint32_t message_is_input_of_32_bytes = 2 | 32u << 24;  // KDF's details for HKDF

}  // namespace

// conflict: nothing was presented, or the part is configured otherwise.
Status Atecc::require_sealing(Turn& turn) {
  if (!locked_config_) TRY(learn(turn));
  if (!locked_config_ || !can_seal(*locked_config_)) {
    return Error{Errc::conflict, "this element's configuration has no slot to seal with"};
  }
  if (!bond_) return Error{Errc::conflict, "sealing needs a bound board and element: neither has proven itself yet"};
  return {};
}

Result<crypto::Secret<32>> Atecc::sealing_key(const crypto::Digest& label) {
  Buffer data;
  Writer{data}.u32_le(message_is_input_of_32_bytes).bytes(label);
  const auto inside = TRY(play([&](Turn& turn) -> Result<crypto::Secret<32>> {
    TRY(require_sealing(turn));
    TRY(authorise_for(turn, sealing_slot));
    const Buffer covered = TRY(turn.ask({.opcode = op(Opcode::kdf),
                                         .param1 = mode::kdf_from_slot | mode::kdf_to_output_encrypted | mode::kdf_hkdf,
                                         .param2 = sealing_slot,
                                         .data = data},
                                        protected_answer_bytes));
    return uncover(bond_->io_protection, covered);
  }));
  crypto::Digest extracted = crypto::hmac_sha256(bond_->sealing.reveal(), inside.reveal());
  Buffer info = copy_of(label);
  info.push_back(0x01);
  crypto::Digest key = crypto::hmac_sha256(extracted, info);
  crypto::Secret<32> out{std::span<const std::uint8_t, 32>{key}};
  crypto::wipe(extracted);
  crypto::wipe(key);
  return out;
}

Result<Buffer> Atecc::seal(std::string_view purpose, Bytes plain) {
  return seal_with([this](const crypto::Digest& label) { return sealing_key(label); }, random_.block<seal_salt_bytes>(),
                   purpose, plain);
}

Result<Buffer> Atecc::unseal(std::string_view purpose, Bytes sealed) {
  return unseal_with([this](const crypto::Digest& label) { return sealing_key(label); }, purpose, sealed);
}

// [3.11] DeriveKey: the slot becomes a hash of itself and of a nonce. A turn that is played again rolls it twice.
Status Atecc::forget_sealed() {
  return play([&](Turn& turn) -> Status {
    TRY(require_sealing(turn));
    TRY(authorise_for(turn, sealing_slot));
    const auto number_in = random_.block<nonce_input_bytes>();
    TRY(turn.ask({.opcode = op(Opcode::nonce), .param1 = mode::nonce_random, .data = number_in}, 32));
    return turn.tell({.opcode = op(Opcode::derive_key), .param2 = sealing_slot});
  });
}

}  // namespace signet::element
