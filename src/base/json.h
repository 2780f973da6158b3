// json.h -- Boost.JSON with our errors and our limits. Every document from a peer enters through parse_json.
#pragma once

#include "base/bytes.h"

#include <boost/json.hpp>

namespace signet {

namespace json = boost::json;

inline constexpr std::size_t json_depth_max = 32;

// Strict RFC 8259, depth limited, no duplicate check (the last of equal names wins, as in every common reader).
Result<json::value> parse_json(std::string_view text, std::size_t depth_max = json_depth_max);
// The same, for a document that must be an object.
Result<json::object> parse_json_object(std::string_view text, std::size_t depth_max = json_depth_max);

// A member that must be there and of that type. The error names the member.
Result<std::string> string_member(const json::object& object, std::string_view name);
Result<std::int64_t> integer_member(const json::object& object, std::string_view name);
Result<json::object> object_member(const json::object& object, std::string_view name);
Result<json::array> array_member(const json::object& object, std::string_view name);
// "" or `fallback` when absent; an error when there but of another type.
Result<std::string> optional_string(const json::object& object, std::string_view name, std::string_view fallback = "");

// Where a line is one document: JSON has line breaks only between its tokens, and spaces are as good there.
std::string json_on_one_line(std::string json);

}  // namespace signet
