#include "base/bytes.h"
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

// C0, DEL and C1 (U+0080 to U+009F): terminals obey them.
bool holds_control(std::string_view text) {
  const auto c0 = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto c1 = [](char a, char b) { return a == '\xc2' && static_cast<unsigned char>(b) < 0xa0; };
  return std::any_of(text.begin(), text.end(), c0) || std::adjacent_find(text.begin(), text.end(), c1) != text.end();
}

}  // namespace

Fleet::State::State(Fleet& fleet, Store& s, Clock& c, crypto::Random& r, ManagerIdentity m, Policy p)
    : store(s),
      clock(c),
      random(r),
      manager(std::move(m)),
      policy(std::move(p)),
      ids(c, random_number<std::uint32_t>(r)),
      index(random_number<std::uint64_t>(r)),
      integrations(fleet),
      exports(fleet) {}

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

// An action that is in no table is refused to everybody, and so is one whose table says something else.
Status Fleet::State::require_kind(const Actor& actor, std::string_view action, Need::Kind kind) {
  const Need* const need = need_of(action);
  if (need && need->kind == kind) return {};
  return denied(actor, action, "", {Errc::forbidden, "fleet/permission.cpp lets nobody do this in that way"});
}

Status Fleet::State::require_person(const Actor& actor, std::string_view action) {
  if (actor.account.empty()) return denied(actor, action, "", {Errc::unauthenticated, "nobody is signed in"});
  if (actor.only) {
    return denied(actor, action, "", {Errc::forbidden, "an API key may not do this: sign in with e-mail and password"});
  }
  return {};
}

Status Fleet::State::require_account(const Actor& actor, std::string_view action) {
  TRY(require_person(actor, action));
  return require_kind(actor, action, Need::Kind::account);
}

Status Fleet::State::require_operator(const Actor& actor, std::string_view action) {
  TRY(require_person(actor, action));
  TRY(require_kind(actor, action, Need::Kind::manager));
  if (TRY(is_operator(actor))) return {};
  return denied(actor, action, "", {Errc::forbidden, "only the account that set this manager up may do this"});
}

Result<bool> Fleet::State::is_operator(const Actor& actor) {
  const std::optional<Account> first = TRY(store.operator_account());
  return !actor.only && first && first->id == actor.account;
}

Result<std::optional<Role>> Fleet::State::role_in(const Actor& actor, const WorkspaceId& workspace) {
  if (actor.account.empty() || (actor.only && *actor.only != workspace)) return std::optional<Role>{};
  const std::optional<Role> role = TRY(store.role(workspace, actor.account));
  if (!role) return role;
  return std::optional{std::min(*role, actor.at_most)};
}

Result<Role> Fleet::State::require_role(const Actor& actor, const WorkspaceId& workspace, std::string_view action,
                                        std::string_view subject, std::string_view not_yours) {
  if (actor.account.empty()) return denied(actor, action, subject, {Errc::unauthenticated, "nobody is signed in"});
  const std::optional<Role> role = TRY(role_in(actor, workspace));
  if (!role) return denied(actor, action, subject, {Errc::not_found, std::string{not_yours} + std::string{subject}});
  Status allowed = check_role(action, *role, actor.read_only);
  if (!allowed) return denied(actor, action, subject, std::move(allowed).error());
  return *role;
}

Result<Role> Fleet::State::require_role_in(const Actor& actor, const WorkspaceId& workspace, std::string_view action) {
  return require_role(actor, workspace, action, workspace.str(), "you have no workspace ");
}

Status Fleet::State::require_at_least(const Actor& actor, std::string_view action, Role mine, Role wanted) {
  if (mine >= wanted) return {};
  return denied(actor, action, name_of(wanted),
                {Errc::forbidden, std::string{lacks_a_role} + std::string{name_of(wanted)} + " here, and yours is " +
                                      std::string{name_of(mine)}});
}

Result<Workspace> Fleet::State::require_workspace(const Actor& actor, const WorkspaceId& id, std::string_view action) {
  TRY(require_role_in(actor, id, action));
  const std::optional<Workspace> found = TRY(store.workspace(id));
  if (found) return *found;
  return Error{Errc::not_found, "you have no workspace " + id.str()};
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
  const std::optional<Device> found = TRY(store.device(id));
  const WorkspaceId workspace = found ? found->workspace : WorkspaceId{};
  TRY(require_role(actor, workspace, action, id.str(), "you have no device "));
  return with_live(*found);
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
  if (holds_control(text)) return Error{Errc::malformed, field + " holds a control character"};
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
  return lower(email);
}

}  // namespace signet::fleet
