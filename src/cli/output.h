// output.h -- what people and programs read: tables, one JSON document, and error names.
#pragma once

#include "base/json.h"

#include <ostream>

namespace signet::cli {

// What the other side calls its Error; a name that is unknown means: unavailable.
Errc code_of(std::string_view name);

// What a peer said ends on a terminal: no control character may steer it.
std::string printable(std::string text);

using Row = std::vector<std::string>;
// Columns as wide as their widest cell, two spaces between, no space at a line's end.
void print_table(std::ostream& out, const Row& header, const std::vector<Row>& rows);
void print_json(std::ostream& out, const json::value& value);

// A member as text for a table: strings bare, null and absent "-", true "yes", false "no".
std::string cell(const json::object& object, std::string_view name);

// For paths and queries (RFC 3986 2.1).
std::string percent_encode(std::string_view text);

}  // namespace signet::cli
