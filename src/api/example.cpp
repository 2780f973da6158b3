#include "api/example.h"

#include <array>
#include <map>

namespace signet::api {
namespace {

// Members by their names; what is not here is an example of its type.
json::value example_of(std::string_view member, std::string_view type) {
  static const json::object known{
      {"address", "203.0.113.0/24"},
      {"bundle", "sn0123A5BD93B7E82E01:1774518360:9f86d081884c7d65..."},
      {"code", "492039"},
      {"csr", "-----BEGIN CERTIFICATE REQUEST-----\n...\n-----END CERTIFICATE REQUEST-----\n"},
      {"days", 90},
      {"dcn", "sn0123A5BD93B7E82E01"},
      {"description", "cellar, left of the door"},
      {"due_at", "2026-12-24T18:00:00Z"},
      {"email", "bob@example.org"},
      {"enabled", true},
      {"expected", json::object{{"speed", 1200}, {"mode", nullptr}}},
      {"expires_in", 86'400},
      {"fleet_id", "flt-2rwublsnczbh"},
      {"waves", json::array{10, 50, 100}},
      {"window", "22:00-04:00"},
      {"firmware_id", "fmw-2rwublsnczbh"},
      {"firmware_version", "1.2.0"},
      {"fleets", json::array{"flt-2rwublsnczbh"}},
      {"log_signer_pem", "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n"},
      {"manifest", "[{\"payload\": \"...\", \"protected\": \"...\", \"signature\": \"...\"}]"},
      {"name", "pump 7"},
      {"new_password", "another long sentence of mine"},
      {"origin", "batch-17.json"},
      {"password", "a long sentence that only I know"},
      {"reason", "found in the cellar of somebody else"},
      {"retries", 3},
      {"retry_after", 60},
      {"role", "operator"},
      {"root_pem", json::array{"-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n"}},
      {"seconds", 3600},
      {"signature", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08..."},
      {"statement", "AWh0dHBzOi8vc2lnbmV0LmV4YW1wbGUub3Jn..."},
      {"stream", "data"},
      {"tags", json::array{"temperature"}},
      {"token", "sgi_kH5..."},
      {"url", "https://sink.example.org/signet"},
      {"value", json::object{{"times", 3}}}};
  if (const json::value* found = known.if_contains(member)) return *found;
  if (type == "integer") return 1;
  if (type == "number") return 1.5;
  if (type == "boolean") return true;
  if (type == "object") return json::object{};
  if (type == "string[]") return json::array{"..."};
  return "...";
}

// The path's own words first: "devices" stands in many paths that are about something else.
constexpr std::array<std::pair<std::string_view, std::string_view>, 32> sections{{
    {"/firmware", "firmware"},  {"/fota", "firmware"},
    {"/rollouts", "firmware"},  {"/data", "data"},
    {"/retention", "data"},     {"/integrations", "integrations"},
    {"/events", "live"},        {"/jobs", "jobs"},
    {"/twin", "twin"},          {"/variables", "twin"},
    {"/status", "twin"},        {"/conditions", "conditions"},
    {"/identities", "claims"},  {"/claim", "claims"},
    {"/revoke", "claims"},      {"/enroll", "claims"},
    {"/registry", "registry"},  {"/members", "people"},
    {"/invitations", "people"}, {"/join", "people"},
    {"/api-keys", "people"},    {"/account", "account"},
    {"/login", "account"},      {"/logout", "account"},
    {"/setup", "account"},      {"/session", "account"},
    {"/security", "operation"}, {"/audit", "operation"},
    {"/exports", "data"},       {"/fleets", "workspaces"},
    {"/devices", "devices"},    {"/workspaces", "workspaces"},
}};

// For a shell, within single quotes.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '\'' ? R"('\'')" : std::string(1, c));
  return out;
}

}  // namespace

json::object example_body(const Route& route) {
  json::object out;
  for (const Value& value : route.body) {
    const bool optional = value.type.ends_with('?');
    out[value.name] = example_of(value.name, value.type.substr(0, value.type.size() - (optional ? 1 : 0)));
  }
  return out;
}

std::string example_path(const Route& route) {
  static const std::map<std::string, std::string, std::less<>> known{
      {"wks", "wks-2rwublsnczbh"}, {"flt", "flt-2rwublsnczbh"},
      {"dev", "dev-2rwublsnczbh"}, {"acc", "acc-2rwublsnczbh"},
      {"inv", "inv-2rwublsnczbh"}, {"tok", "tok-2rwublsnczbh"},
      {"int", "gate2rwublsnczbh"}, {"job", "blink"},
      {"name", "speed"},           {"page", "devices"},
      {"fmw", "fmw-2rwublsnczbh"}, {"ver", "1.2.0"},
      {"rol", "rol-2rwublsnczbh"}, {"dcn", "sn0123A5BD93B7E82E01"}};
  std::string out{route.path};
  for (auto at = out.find('{'); at != out.npos; at = out.find('{')) {
    const std::size_t size = out.find('}', at) - at + 1;
    const auto found = known.find(std::string_view{out}.substr(at + 1, size - 2));
    out.replace(at, size, found == known.end() ? "17" : found->second);
  }
  return out;
}

std::string example_command(const Route& route) {
  std::string out = "curl --cacert ca.pem";
  if (route.access == Access::token || route.access == Access::metrics) out += " -H \"X-API-KEY: $KEY\"";
  if (route.method != "GET") out.append(" -X ").append(route.method);
  out += " 'https://signet.example.org:8443" + example_path(route) + "'";
  if (!route.body.empty()) {
    out += " \\\n  -H 'Content-Type: application/json' \\\n  -d '" + quoted(json::serialize(example_body(route))) + "'";
  }
  if (route.body_type != "application/json") {
    out.append(" \\\n  -H 'Content-Type: ").append(route.body_type).append("' --data-binary @lamp.signed.img");
  }
  return out;
}

std::string_view section_of(std::string_view path) {
  for (const auto& [words, section] : sections) {
    if (path.find(words) != path.npos) return section;
  }
  return "operation";
}

}  // namespace signet::api
