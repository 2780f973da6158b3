// check.h -- private to api/: judges a request against its row of the route table, before any handler sees it.
#pragma once

#include "api/routes.h"

namespace signet::api {

using PathValues = std::vector<std::pair<std::string_view, std::string_view>>;

// The values of "{...}" when `path` follows `pattern`. A "/" at the end is ignored. Both must outlive the result.
std::optional<PathValues> match_path(std::string_view pattern, std::string_view path);

// Names every parameter that was expected when one is unknown, missing or of another type.
Status check_query(const Route& route, const net::HttpRequest& request);
Result<json::object> check_body(const Route& route, const std::string& body);

}  // namespace signet::api
