#include "cli/people_line.h"

namespace signet::cli {
namespace {

constexpr const char* member_footer =
    "Roles, each with all of those before it: viewer (sees), operator (works with devices: jobs, claims), admin "
    "(people,\n"
    "keys, fleets, and what cannot be taken back), owner (other owners too).\n"
    "Example:\n"
    "  signet member invite bob@example.org --role operator\n"
    "  signet member role bob@example.org admin\n"
    "  signet member rm bob@example.org";
constexpr const char* account_footer =
    "Example:\n"
    "  signet account totp enable\n"
    "  signet account sessions --end-others\n"
    "  signet account password";
constexpr const char* key_footer =
    "A key reaches one workspace, and there no more than its role, and no more than its maker may at that time.\n"
    "Example:\n"
    "  signet key create grafana --role viewer --read-only --expires 31536000\n"
    "  signet key ls\n"
    "  signet key revoke grafana";

void add_members(const Noun& root) {
  Arguments& args = root.args;
  const Noun member = root.noun("member", "Who works in a workspace", member_footer);
  member.verb("ls", "List", run_member_ls)->add_flag("--invited", args.all, "those who are invited, instead");
  CLI::App* invite = member.verb("invite", "Invite somebody: prints what to hand over", run_member_invite);
  invite->add_option("email", args.email)->type_name("EMAIL")->required();
  invite->add_option("--role", args.role, "viewer, operator, admin or owner (viewer)")->type_name("ROLE");
  invite->add_option("--expires", args.timeout, "in so long (604800)")->type_name("SECONDS");
  member.verb("uninvite", "Withdraw an invitation", run_member_uninvite)
      ->add_option("id", args.name, "as 'member ls --invited' says")
      ->type_name("ID")
      ->required();
  CLI::App* role = member.verb("role", "Give a member another role", run_member_role);
  CLI::App* remove = member.verb("rm", "Take a member out, or leave", run_member_rm);
  for (CLI::App* command : {role, remove}) {
    command->add_option("member", args.name, "e-mail or id")->type_name("MEMBER")->required();
  }
  role->add_option("role", args.role, "viewer, operator, admin or owner")->type_name("ROLE")->required();
}

void add_keys(const Noun& root) {
  Arguments& args = root.args;
  const Noun key = root.noun("key", "Keys for programs, each bound to one workspace", key_footer);
  key.app->alias("api-key");
  CLI::App* create = key.verb("create", "Make one; it is shown once", run_key_create);
  create->add_option("name", args.name)->type_name("NAME")->required();
  create->add_option("--role", args.role, "what it may at most (operator)")->type_name("ROLE");
  create->add_flag("--read-only", args.read_only, "it changes nothing, whatever its role");
  create->add_option("--expires", args.timeout, "in so long (never)")->type_name("SECONDS");
  key.verb("ls", "List; no secret comes back", run_key_ls);
  key.verb("revoke", "Refuse one from now on", run_key_revoke)
      ->add_option("key", args.name, "id, prefix or name")
      ->type_name("KEY")
      ->required();
}

void add_account(const Noun& root) {
  Arguments& args = root.args;
  const Noun account = root.noun("account", "Your own: sessions, password, second factor", account_footer);
  account.verb("show", "Who you are here", run_account_show);
  CLI::App* sessions = account.verb("sessions", "Where you are signed in; or end some", run_account_sessions);
  CLI::Option* one = sessions->add_option("--end", args.name, "this one")->type_name("ID");
  sessions->add_flag("--end-others", args.all, "all but this")->excludes(one);
  account.verb("password", "Change it; the other sessions end", run_account_password);
  const Noun totp = account.noun("totp", "Codes that change by time, beside the password");
  totp.verb("enable", "Begin, and confirm with a first code", run_account_totp_enable);
  totp.verb("disable", "Give them up", run_account_totp_disable);
}

}  // namespace

void add_people(const Noun& root) {
  add_account(root);
  add_members(root);
  add_keys(root);
}

}  // namespace signet::cli
