#include "fleet/state.h"

#include <algorithm>
#include <charconv>

namespace signet::fleet {

Result<std::optional<Identity>> Fleet::State::bound_to(const DeviceId& device) {
  std::vector<Identity> all = TRY(store.identities_of(device));
  const auto live_one =
      std::find_if(all.begin(), all.end(), [](const Identity& i) { return i.state != IdentityState::revoked; });
  return live_one == all.end() ? std::nullopt : std::optional{std::move(*live_one)};
}

Status Fleet::State::require_unbound(const Device& device) {
  const std::optional<Identity> bound = TRY(bound_to(device.id));
  if (!bound) return {};
  return Error{Errc::conflict, device.id.str() + " is bound to " + bound->dcn + ": first 'signet device unclaim " +
                                   device.id.str() + "'"};
}

// The unit that `device` may take now, or why it may not.
Result<Identity> Fleet::State::claimable(const Actor& actor, const Device& device, std::string_view dcn) {
  TRY(check_name("dcn", dcn));
  std::optional<Identity> found = TRY(store.identity_by_dcn(dcn));
  const std::string name{dcn};
  if (!found) {
    return denied(actor, "device.claim", dcn,
                  {Errc::not_found, name + " is unknown: first 'signet registry import MANIFEST'"});
  }
  if (found->state == IdentityState::revoked) {
    return denied(actor, "device.claim", dcn, {Errc::forbidden, name + " is revoked, for ever"});
  }
  if (found->state == IdentityState::quarantined) {
    return denied(actor, "device.claim", dcn, {Errc::forbidden, name + " is in quarantine"});
  }
  if (found->state == IdentityState::claimed) {
    // Whose it is, is nobody else's business.
    return denied(actor, "device.claim", dcn,
                  {Errc::conflict, name + " is claimed already: its owner must first run 'signet device unclaim'"});
  }
  TRY(require_unbound(device));
  return std::move(*found);
}

Result<Challenge> Fleet::begin_claim(const Actor& actor, const DeviceId& device, std::string_view dcn) {
  State& s = *state_;
  const Device owner = TRY(s.require_device(actor, device, "device.claim"));
  const Identity unit = TRY(s.claimable(actor, owner, dcn));
  const Timestamp now = s.clock.now();
  std::erase_if(s.claims, [&](const auto& item) { return item.second.statement.expiry <= now; });
  const auto mine = std::count_if(s.claims.begin(), s.claims.end(), [&](const auto& item) {
    return item.second.statement.account == actor.account.str();
  });
  if (static_cast<std::size_t>(mine) >= outstanding_claims_max) {
    return Error{Errc::exhausted, "too many claims are begun and not finished: wait 5 minutes"};
  }
  Challenge out;
  out.statement = {s.manager.server, actor.account.str(),  owner.workspace.str(),         device.str(),
                   unit.dcn,         s.random.block<32>(), now + identity::claim_lifetime};
  out.bytes = identity::encode(out.statement);
  s.claims[crypto::sha256(out.bytes)] = {out.statement, unit.fingerprint};
  return out;
}

Result<Claimed> Fleet::finish_claim(const Actor& actor, Bytes statement, const crypto::Signature& signature) {
  State& s = *state_;
  const crypto::Digest digest = crypto::sha256(statement);
  const auto found = s.claims.find(digest);
  if (found == s.claims.end() || found->second.statement.account != actor.account.str()) {
    return s.denied(actor, "device.claim", "",
                    {Errc::not_found, "no such claim was begun here, or it was used: begin it again"});
  }
  const Outstanding claim = std::move(found->second);
  s.claims.erase(found);  // spent, whatever comes next
  const identity::ClaimStatement& said = claim.statement;
  if (said.expiry <= s.clock.now()) {
    return s.denied(actor, "device.claim", said.dcn, {Errc::forbidden, "the challenge expired: begin the claim again"});
  }
  const Device device = TRY(s.require_device(actor, TRY(DeviceId::parse(said.device)), "device.claim"));
  Identity unit = TRY(s.claimable(actor, device, said.dcn));
  if (unit.fingerprint != claim.fingerprint) {
    return s.denied(actor, "device.claim", said.dcn,
                    {Errc::conflict, "the registry changed meanwhile: begin it again"});
  }
  if (!crypto::verify(unit.public_key, digest, signature)) {
    return s.denied(actor, "device.claim", said.dcn,
                    {Errc::forbidden, "the signature is not that of the registered unit: is this board genuine?"});
  }
  return s.bind(actor, std::move(unit), device, said, std::nullopt);
}

Result<Claimed> Fleet::State::bind(const Actor& actor, Identity unit, const Device& device,
                                   const identity::ClaimStatement& statement,
                                   std::optional<std::int64_t> legacy_nonce) {
  Claimed out;
  out.receipt = TRY(identity::make_receipt(statement, clock.now(), manager.sign));
  unit.state = IdentityState::claimed;
  unit.device = device.id;
  const AuditEntry note =
      entry(actor, "device.claim", device.id.str(), unit.dcn + (legacy_nonce ? ", legacy bundle" : ""));
  TRY(act(note, [&](Changes& to) -> Status {
    TRY(to.set_identity(unit.fingerprint, unit.state, unit.device));
    if (legacy_nonce) TRY(to.set_legacy_nonce(unit.fingerprint, *legacy_nonce));
    return to.set_receipt(unit.fingerprint, out.receipt);
  }));
  identity_changed(unit.fingerprint, unit.state, device);
  out.identity = std::move(unit);
  return out;
}

Result<Claimed> Fleet::claim_legacy(const Actor& actor, const DeviceId& device, std::string_view bundle) {
  State& s = *state_;
  const Device owner = TRY(s.require_device(actor, device, "device.claim"));
  if (!s.policy.legacy_claims) {
    return s.denied(actor, "device.claim", device.str(),
                    {Errc::forbidden, "legacy bundles bind no account and are off: use 'signet device claim'"});
  }
  const identity::LegacyBundle parsed = TRY(identity::parse_legacy_bundle(bundle));
  Identity unit = TRY(s.claimable(actor, owner, parsed.dcn));
  if (!crypto::verify(unit.public_key, identity::digest_of(parsed), parsed.signature)) {
    return s.denied(actor, "device.claim", parsed.dcn,
                    {Errc::forbidden, "the signature is not that of the registered unit: is this board genuine?"});
  }
  std::int64_t seconds = 0;
  const char* const end = parsed.nonce.data() + parsed.nonce.size();
  const auto [stop, ec] = std::from_chars(parsed.nonce.data(), end, seconds);
  if (ec != std::errc{} || stop != end)
    return Error{Errc::malformed, "the bundle's nonce is not a Unix time in seconds"};
  const std::int64_t now = epoch_micros(s.clock.now()) / 1'000'000;
  const std::int64_t window = s.policy.legacy_claim_window.count();
  if (seconds < now - window || seconds > now + window) {
    return s.denied(actor, "device.claim", parsed.dcn,
                    {Errc::forbidden, "the bundle was not made just now: make a new one, and check the board's clock"});
  }
  if (seconds <= TRY(s.store.legacy_nonce(unit.fingerprint))) {
    return s.denied(actor, "device.claim", parsed.dcn,
                    {Errc::forbidden, "the bundle was used already: make a new one"});
  }
  const identity::ClaimStatement statement{s.manager.server, actor.account.str(), owner.workspace.str(),
                                           device.str(),     parsed.dcn,          crypto::sha256(bytes_of(bundle)),
                                           s.clock.now()};
  return s.bind(actor, std::move(unit), owner, statement, seconds);
}

Status Fleet::unclaim(const Actor& actor, const DeviceId& device) {
  State& s = *state_;
  TRY(s.require_device(actor, device, "device.unclaim"));
  const std::optional<Identity> bound = TRY(s.bound_to(device));
  if (!bound) return Error{Errc::conflict, device.str() + " is not claimed"};
  if (bound->state == IdentityState::quarantined) {
    return Error{Errc::conflict, bound->dcn + " is in quarantine: first 'signet registry release " + bound->dcn + "'"};
  }
  TRY(s.act(s.entry(actor, "device.unclaim", device.str(), bound->dcn), [&](Changes& to) -> Status {
    TRY(to.set_identity(bound->fingerprint, IdentityState::known, std::nullopt));
    TRY(to.remove_session(device));
    return to.set_receipt(bound->fingerprint, "");
  }));
  s.identity_changed(bound->fingerprint, IdentityState::known, std::nullopt);
  s.expel(device);
  return {};
}

Status Fleet::revoke(const Actor& actor, const DeviceId& device, std::string_view reason) {
  State& s = *state_;
  const Device owner = TRY(s.require_device(actor, device, "device.revoke"));
  TRY(check_text("reason", reason, reason_bytes_max));
  const std::optional<Identity> bound = TRY(s.bound_to(device));
  if (!bound) return Error{Errc::conflict, device.str() + " has no identity that could be revoked"};
  std::string detail = bound->dcn;
  if (!reason.empty()) detail.append(": ").append(reason);
  TRY(s.act(s.entry(actor, "device.revoke", device.str(), detail), [&](Changes& to) -> Status {
    TRY(to.set_identity(bound->fingerprint, IdentityState::revoked, device));
    TRY(to.remove_session(device));
    return to.set_receipt(bound->fingerprint, "");
  }));
  s.identity_changed(bound->fingerprint, IdentityState::revoked, owner);
  s.expel(device);
  return {};
}

}  // namespace signet::fleet
