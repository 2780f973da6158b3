#include "fleet/state.h"

namespace signet::fleet {
namespace {

Identity identity_of(const identity::Unit& unit, std::string_view origin) {
  const identity::Certificate& leaf = unit.chain.front();
  Identity out;
  out.fingerprint = identity::fingerprint(leaf);
  out.dcn = unit.dcn;
  out.public_key = leaf.public_key;
  out.certificate = leaf.der;
  if (unit.chain.size() > 1) out.signer = unit.chain[1].der;
  out.not_before = leaf.not_before;
  out.not_after = leaf.not_after;
  const bool emulated = unit.model.ends_with(identity::emulated_suffix);
  out.assurance = emulated ? element::Assurance::emulated : element::Assurance::hardware;
  out.origin = "manifest " + std::string{origin};
  out.jws = unit.jws;
  return out;
}

// True when added, false when the very same certificate was known.
Result<bool> import_one(Store& store, Changes& to, const Identity& identity) {
  if (TRY(store.identity(identity.fingerprint))) return false;
  const std::optional<Identity> other = TRY(store.identity_by_dcn(identity.dcn));
  if (other && other->state != IdentityState::revoked) {
    return Error{Errc::conflict,
                 "is known with another certificate (" + other->origin + "): one of the two manifests is wrong"};
  }
  TRY(to.add_identity(identity));
  return true;
}

bool looks_like_an_element(std::string_view dcn) {
  return dcn.size() == 20 && (dcn.starts_with("sn") || dcn.starts_with("SN")) &&
         dcn.find_first_not_of("0123456789ABCDEFabcdef", 2) == dcn.npos;
}

}  // namespace

Result<Fleet::Imported> Fleet::import_units(const Actor& actor, const std::vector<identity::Unit>& units,
                                            std::string_view origin) {
  State& s = *state_;
  TRY(s.require_operator(actor, "registry.import"));
  TRY(check_name("name of the manifest", origin));
  std::vector<Identity> added;
  const auto import_all = [&](Changes& to) -> Status {
    for (std::size_t i = 0; i < units.size(); ++i) {
      const std::string place = "unit " + std::to_string(i) + " (" + units[i].unique_id + ")";
      if (units[i].chain.empty()) return Error{Errc::malformed, place + ": has no certificate"};
      Identity identity = identity_of(units[i], origin);
      Result<bool> is_new = import_one(s.store, to, identity);
      if (!is_new) return std::move(is_new).error().within(place);
      if (is_new.value()) added.push_back(std::move(identity));
    }
    AuditEntry entry = s.entry(actor, "registry.import", origin);
    entry.detail = std::to_string(added.size()) + " added, " + std::to_string(units.size() - added.size()) + " known";
    return to.audit(entry);
  };
  TRY(s.change(import_all));
  for (const Identity& identity : added) s.identity_added(identity, std::nullopt);
  return Imported{added.size(), units.size() - added.size()};
}

Status Fleet::may_enroll(const Actor& actor, const DeviceId& device, std::string_view dcn) {
  State& s = *state_;
  const Device owner = TRY(s.require_device(actor, device, "registry.enroll"));
  if (!TRY(s.is_operator(actor))) {
    return s.denied(actor, "registry.enroll", device.str(),
                    {Errc::forbidden, "only the account that set this manager up may do this"});
  }
  TRY(check_name("common name", dcn));
  if (looks_like_an_element(dcn)) {
    return s.denied(actor, "registry.enroll", dcn,
                    {Errc::forbidden, "the common name is that of a secure element: a software key may not take it"});
  }
  TRY(s.require_unbound(owner));
  const std::optional<Identity> other = TRY(s.store.identity_by_dcn(dcn));
  if (other && other->state != IdentityState::revoked) {
    return Error{Errc::conflict, std::string{dcn} + " is enrolled already: choose another common name"};
  }
  return {};
}

Result<Identity> Fleet::enroll(const Actor& actor, const DeviceId& device, const identity::Certificate& certificate) {
  State& s = *state_;
  const std::string& dcn = certificate.subject_common_name;
  TRY(may_enroll(actor, device, dcn));
  TRY(identity::check_validity(certificate, s.clock.now()));
  const Device owner = TRY(s.require_device(actor, device, "registry.enroll"));
  Identity made;
  made.fingerprint = identity::fingerprint(certificate);
  made.dcn = dcn;
  made.public_key = certificate.public_key;
  made.certificate = certificate.der;
  made.not_before = certificate.not_before;
  made.not_after = certificate.not_after;
  made.assurance = element::Assurance::software;
  made.origin = "enrolled";
  made.state = IdentityState::claimed;
  made.device = device;
  TRY(s.act(s.entry(actor, "registry.enroll", dcn, device.str() + ", software key"),
            [&](Changes& to) { return to.add_identity(made); }));
  s.identity_added(made, owner);
  return made;
}

Result<std::vector<Identity>> Fleet::registry(const Actor& actor, const RegistryQuery& query) {
  TRY(state_->require_operator(actor, "registry.list"));
  if (query.size > registry_page_max || query.page > page_number_max) {
    return Error{Errc::too_large, "size is at most " + std::to_string(registry_page_max) + ": ask page by page"};
  }
  return state_->store.identities(query);
}

// The operator sees every unit, anybody else those of the devices of their workspaces.
Result<Identity> Fleet::State::require_identity(const Actor& actor, std::string_view dcn, std::string_view action) {
  if (actor.account.empty()) return denied(actor, action, dcn, {Errc::unauthenticated, "nobody is signed in"});
  const std::string_view not_yours = "the registry has nothing of yours that is called ";
  TRY(check_name("dcn", dcn));
  const std::optional<Identity> found = TRY(store.identity_by_dcn(dcn));
  if (!found) return Error{Errc::not_found, std::string{not_yours} + std::string{dcn}};
  if (TRY(is_operator(actor))) return *found;
  const std::optional<Device> device = found->device ? TRY(store.device(*found->device)) : std::nullopt;
  TRY(require_role(actor, device ? device->workspace : WorkspaceId{}, action, dcn, not_yours));
  return *found;
}

Result<Identity> Fleet::find_identity(const Actor& actor, std::string_view dcn) {
  return state_->require_identity(actor, dcn, "registry.read");
}

}  // namespace signet::fleet
