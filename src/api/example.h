// example.h -- private to api/: an example of each request, for OpenAPI and the pages at /docs.
#pragma once

#include "api/routes.h"

namespace signet::api {

json::object example_body(const Route& route);  // every member that it may have
std::string example_path(const Route& route);   // with ids in the place of "{...}"
// A command line that asks it, the key in $KEY.
std::string example_command(const Route& route);

// What the pages call the group that a path belongs to: "devices".
std::string_view section_of(std::string_view path);

}  // namespace signet::api
