// permission.h -- who may do what: one table from an action to the least role that may do it.
//
//   can(need_of("job.schedule"), Role::operator_, false)    // well, or forbidden with the role that is lacking
//
// An action that is not in the table is refused to everybody. Pure.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signet::fleet {

// What a member may do in a workspace; each may what those before it may.
enum class Role : std::uint8_t {
  viewer,     // sees all, changes nothing
  operator_,  // works with devices: jobs, claims, names
  admin,      // people, keys, integrations, and what cannot be taken back
  owner,      // other owners too
};
inline constexpr std::array<std::string_view, 4> role_names{"viewer", "operator", "admin", "owner"};
std::string_view name_of(Role role);
Result<Role> read_role(std::string_view name);  // malformed: the names there are

// The least that an action needs.
struct Need {
  enum class Kind : std::uint8_t {
    role,     // in the workspace
    account,  // anybody who has signed in, for what is their own
    manager,  // the account that set this manager up
  };
  std::string_view action;
  Kind kind;
  Role role = Role::viewer;
  bool reads = false;  // changes nothing: a read-only key may do it
};
const Need* need_of(std::string_view action);  // null: nobody may

// Words of an error that whoever asked is told: they know by then that they are a member, or that the password is
// right.
inline constexpr std::string_view lacks_a_role = "this needs the role ";
inline constexpr std::string_view needs_a_code = "a code of your second factor is needed too";
inline constexpr std::string_view only_reads = "this API key only reads";
bool may_be_told(const Error& error);

// forbidden, and which role would do.
Status check_role(std::string_view action, Role role, bool read_only);

}  // namespace signet::fleet
