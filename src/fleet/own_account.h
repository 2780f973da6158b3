// own_account.h -- what a person does with the account they signed in with: sessions, password, second factor.
//
//   OwnAccount{fleet}.change_password(actor, "before", "from now on");
//
// Part of fleet.h, whose rules hold here. An API key may do none of it.
#pragma once

#include "fleet/fleet.h"

namespace signet::fleet {

inline constexpr std::size_t recovery_codes_made = 10;

struct AboutAccount {
  Account account;
  bool second_factor = false;
  std::size_t recovery_codes = 0;  // left
  bool runs_manager = false;       // it set this manager up
};
struct Enrolment {
  std::string secret;  // base32; shown once
  std::string uri;     // the same for an authenticator
};

class OwnAccount {
 public:
  explicit OwnAccount(Fleet& fleet) : state_(*fleet.state_) {}

  Result<AboutAccount> about(const Actor& actor);
  Result<std::vector<Token>> sessions(const Actor& actor);  // that are not over
  Status end_session(const Actor& actor, const TokenId& id);
  // The audit's note of a request that came with somebody's session from a page that is not ours.
  void note_forged(const Actor& actor, std::string_view what, const Error& why);
  // And of one that was refused for what it says, before anybody was asked whether they may.
  void note_refused(const Actor& actor, std::string_view what, const Error& why);
  Result<bool> manager_waits();  // for its first account
  Status end_other_sessions(const Actor& actor);
  // Ends the other sessions. API keys stay: they have their own list.
  Status change_password(const Actor& actor, std::string_view password, std::string_view to);

  // --- second_factor.cpp. Not asked for before `confirm` has seen a code; then the other sessions end.
  Result<Enrolment> enrol(const Actor& actor, std::string_view password);
  Result<std::vector<std::string>> confirm(const Actor& actor, std::string_view code);  // recovery codes, once each
  Status disable(const Actor& actor, std::string_view password, std::string_view code);

 private:
  Status remove_others(Changes& to, const Actor& actor);
  Fleet::State& state_;
};

}  // namespace signet::fleet
