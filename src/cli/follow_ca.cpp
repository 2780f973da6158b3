#include "cli/follow_ca.h"

#include "identity/successor.h"

namespace signet::cli {
namespace {

Status keep(Session& session, std::string pem, const char* words) {
  session.config.ca_pem = std::move(pem);
  TRY(store_config(session.config_path, session.config));
  if (!session.args.as_json) session.env.err << words << '\n';
  return {};
}

}  // namespace

Status follow_ca(Session& session, const json::object& server) {
  const std::vector<std::string> pinned = pinned_cas(session.config);
  const identity::Certificate present = TRY(pinned_ca(session.config));
  const std::string named = cell(server, "fingerprint");
  if (pinned.size() > 1) {
    const identity::Certificate next = TRY(identity::read_certificate(bytes_of(pinned[1])));
    if (hex(identity::fingerprint(next)) != named) return {};
    return keep(session, pinned[1], "The manager has its new CA; the former one is believed no more.");
  }
  const json::value* const said = server.if_contains("next_ca");
  if (!said || !said->is_object() || named != hex(identity::fingerprint(present))) return {};
  const identity::Successor successor = TRY(identity::read_successor(said->get_object()));
  TRY(identity::check_successor(present, successor));
  return keep(session, identity::pem("CERTIFICATE", present.der) + identity::pem("CERTIFICATE", successor.ca.der),
              "The manager's CA has named the one that will follow it; it is believed from now on.");
}

}  // namespace signet::cli
