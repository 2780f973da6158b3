#include "fleet/people.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {

Result<MadeKey> People::create_key(const Actor& actor, const WorkspaceId& workspace, const KeyOrder& order) {
  Fleet::State& s = state_;
  TRY(s.require_person(actor, "api_key.create"));
  const Role mine = TRY(s.require_role_in(actor, workspace, "api_key.create"));
  TRY(s.require_at_least(actor, "api_key.create", mine, order.role));
  TRY(check_name("name", order.name));
  if (order.lasts && (order.lasts->count() <= 0 || *order.lasts > api_key_time_max)) {
    return Error{Errc::malformed, "a key lasts a second at least, and ten years at most"};
  }
  if (TRY(s.store.api_keys(workspace)).size() >= api_keys_max) {
    return Error{Errc::conflict, workspace.str() + " has " + std::to_string(api_keys_max) +
                                     " keys: revoke one that nobody uses ('signet key ls')"};
  }
  MadeKey out;
  out.text = s.new_token(actor.account, TokenKind::api_key, actor.address, out.key);
  out.key.only = workspace;
  out.key.name = order.name;
  out.key.role = order.role;
  out.key.read_only = order.read_only;
  if (order.lasts) out.key.expires_at = out.key.created_at + *order.lasts;
  std::string detail = out.key.prefix + ", " + std::string{name_of(order.role)};
  if (order.read_only) detail += ", read only";
  TRY(s.act(s.entry(actor, "api_key.create", workspace.str(), detail),
            [&](Changes& to) { return to.add_token(out.key); }));
  return out;
}

Result<std::vector<Token>> People::keys(const Actor& actor, const WorkspaceId& workspace) {
  TRY(state_.require_workspace(actor, workspace, "api_key.list"));
  std::vector<Token> out = TRY(state_.store.api_keys(workspace));
  for (Token& key : out) key.last_used = state_.uses.last(key);
  return out;
}

Status People::revoke_key(const Actor& actor, const WorkspaceId& workspace, const TokenId& id) {
  TRY(state_.require_person(actor, "api_key.revoke"));
  TRY(state_.require_workspace(actor, workspace, "api_key.revoke"));
  const std::vector<Token> all = TRY(state_.store.api_keys(workspace));
  const auto found = std::find_if(all.begin(), all.end(), [&](const Token& key) { return key.id == id; });
  if (found == all.end()) return Error{Errc::not_found, workspace.str() + " has no API key " + id.str()};
  return state_.act(state_.entry(actor, "api_key.revoke", workspace.str(), found->prefix),
                    [&](Changes& to) { return to.remove_token(found->hash); });
}

}  // namespace signet::fleet
