// signetd_ca.h -- `signetd rotate-ca`: another CA for a manager, while every board goes on trusting it.
//
//   prepared:  the present CA names the next; boards learn it as they connect        (signetd serves as before)
//   finished:  the next one is the CA, and the former key is gone                    (boards let the former go)
#pragma once

#include "api/manager_identity.h"
#include "crypto/random.h"
#include "fleet/ports.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/sqlite.h"

#include <iostream>

namespace signet {

struct RotateCa {
  std::string folder;
  bool finish = false;
  bool force = false;
  bool as_json = false;
};

inline json::value successor_of(const api::ManagerIdentity& identity) {
  if (!identity.successor()) return nullptr;
  return identity::write_successor(*identity.successor());
}

inline Status note_ca(fleet::Store& store, Clock& clock, const char* action, const std::string& name) {
  fleet::AuditEntry entry;
  entry.at = clock.now();
  entry.actor = "signetd rotate-ca";
  entry.action = action;
  entry.subject = name;
  entry.allowed = true;
  return store.change([&](fleet::Changes& to) { return to.audit(entry); });
}

inline std::string words_of(const store::Trusting& trusting) {
  std::string out = std::to_string(trusting.trusting) + " of " + std::to_string(trusting.devices) +
                    " devices have said that they trust it";
  for (std::size_t i = 0; i < std::min<std::size_t>(trusting.others.size(), 10); ++i) {
    out += (i == 0 ? "; not yet: " : ", ") + trusting.others[i];
  }
  if (trusting.others.size() > 10) out += ", ...";
  return out;
}

inline void tell(const RotateCa& asked, const char* state, const std::string& name, const store::Trusting& trusting,
                 const std::string& words) {
  if (!asked.as_json) {
    std::cout << words << std::endl;
    return;
  }
  std::cout << json::serialize(json::object{{"state", state},
                                            {"next_ca", name},
                                            {"devices", trusting.devices},
                                            {"trusting", trusting.trusting},
                                            {"others", json::value_from(trusting.others)}})
            << std::endl;
}

inline Status prepare_ca(const RotateCa& asked, Clock& clock, crypto::Random& random) {
  const auto store = TRY(store::open_sqlite(asked.folder + "/signet.db"));  // no manager runs on it meanwhile
  const auto next = TRY(api::ManagerIdentity::prepare_successor(asked.folder, clock, random));
  const std::string name = hex(identity::fingerprint(next.ca));
  TRY(note_ca(*store, clock, "manager.prepare_ca", name));
  tell(asked, "prepared", name, {},
       "The CA that will follow is " + name +
           ".\nStart signetd: boards learn it as they connect, and 'signetd rotate-ca' tells how many have.\nThen "
           "stop signetd, 'signetd rotate-ca --finish', and start it again.");
  return {};
}

inline Status finish_ca(const RotateCa& asked, const std::string& name, const store::Trusting& trusting, Clock& clock) {
  if (trusting.trusting < trusting.devices && !asked.force) {
    return Error{Errc::conflict, words_of(trusting) +
                                     ". Those would trust this manager no more: wait until they have connected, give "
                                     "ca-next.pem to those that run another agent, or add --force"};
  }
  const auto store = TRY(store::open_sqlite(asked.folder + "/signet.db"));
  TRY(api::ManagerIdentity::succeed(asked.folder));
  TRY(note_ca(*store, clock, "manager.change_ca", name));
  tell(asked, "finished", name, trusting,
       "The CA is now " + name +
           "; the former one's key is gone.\nStart signetd. People who signed in before run "
           "'signet login' once, with --ca " +
           asked.folder + "/ca.pem where they have not met the new CA yet.");
  return {};
}

inline Status rotate_ca(const RotateCa& asked) {
  SystemClock clock;
  crypto::SystemRandom random;
  const std::optional<identity::Successor> known = TRY(api::ManagerIdentity::successor_in(asked.folder));
  if (!known && asked.finish) return api::ManagerIdentity::succeed(asked.folder);  // refuses, and says what to do
  if (!known) return prepare_ca(asked, clock, random);
  const std::string name = hex(identity::fingerprint(known->ca));
  const store::Trusting trusting = TRY(store::devices_that_trust(asked.folder + "/signet.db", name));
  if (asked.finish) return finish_ca(asked, name, trusting, clock);
  tell(asked, "prepared", name, trusting, "The CA that will follow is " + name + ".\n" + words_of(trusting) + ".");
  return {};
}

}  // namespace signet
