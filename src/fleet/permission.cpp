#include "fleet/permission.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr Need reads(std::string_view action, Role role = Role::viewer) {
  return {action, Need::Kind::role, role, true};
}
constexpr Need needs(Role role, std::string_view action) { return {action, Need::Kind::role, role, false}; }
constexpr Need of_account(std::string_view action) { return {action, Need::Kind::account}; }
constexpr Need of_manager(std::string_view action) { return {action, Need::Kind::manager}; }

// The table. A new action is put here first; what stands nowhere here is refused to everybody.
constexpr std::array needs_of_actions{
    reads("workspace.read"),
    reads("fleet.list"),
    reads("fleet.read"),
    reads("device.list"),
    reads("device.read"),
    reads("twin.read"),
    reads("job.read"),
    reads("condition.read"),
    reads("data.read"),
    reads("integration.read"),
    reads("export.read"),
    reads("firmware.read"),
    reads("fota.read"),
    reads("member.list"),
    reads("member.invitations", Role::admin),
    reads("registry.read"),

    needs(Role::viewer, "member.leave"),

    needs(Role::operator_, "device.create"),
    needs(Role::operator_, "device.update"),
    needs(Role::operator_, "device.claim"),
    needs(Role::operator_, "twin.write"),
    needs(Role::operator_, "job.schedule"),
    needs(Role::operator_, "job.cancel"),
    needs(Role::operator_, "registry.quarantine"),
    needs(Role::operator_, "firmware.create"),
    needs(Role::operator_, "firmware.update"),
    needs(Role::operator_, "firmware.upload"),
    needs(Role::operator_, "fota.schedule"),
    needs(Role::operator_, "fota.cancel"),
    needs(Role::operator_, "fota.rollout"),

    needs(Role::admin, "workspace.retention"),
    needs(Role::admin, "workspace.update"),
    needs(Role::owner, "workspace.remove"),
    needs(Role::admin, "fleet.create"),
    needs(Role::admin, "fleet.update"),
    needs(Role::admin, "fleet.remove"),
    needs(Role::admin, "device.remove"),
    needs(Role::admin, "device.unclaim"),
    needs(Role::admin, "device.revoke"),
    needs(Role::admin, "registry.release"),
    needs(Role::admin, "registry.enroll"),  // and the manager's own account: see registry.cpp
    needs(Role::admin, "member.invite"),
    needs(Role::admin, "member.withdraw"),
    needs(Role::admin, "member.update"),
    needs(Role::admin, "member.remove"),
    needs(Role::admin, "integration.create"),
    needs(Role::admin, "integration.update"),
    needs(Role::admin, "integration.remove"),
    needs(Role::admin, "integration.test"),
    needs(Role::admin, "export.create"),
    needs(Role::admin, "export.update"),
    needs(Role::admin, "export.remove"),
    needs(Role::admin, "export.run"),
    needs(Role::admin, "firmware.remove"),
    needs(Role::admin, "integration.replay"),
    needs(Role::admin, "integration.discard"),
    needs(Role::admin, "api_key.create"),
    reads("api_key.list", Role::admin),
    needs(Role::admin, "api_key.revoke"),

    of_account("workspace.create"),
    of_account("member.accept"),
    of_account("account.read"),
    of_account("account.sessions"),
    of_account("account.end_session"),
    of_account("account.change_password"),
    of_account("account.enrol"),
    of_account("account.confirm"),
    of_account("account.disable"),

    of_manager("registry.import"),
    of_manager("registry.list"),
    of_manager("audit.read"),
    of_manager("metrics.read"),
    of_manager("security.read"),
    of_manager("security.ban"),
    of_manager("security.unban"),
};

}  // namespace

std::string_view name_of(Role role) { return role_names[static_cast<std::size_t>(role)]; }

Result<Role> read_role(std::string_view name) {
  const auto found = std::find(role_names.begin(), role_names.end(), name);
  if (found == role_names.end()) return Error{Errc::malformed, "a role is viewer, operator, admin or owner"};
  return static_cast<Role>(found - role_names.begin());
}

const Need* need_of(std::string_view action) {
  const auto found = std::find_if(needs_of_actions.begin(), needs_of_actions.end(),
                                  [&](const Need& need) { return need.action == action; });
  return found == needs_of_actions.end() ? nullptr : &*found;
}

bool may_be_told(const Error& error) {
  if (error.code == Errc::unauthenticated) return error.what == needs_a_code;
  return error.code == Errc::forbidden && (error.what.starts_with(lacks_a_role) || error.what.starts_with(only_reads));
}

Status check_role(std::string_view action, Role role, bool read_only) {
  const Need* const need = need_of(action);
  if (!need || need->kind != Need::Kind::role) {
    return Error{Errc::forbidden,
                 "no role may do \"" + std::string{action} + "\": fleet/permission.cpp does not say so"};
  }
  if (role < need->role) {
    return Error{Errc::forbidden, std::string{lacks_a_role} + std::string{name_of(need->role)} +
                                      " here, and yours is " + std::string{name_of(role)}};
  }
  if (read_only && !need->reads) return Error{Errc::forbidden, std::string{only_reads}};
  return {};
}

}  // namespace signet::fleet
