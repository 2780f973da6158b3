// element.h -- private to cli/: what the element commands share.
#pragma once

#include "cli/session.h"
#include "element/atecc/describe.h"

namespace signet::cli {

json::object to_json(const element::Described& part);
// "ATECC608B (00006003)"
std::string words_of_revision(const element::ConfigZone& config);
// Asks for a line on standard input; "" at its end.
std::string ask_line(Session& session, const std::string& prompt);

}  // namespace signet::cli
