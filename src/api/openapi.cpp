#include "api/asked_once.h"
#include "api/example.h"
#include "api/routes.h"

namespace signet::api {
namespace {

json::object schema_of(std::string_view type) {
  if (type.ends_with('?')) {
    json::object out = schema_of(type.substr(0, type.size() - 1));
    if (out.contains("$ref")) return {{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
    if (out.contains("type")) out["type"] = json::array{out.at("type"), "null"};
    return out;
  }
  if (type.ends_with("[]")) return {{"type", "array"}, {"items", schema_of(type.substr(0, type.size() - 2))}};
  if (type == "any") return {};
  if (type == "time") return {{"type", "string"}, {"format", "date-time"}};
  if (type == "string" || type == "number" || type == "integer" || type == "boolean" || type == "object")
    return {{"type", type}};
  return {{"$ref", "#/components/schemas/" + std::string{type}}};
}

json::object object_of(const std::vector<Value>& values) {
  json::object properties;
  json::array required;
  for (const Value& value : values) {
    json::object property = schema_of(value.type);
    if (!value.meaning.empty()) property["description"] = value.meaning;
    properties[value.name] = std::move(property);
    if (!value.type.ends_with('?')) required.push_back(json::string{value.name});
  }
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

json::array parameters_of(const Route& route) {
  json::array out;
  for (std::size_t at = route.path.find('{'); at != route.path.npos; at = route.path.find('{', at + 1)) {
    const std::string_view name = route.path.substr(at + 1, route.path.find('}', at) - at - 1);
    out.push_back(json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", schema_of("string")}});
  }
  for (const Value& value : route.query) {
    const std::string_view type = value.type.substr(0, value.type.find('?'));
    out.push_back(json::object{{"name", value.name},
                               {"in", "query"},
                               {"required", !value.type.ends_with('?')},
                               {"description", value.meaning},
                               {"schema", schema_of(type)}});
  }
  if (route.method == "POST" && route.access == Access::token) {
    out.push_back(json::object{{"name", "Idempotency-Key"},
                               {"in", "header"},
                               {"required", false},
                               {"description", "a new one for each act; sent again, it is not done again for 24 hours"},
                               {"schema", json::object{{"type", "string"}, {"maxLength", idempotency_key_bytes_max}}}});
  }
  return out;
}

// "get_workspaces_wks_devices_dev"
std::string operation_id(const Route& route) {
  std::string out;
  for (const char c : std::string{route.method} + "/" + std::string{route.path}) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (is_word)
      out += c;
    else if (!out.ends_with('_'))
      out += '_';
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

json::object content(std::string_view type, json::object schema) {
  return {{"content", json::object{{type, json::object{{"schema", std::move(schema)}}}}}};
}

json::object operation_of(const Route& route) {
  json::object out{{"operationId", operation_id(route)},
                   {"tags", json::array{json::string{section_of(route.path)}}},
                   {"summary", route.summary}};
  if (json::array parameters = parameters_of(route); !parameters.empty()) out["parameters"] = std::move(parameters);
  if (!route.body.empty()) {
    out["requestBody"] = content("application/json", object_of(route.body));
    json::value& media = out["requestBody"].at("content").at("application/json");
    media.at("schema").as_object()["additionalProperties"] = false;  // check.cpp refuses what it does not name
    media.as_object()["example"] = example_body(route);
    out["requestBody"].as_object()["required"] = true;
  }
  if (route.body_type != "application/json") {
    out["requestBody"] = content(route.body_type, {{"type", "string"}, {"format", "binary"}});
    out["requestBody"].as_object()["required"] = true;
  }
  const bool is_json = route.content_type == "application/json";
  json::object done = content(route.content_type, is_json ? object_of(route.answer) : schema_of("string"));
  done["description"] = "done";
  json::object refused = content("application/json", schema_of("Error"));
  refused["description"] = "refused";
  out["responses"] = json::object{{"200", std::move(done)}, {"default", std::move(refused)}};
  if (route.access == Access::open || route.access == Access::limited) out["security"] = json::array{};
  return out;
}

json::object security_schemes() {
  return {{"key", json::object{{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-KEY"}}},
          {"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}};
}

// Two spaces a level: the text is for people to compare.
void indent(std::string& out, const json::value& value, std::size_t level) {
  const std::string margin(2 * level + 2, ' ');
  const auto open = [&](bool first) { out.append(first ? "\n" : ",\n").append(margin); };
  const bool leaf = (value.is_object() && value.as_object().empty()) || (value.is_array() && value.as_array().empty());
  if (leaf || (!value.is_object() && !value.is_array())) {
    out += json::serialize(value);
    return;
  }
  const bool is_object = value.is_object();
  out += is_object ? '{' : '[';
  bool first = true;
  if (is_object) {
    for (const auto& member : value.as_object()) {
      open(std::exchange(first, false));
      out += json::serialize(json::value(member.key())) + ": ";
      indent(out, member.value(), level + 1);
    }
  } else {
    for (const json::value& item : value.as_array()) {
      open(std::exchange(first, false));
      indent(out, item, level + 1);
    }
  }
  out.append("\n").append(margin.substr(2)) += is_object ? '}' : ']';
}

}  // namespace

std::string openapi() {
  json::object paths;
  for (const Route& route : routes()) {
    json::value& path = paths[route.path];
    if (!path.is_object()) path = json::object{};
    std::string method{route.method};
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    path.as_object()[method] = operation_of(route);
  }
  json::object components;
  for (const Schema& schema : schemas()) components[schema.name] = object_of(schema.fields);
  const json::object document{
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", "Signet manager"},
                            {"version", "3"},
                            {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
                            {"description", "REST for people and programs. Pages to read: /docs."}}},
      {"security", json::array{json::object{{"key", json::array{}}}, json::object{{"bearer", json::array{}}}}},
      {"paths", std::move(paths)},
      {"components", json::object{{"securitySchemes", security_schemes()}, {"schemas", std::move(components)}}}};
  std::string out;
  indent(out, document, 0);
  return out + "\n";
}

}  // namespace signet::api
