#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

template <class Number>
Number random_number(crypto::Random& random) {
  Number out = 0;
  for (const std::uint8_t byte : random.block<sizeof out>()) out = out << 8 | byte;
  return out;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Fleet::State::State(Fleet& fleet, Store& s, Clock& c, crypto::Random& r, ManagerIdentity m, Policy p)
    : store(s),
      clock(c),
      random(r),
      manager(std::move(m)),
      policy(std::move(p)),
      ids(c, random_number<std::uint32_t>(r)),
      index(random_number<std::uint64_t>(r)),
      integrations(fleet) {}

Fleet::Fleet(Store& store, Clock& clock, crypto::Random& random, ManagerIdentity manager, Policy policy)
    : state_(std::make_unique<State>(*this, store, clock, random, std::move(manager), std::move(policy))) {}
Fleet::~Fleet() = default;
void Fleet::observe(Observer* observer) { state_->observer = observer; }
Timestamp Fleet::now() const { return state_->clock.now(); }

Error Fleet::State::denied(const Actor& actor, std::string_view action, std::string_view subject, Error why) {
  AuditEntry note = entry(actor, action, subject, why.what);
  note.allowed = false;
  note_refusal(std::move(note));
  return why;
}

Status Fleet::State::require_person(const Actor& actor, std::string_view action) {
  if (actor.account.empty()) return denied(actor, action, "", {Errc::unauthenticated, "nobody is signed in"});
  if (actor.only) {
    return denied(actor, action, "", {Errc::forbidden, "an API key may not do this: sign in with e-mail and password"});
  }
  return {};
}

Status Fleet::State::require_operator(const Actor& actor, std::string_view action) {
  TRY(require_person(actor, action));
  const std::optional<Account> first = TRY(store.operator_account());
  if (first && first->id == actor.account) return {};
  return denied(actor, action, "", {Errc::forbidden, "only the account that set this manager up may do this"});
}

bool Fleet::State::owns(const Actor& actor, const Workspace& workspace) const {
  return !actor.account.empty() && workspace.account == actor.account && (!actor.only || *actor.only == workspace.id);
}

Result<Workspace> Fleet::State::require_workspace(const Actor& actor, const WorkspaceId& id, std::string_view action) {
  if (actor.account.empty()) return denied(actor, action, id.str(), {Errc::unauthenticated, "nobody is signed in"});
  const std::optional<Workspace> found = TRY(store.workspace(id));
  if (found && owns(actor, *found)) return *found;
  return denied(actor, action, id.str(), {Errc::not_found, "you have no workspace " + id.str()});
}

Result<FleetGroup> Fleet::State::require_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id,
                                               std::string_view action) {
  TRY(require_workspace(actor, workspace, action));
  const std::optional<FleetGroup> found = TRY(store.fleet(id));
  if (found && found->workspace == workspace) return *found;
  return denied(actor, action, id.str(),
                {Errc::not_found, "workspace " + workspace.str() + " has no fleet " + id.str()});
}

Result<Device> Fleet::State::require_device(const Actor& actor, const DeviceId& id, std::string_view action) {
  if (actor.account.empty()) return denied(actor, action, id.str(), {Errc::unauthenticated, "nobody is signed in"});
  const std::optional<Device> found = TRY(store.device(id));
  if (found) {
    const std::optional<Workspace> workspace = TRY(store.workspace(found->workspace));
    if (workspace && owns(actor, *workspace)) return with_live(*found);
  }
  return denied(actor, action, id.str(), {Errc::not_found, "you have no device " + id.str()});
}

std::string host_of(std::string_view address) {
  const auto colon = address.rfind(':');
  const bool one_colon = colon != address.npos && address.find(':') == colon;
  const bool bracketed = address.starts_with('[') && colon != address.npos && address[colon - 1] == ']';
  return std::string{one_colon || bracketed ? address.substr(0, colon) : address};
}

Status check_text(std::string_view what, std::string_view text, std::size_t bytes_max) {
  const std::string field{what};
  if (text.size() > bytes_max) {
    return Error{Errc::too_large, field + " is longer than " + std::to_string(bytes_max) + " bytes"};
  }
  if (!is_utf8(text)) return Error{Errc::malformed, field + " is not UTF-8"};
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return Error{Errc::malformed, field + " holds a control character"};
  }
  return {};
}

Status check_name(std::string_view what, std::string_view name) {
  if (name.empty()) return Error{Errc::malformed, std::string{what} + " is empty"};
  return check_text(what, name, name_bytes_max);
}

Result<std::string> read_email(std::string_view email) {
  TRY(check_text("e-mail", email, email_bytes_max));
  const auto at = email.find('@');
  if (at == email.npos || at == 0 || at + 1 == email.size() || email.find('@', at + 1) != email.npos ||
      email.find(' ') != email.npos) {
    return Error{Errc::malformed, "not an e-mail address: expected something like you@example.org"};
  }
  std::string lower{email};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace signet::fleet
