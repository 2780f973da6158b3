#include "board/bond.h"

namespace signet::board {
namespace {

using element::BoardSecret;
using element::Uid;

struct Fused {
  BoardSecret secret;
  Uid uid;
  bool was_made = false;
};

Result<std::optional<Fused>> read_fused(Fuses& fuses) {
  const auto word = TRY(fuses.read(Fuse::bond));
  if (!word) return std::optional<Fused>{};
  const auto bytes = word->reveal();
  Fused fused{BoardSecret{bytes.first<32>()}, {}, false};
  std::ranges::copy(bytes.subspan<32, element::uid_bytes>(), fused.uid.begin());
  fused.was_made = TRY(fuses.read(Fuse::bond_made)).has_value();
  return std::optional{std::move(fused)};
}

Status burn_secret(Fuses& fuses, const BoardSecret& secret, const Uid& uid) {
  FuseWord word;
  std::ranges::copy(secret.reveal(), word.reveal_to_fill().begin());
  std::ranges::copy(uid, word.reveal_to_fill().begin() + 32);
  return fuses.burn(Fuse::bond, word);
}

Status burn_made(Fuses& fuses) {
  FuseWord ones;
  std::ranges::fill(ones.reveal_to_fill(), std::uint8_t{0xff});
  return fuses.burn(Fuse::bond_made, ones);
}

// Two sources: neither a weak element nor a weak host alone makes it guessable.
Result<BoardSecret> new_secret(element::Element& element, crypto::Random& random) {
  BoardSecret secret;
  random.fill(secret.reveal_to_fill());
  Buffer theirs = TRY(element.random(secret.reveal().size()));
  for (std::size_t i = 0; i < theirs.size(); ++i) secret.reveal_to_fill()[i] ^= theirs[i];
  crypto::wipe(theirs);
  return secret;
}

Bond moved() {
  return {BondState::moved,
          "the element was moved to another board: it is bound to the one it was first powered on with, and this "
          "board uses no key of it"};
}

Result<Bond> first_power_on(element::Element& element, Fuses& fuses, const BoardSecret& secret) {
  const Status bound = element.bind(secret);
  if (!bound && bound.error().code == Errc::forbidden) return moved();  // another board had begun to bind it
  TRY(bound);
  TRY(burn_made(fuses));
  return Bond{BondState::made, "first power-on: this board and its element are bound to each other, for ever"};
}

Bond exchanged(const std::string& why) { return {BondState::exchanged, "the board was given another element: " + why}; }

Result<Bond> meet(element::Element& element, Fuses& fuses, const Fused& fused, element::Binding binding) {
  const std::string own = element::dcn_of(fused.uid);
  const Uid uid = TRY(element.uid());
  if (uid != fused.uid) return exchanged("it is bound to " + own + ", and this is " + element::dcn_of(uid));
  if (binding == element::Binding::open && !fused.was_made) return first_power_on(element, fuses, fused.secret);
  if (binding != element::Binding::bound) {
    return exchanged("this one calls itself " + own + ", but is not the one it was bound to");
  }
  const Status proven = element.present(fused.secret);
  if (!proven && proven.error().code == Errc::unavailable) return proven.error();
  if (!proven) return exchanged("this one calls itself " + own + ", but cannot prove it: " + proven.error().what);
  if (!fused.was_made) TRY(burn_made(fuses));
  return Bond{BondState::bound, "this board and its element are the bound pair"};
}

}  // namespace

std::string_view name_of(BondState state) {
  switch (state) {
    case BondState::none: return "none";
    case BondState::made:
    case BondState::bound: return "bound";
    case BondState::moved: return "moved";
    case BondState::exchanged: return "exchanged";
  }
  return "none";
}

Result<Bond> settle_bond(element::Element& element, Fuses& fuses, crypto::Random& random) {
  const auto fused = TRY(read_fused(fuses));
  const element::Binding binding = TRY(element.binding());
  if (fused) return meet(element, fuses, *fused, binding);
  if (binding == element::Binding::impossible) return Bond{};
  if (binding == element::Binding::bound) return moved();
  const BoardSecret secret = TRY(new_secret(element, random));
  TRY(burn_secret(fuses, secret, TRY(element.uid())));
  return first_power_on(element, fuses, secret);
}

}  // namespace signet::board
