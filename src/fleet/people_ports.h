// people_ports.h -- what the domain needs of a memory about people: accounts, their tokens, members, invitations.
// Part of ports.h, whose rules hold here.
#pragma once

#include "fleet/model.h"
#include "fleet/permission.h"

#include <optional>
#include <span>
#include <vector>

namespace signet::fleet {

struct Credential {
  Account account;
  std::string password_hash;  // argon2id, see crypto/password.h
};

enum class TokenKind : std::uint8_t { session, api_key };

// Of a bearer token only the hash is kept.
struct Token {
  crypto::Digest hash{};
  TokenId id{};
  TokenKind kind = TokenKind::session;
  AccountId account;
  std::optional<WorkspaceId> only;
  std::string name;         // of an API key
  std::string prefix;       // its first characters, shown to tell keys apart
  Role role = Role::owner;  // it may no more than this, whatever its account may
  bool read_only = false;
  std::string address;  // of whom it was given to, without the port
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> last_used;  // as it was last written: see uses.h
};
struct TokenUse {
  crypto::Digest hash{};
  Timestamp at;
};

struct Member {
  WorkspaceId workspace;
  Account account;
  Role role = Role::viewer;
  Timestamp since;
};

// Somebody may become a member, by whoever holds the token of that hash and has that e-mail address.
struct Invitation {
  InvitationId id;
  crypto::Digest hash{};
  WorkspaceId workspace;
  std::string email;
  Role role = Role::viewer;
  Account by;
  Timestamp created_at;
  Timestamp expires_at;
};

// One-time codes of an account (RFC 6238). The secret is sealed with the manager's key: a copy of the store does not
// give it away.
struct SecondFactor {
  AccountId account;
  Buffer sealed;
  bool confirmed = false;                        // until then no sign-in asks for it
  std::int64_t last_step = -1;                   // of the last code that was taken: none before it is taken again
  std::vector<crypto::Digest> recovery_codes{};  // hashes of those that are left
};

// What was answered to a request that has a name of its own: asked_once.h.
struct KeptAnswer {
  TokenId token;  // that asked
  crypto::Digest name{};
  crypto::Digest request{};  // hash of what it asks
  Timestamp at;
  std::optional<Buffer> sealed{};  // absent: it was begun
};

class PeopleChanges {
 public:
  virtual ~PeopleChanges() = default;

  virtual Status add_account(const Credential& credential) = 0;
  virtual Status set_password(const AccountId& account, const std::string& hash) = 0;
  virtual Status add_token(const Token& token) = 0;
  virtual Status remove_token(const crypto::Digest& hash) = 0;  // well when there is none
  virtual Status remove_tokens_expired_at(Timestamp now) = 0;
  virtual Status set_last_used(std::span<const TokenUse> uses) = 0;  // of tokens that are there

  virtual Status put_member(const WorkspaceId& workspace, const AccountId& account, Role role, Timestamp since) = 0;
  virtual Status remove_member(const WorkspaceId& workspace, const AccountId& account) = 0;  // and their keys for it
  // Replaces the one for that e-mail in that workspace.
  virtual Status put_invitation(const Invitation& invitation) = 0;
  virtual Status remove_invitation(const InvitationId& id) = 0;  // well when there is none
  virtual Status remove_invitations_expired_at(Timestamp now) = 0;

  virtual Status put_second_factor(const SecondFactor& factor) = 0;   // replaces, its recovery codes too
  virtual Status remove_second_factor(const AccountId& account) = 0;  // well when there is none

  virtual Status put_answer(const KeptAnswer& answer) = 0;  // replaces; goes with its token. not_found: it has none
  // All that are no younger than that, and of this token all but so many of the youngest.
  virtual Status remove_old_answers(const TokenId& token, Timestamp before, std::size_t keep) = 0;
};

class PeopleStore {
 public:
  virtual ~PeopleStore() = default;

  virtual Result<std::optional<Account>> operator_account() = 0;  // the first that was made: it runs the manager
  virtual Result<std::optional<Account>> account(const AccountId& id) = 0;
  virtual Result<std::optional<Credential>> credential(std::string_view email) = 0;
  virtual Result<std::optional<Token>> token(const crypto::Digest& hash) = 0;
  virtual Result<std::vector<Token>> sessions_of(const AccountId& account) = 0;
  virtual Result<std::vector<Token>> api_keys(const WorkspaceId& workspace) = 0;

  virtual Result<std::optional<Role>> role(const WorkspaceId& workspace, const AccountId& account) = 0;
  virtual Result<std::vector<Member>> members(const WorkspaceId& workspace) = 0;
  virtual Result<std::vector<Invitation>> invitations(const WorkspaceId& workspace) = 0;
  virtual Result<std::optional<Invitation>> invitation(const crypto::Digest& hash) = 0;

  virtual Result<std::optional<SecondFactor>> second_factor(const AccountId& account) = 0;
  virtual Result<std::optional<KeptAnswer>> kept_answer(const TokenId& token, const crypto::Digest& name) = 0;
};

}  // namespace signet::fleet
