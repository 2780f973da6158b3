#include "factory/station.h"

#include "factory/plan.h"
#include "identity/compressed.h"

namespace signet::factory {

Result<Made> Station::personalise(element::Atecc& chip, const Part& part, const TellStep& tell,
                                  const element::BoardSecret* board_secret) {
  const element::Uid uid = TRY(chip.uid());
  const bool finished = TRY(chip.is_data_locked());
  TRY(require_in_batch(hex(uid)));
  TRY(configure(chip, tell));
  const bool was_bound = finished && TRY(chip.binding()) == element::Binding::bound;
  if (was_bound && !board_secret) return left_alone(hex(uid));
  if (was_bound) TRY(chip.present(*board_secret));
  if (!finished) TRY(certify(chip, uid, tell));

  tell("prove: read the certificate back, sign a challenge with it");
  auto certificate = TRY(read_back(chip, uid));
  // What 72 bytes rebuild is what was signed, to the bit. A unit from before there was a ledger gets its entry now.
  TRY(authority_.ledger().record({hex(uid), batch_.name(), clock_.now(), certificate}));
  TRY(prove(chip, certificate));
  tell("publish: sign the unit's manifest entry");
  TRY(publish(chip, uid, certificate, part));
  if (board_secret && !was_bound) {
    tell("bind: the element will answer its board alone, for ever");
    TRY(chip.bind(*board_secret));
  }
  return Made{hex(uid), std::move(certificate), finished, board_secret != nullptr};
}

// Its keys answer its board alone, so nothing can be proven here; a unit that was published was proven before.
Result<Made> Station::left_alone(const std::string& unique_id) {
  auto issued = TRY(authority_.ledger().find(unique_id));
  if (issued && batch_.contains(unique_id)) return Made{unique_id, std::move(issued->certificate), true, true};
  return Error{Errc::conflict,
               "the element is bound to a board and proves nothing to others, and its unit is not in "
               "this batch: name the file with its board's secret (--bind-to), or scrap it"};
}

Status Station::require_in_batch(const std::string& unique_id) {
  const auto issued = TRY(authority_.ledger().find(unique_id));
  if (!issued || issued->batch == batch_.name()) return {};
  return Error{Errc::conflict, "unit " + unique_id + " belongs to batch " + issued->batch};
}

Status Station::configure(element::Atecc& chip, const TellStep& tell) {
  const element::ConfigZone zone = TRY(chip.read_config());
  if (element::is_config_locked(zone)) {
    if (is_planned(zone)) return {};
    return Error{Errc::conflict,
                 "the element's configuration is locked and is not ours: it was made for somebody else"};
  }
  tell("configure: write 128 bytes, lock the configuration zone");
  const element::ConfigZone wanted = planned_configuration(zone);
  TRY(chip.write_config(wanted));
  return chip.lock_config(wanted);
}

// The element's keys ask for an authorisation from the first: with the transport keys, until a board binds it.
Status Station::open_for_line(element::Atecc& chip) {
  const element::BondKeys keys = element::bond_keys_of(element::transport_secret());
  TRY(chip.write_slot(element::authorisation_slot, 0, keys.authorisation.reveal()));
  return chip.write_slot(element::io_protection_slot, 0, keys.io_protection.reveal());
}

// What the board's first power-on rolls on, inside the element: nobody needs it, so nobody keeps it.
Result<element::BondKey> Station::new_sealing_value(element::Atecc& chip) {
  Buffer inside = TRY(chip.random(32));
  element::BondKey out{random_.block<32>()};
  for (std::size_t i = 0; i < inside.size(); ++i) out.reveal_to_fill()[i] ^= inside[i];
  crypto::wipe(inside);
  return out;
}

// A key that has its certificate is kept; one that has none is made again.
Result<identity::Certificate> Station::certificate_of(element::Atecc& chip, const element::Uid& uid,
                                                      const TellStep& tell) {
  if (auto issued = TRY(authority_.ledger().find(hex(uid)))) {
    const auto key = chip.public_key();
    if (!key && key.error().code == Errc::unavailable) return key.error();
    if (!key || key.value() != issued->certificate.public_key) return certified_before(*issued);
    return std::move(issued->certificate);
  }
  tell("birth: the element makes its keys inside itself");
  const crypto::PublicKey key = TRY(chip.gen_key(element::identity_slot));
  const Timestamp now = clock_.now();
  auto certificate =
      TRY(identity::issue_device(key, element::dcn_of(uid), authority_.signer(), now, authority_.signer_signs()));
  TRY(authority_.ledger().record({hex(uid), batch_.name(), now, certificate}));
  return certificate;
}

Status Station::certify(element::Atecc& chip, const element::Uid& uid, const TellStep& tell) {
  TRY(open_for_line(chip));
  const auto certificate = TRY(certificate_of(chip, uid, tell));
  for (unsigned slot = element::identity_slot + 1; slot <= last_key_slot; ++slot) TRY(chip.gen_key(slot));

  tell("certify: the signer signs, the element stores 72 bytes, data zone locked");
  const element::BondKeys transport = element::bond_keys_of(element::transport_secret());
  const element::BondKey sealing = TRY(new_sealing_value(chip));
  element::DataImage image;
  image.set(element::authorisation_slot, transport.authorisation.reveal());
  image.set(element::io_protection_slot, transport.io_protection.reveal());
  image.set(element::sealing_slot, sealing.reveal());
  image.set(element::device_certificate_slot, TRY(identity::compress(certificate)));
  image.set(element::signer_key_slot, element::public_key_slot(authority_.signer().public_key));
  image.set(element::signer_certificate_slot, TRY(identity::compress(authority_.signer())));
  TRY(chip.write_data(image));
  const Status locked = chip.lock_data(image);
  crypto::wipe(image.data);
  return locked;
}

Result<identity::Certificate> Station::read_back(element::Atecc& chip, const element::Uid& uid) {
  const element::StoredCertificates stored = TRY(chip.stored_certificates());
  if (stored.signer_key != authority_.signer().public_key) {
    return Error{Errc::conflict, "the element holds a certificate of another foundry"};
  }
  const crypto::PublicKey key = TRY(chip.public_key());
  return identity::rebuild_device(stored.device, key, element::dcn_of(uid), authority_.signer());
}

Status Station::prove(element::Atecc& chip, const identity::Certificate& certificate) {
  TRY(identity::check_chain(certificate, authority_.signer(), authority_.root(), clock_.now()));
  const crypto::Digest challenge = random_.block<32>();
  const crypto::Signature signature = TRY(chip.sign(challenge));
  if (!crypto::verify(certificate.public_key, challenge, signature)) {
    return Error{Errc::corrupt, "the element's signature does not match its certificate: set this part aside"};
  }
  return {};
}

Status Station::publish(element::Atecc& chip, const element::Uid& uid, const identity::Certificate& certificate,
                        const Part& part) {
  const std::string unique_id = hex(uid);
  if (batch_.contains(unique_id)) return {};
  identity::NewUnit unit;
  unit.uid = uid;
  unit.model = part.model;
  unit.part_number = part.number;
  unit.organization = authority_.organization();
  unit.revision = TRY(chip.revision());
  unit.provisioned_at = clock_.now();
  for (unsigned slot = 0; slot <= last_key_slot; ++slot) unit.keys[slot] = TRY(chip.public_key(slot));
  unit.chain = {certificate, authority_.signer()};
  const std::string jws = TRY(identity::write_unit(unit, authority_.log_signer(), authority_.log_signer_signs()));
  return batch_.add(unique_id, jws);
}

}  // namespace signet::factory
