#include "api/check.h"

#include <algorithm>

namespace signet::api {
namespace {

constexpr std::size_t shown_bytes_max = 40;

std::string quoted(std::string_view name) { return "\"" + std::string{name.substr(0, shown_bytes_max)} + "\""; }

std::string list_of(const std::vector<Value>& values) {
  if (values.empty()) return "nothing";
  std::string out;
  for (const Value& value : values) out.append(out.empty() ? "" : ", ").append(value.name);
  return out;
}

const Value* find(const std::vector<Value>& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(), [&](const Value& v) { return v.name == name; });
  return found == values.end() ? nullptr : &*found;
}

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);  // "/"
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

Status check_member(const Value& wanted, const json::value& value) {
  const bool optional = wanted.type.ends_with('?');
  if (optional && value.is_null()) return {};
  const std::string_view type = wanted.type.substr(0, wanted.type.size() - (optional ? 1 : 0));
  const auto is_text = [](const json::value& v) { return v.is_string() && is_utf8(std::string_view{v.as_string()}); };
  if (type == "string") {
    if (!is_text(value)) return Error{Errc::malformed, quoted(wanted.name) + " is not a string"};
    return {};
  }
  if (type == "integer") {
    if (!value.is_int64()) return Error{Errc::malformed, quoted(wanted.name) + " is not an integer"};
    return {};
  }
  if (type == "object") {
    if (!value.is_object()) return Error{Errc::malformed, quoted(wanted.name) + " is not an object"};
    return {};
  }
  if (type == "boolean") {
    if (!value.is_bool()) return Error{Errc::malformed, quoted(wanted.name) + " is neither true nor false"};
    return {};
  }
  if (type == "any") return {};
  if (type == "integer[]") {
    const auto is_number = [](const json::value& v) { return v.is_int64(); };
    const bool all = value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(), is_number);
    return all ? Status{} : Status{Error{Errc::malformed, quoted(wanted.name) + " is not a list of integers"}};
  }
  ENSURE(type == "string[]");  // no row asks for more
  const bool fits = value.is_array() && std::all_of(value.as_array().begin(), value.as_array().end(), is_text);
  if (!fits) return Error{Errc::malformed, quoted(wanted.name) + " is not a list of strings"};
  return {};
}

// Not passed over: who sends {"fleets": [...]} where the query names them means less than all.
Result<json::object> check_no_body(const Route& route, const std::string& body) {
  const bool has_meaning = route.method != "GET" && route.method != "DELETE";  // RFC 9110 sections 9.3.1 and 9.3.5
  if (body.empty() || !has_meaning) return json::object{};
  const json::object object = TRY(parse_json_object(body));
  if (object.empty()) return object;
  return Error{Errc::malformed, quoted(std::string_view{object.begin()->key()}) + " is unknown here: it takes no body" +
                                    (route.query.empty() ? "" : "; its query takes: " + list_of(route.query))};
}

}  // namespace

std::optional<PathValues> match_path(std::string_view pattern, std::string_view path) {
  PathValues out;
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  while (!pattern.empty() && !path.empty()) {
    if (path.front() != '/') return std::nullopt;
    const std::string_view wanted = next_segment(pattern);
    const std::string_view found = next_segment(path);
    if (wanted.starts_with('{')) {
      if (found.empty()) return std::nullopt;
      out.emplace_back(wanted.substr(1, wanted.size() - 2), found);
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return out;
}

Status check_query(const Route& route, const net::HttpRequest& request) {
  if (request.query.size() > query_values_max) {
    return Error{Errc::too_large, "the query holds more than " + std::to_string(query_values_max) + " values"};
  }
  for (const auto& [name, value] : request.query) {
    const Value* wanted = find(route.query, name);
    if (!is_utf8(name) || !is_utf8(value)) return Error{Errc::malformed, "the query is not UTF-8"};
    if (!wanted) {
      return Error{Errc::malformed, "query " + quoted(name) + " is unknown here; expected: " + list_of(route.query)};
    }
    if (request.query.count(name) > 1 && wanted->type.find("[]") == wanted->type.npos) {
      return Error{Errc::malformed, "query " + quoted(name) + " is given more than once"};
    }
  }
  return {};
}

Result<json::object> check_body(const Route& route, const std::string& body) {
  if (body.size() > route.body_max) {
    return Error{Errc::too_large, "the body is longer than " + std::to_string(route.body_max) + " bytes"};
  }
  if (route.body_type != "application/json") return json::object{};
  if (route.body.empty()) return check_no_body(route, body);
  if (body.empty()) return Error{Errc::malformed, "the body is empty; expected JSON with: " + list_of(route.body)};
  json::object object = TRY(parse_json_object(body));
  for (const auto& member : object) {
    const Value* wanted = find(route.body, std::string_view{member.key()});
    if (!wanted) {
      return Error{Errc::malformed,
                   quoted(std::string_view{member.key()}) + " is unknown here; expected: " + list_of(route.body)};
    }
    TRY(check_member(*wanted, member.value()));
  }
  for (const Value& wanted : route.body) {
    if (!wanted.type.ends_with('?') && !object.contains(wanted.name)) {
      return Error{Errc::malformed, quoted(wanted.name) + " is missing; expected: " + list_of(route.body)};
    }
  }
  return object;
}

}  // namespace signet::api
