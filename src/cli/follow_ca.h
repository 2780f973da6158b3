// follow_ca.h -- which CA of the manager this configuration pins, while the manager changes it.
#pragma once

#include "cli/session.h"

namespace signet::cli {

// `server` is the manager's word about itself (GET /v3/server). Pins the CA that its present one names beside it, and
// that one alone once the manager has changed to it; a change is kept, and said.
Status follow_ca(Session& session, const json::object& server);

}  // namespace signet::cli
