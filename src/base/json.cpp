#include "base/json.h"

#include <algorithm>
#include <cmath>

namespace signet {
namespace {

Error wrong(std::string_view name, std::string_view how) {
  return Error{Errc::malformed, "\"" + std::string{name} + "\" " + std::string{how}};
}

// Boost reads 1e999 as infinity and then cannot write it.
bool is_finite(const json::value& value) {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const json::array* array = value.if_array()) return std::all_of(array->begin(), array->end(), is_finite);
  const json::object* object = value.if_object();
  return !object || std::all_of(object->begin(), object->end(), [](const auto& m) { return is_finite(m.value()); });
}

}  // namespace

Result<json::value> parse_json(std::string_view text, std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code ec;
  json::value value = json::parse(json::string_view{text.data(), text.size()}, ec, {}, options);
  if (ec) return Error{Errc::malformed, "not JSON: " + ec.message()};
  if (!is_finite(value)) return Error{Errc::malformed, "not JSON: a number is out of range"};
  return value;
}

Result<json::object> parse_json_object(std::string_view text, std::size_t depth_max) {
  json::value value = TRY(parse_json(text, depth_max));
  if (!value.is_object()) return Error{Errc::malformed, "not a JSON object"};
  return std::move(value.as_object());
}

Result<std::string> string_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found) return wrong(name, "is missing");
  if (!found->is_string()) return wrong(name, "is not a string");
  return std::string{found->as_string()};
}

Result<std::int64_t> integer_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found) return wrong(name, "is missing");
  if (!found->is_int64()) return wrong(name, "is not an integer");
  return found->as_int64();
}

Result<json::object> object_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found) return wrong(name, "is missing");
  if (!found->is_object()) return wrong(name, "is not an object");
  return found->as_object();
}

Result<json::array> array_member(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  if (!found) return wrong(name, "is missing");
  if (!found->is_array()) return wrong(name, "is not an array");
  return found->as_array();
}

Result<std::string> optional_string(const json::object& object, std::string_view name, std::string_view fallback) {
  if (!object.contains(name)) return std::string{fallback};
  return string_member(object, name);
}

std::string json_on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

}  // namespace signet
