// data.h -- private to cli/: what the commands about readings share.
#pragma once

#include "cli/session.h"

namespace signet::cli {

// "&device=...&fleet=...&tag=..." of what the person named.
Result<std::string> data_filters(Session& session);
// RFC 3339, as it was given; or so long ago: "90s", "15m", "24h", "7d".
Result<std::string> moment(Session& session, const std::string& text);
// "300", "90s", "15m", "24h", "7d".
Result<Seconds> duration(const std::string& text);

}  // namespace signet::cli
