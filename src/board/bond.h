// bond.h -- are this board and this element the pair that was bound at the first power-on? Asked at every boot.
//
//   fuses blank   element open    first power-on: make a secret, burn it, bind the element, burn that it was made
//                 element bound   the element was moved here from another board
//   fuses burnt   the same uid and the secret proven, in both directions          the pair
//                 open, and it was never known to be bound                        first power-on was cut: bind again
//                 anything else                                                   the board was given another element
//
// A power cut at any step leaves one of these states. The secret is in the fuses before the element is told.
#pragma once

#include "board/fuses/fuses.h"
#include "crypto/random.h"
#include "element/element.h"

namespace signet::board {

enum class BondState : std::uint8_t {
  none,       // the element cannot be bound, or is not personalised yet
  made,       // just now: this was the first power-on
  bound,      // the pair
  moved,      // the element belongs to another board
  exchanged,  // the board belongs to another element
};

struct Bond {
  BondState state = BondState::none;
  std::string text;  // for the console; empty when there is nothing to say
  // No key of the element is used.
  bool is_barred() const { return state == BondState::moved || state == BondState::exchanged; }
};

std::string_view name_of(BondState state);  // "none", "bound" (made too), "moved", "exchanged"

// unavailable: the element or the fuses did not answer; nothing is decided.
Result<Bond> settle_bond(element::Element& element, Fuses& fuses, crypto::Random& random);

// Stands before an element that may not be used: says its uid, and refuses all else with the reason.
class BarredElement final : public element::Element {
 public:
  explicit BarredElement(element::Element& inner) : inner_(inner) {}
  void because(std::string why) { why_ = std::move(why); }

  element::Assurance assurance() const override { return inner_.assurance(); }
  Result<element::Uid> uid() override { return inner_.uid(); }
  Result<crypto::PublicKey> public_key() override { return refusal(); }
  Result<crypto::Signature> sign(const crypto::Digest&) override { return refusal(); }
  Result<Buffer> random(std::size_t) override { return refusal(); }
  Result<element::Certificates> certificates() override { return refusal(); }
  Result<std::uint32_t> counter(unsigned) override { return refusal(); }
  Result<std::uint32_t> increment(unsigned) override { return refusal(); }
  Result<crypto::PublicKey> agreement_key() override { return refusal(); }
  Result<crypto::Secret<32>> ecdh(const crypto::PublicKey&) override { return refusal(); }
  Result<Buffer> seal(std::string_view, Bytes) override { return refusal(); }
  Result<Buffer> unseal(std::string_view, Bytes) override { return refusal(); }
  Status forget_sealed() override { return refusal(); }

 private:
  Error refusal() const { return {Errc::forbidden, why_}; }
  element::Element& inner_;
  std::string why_;
};

}  // namespace signet::board
