// The pages at /docs: what openapi.json says, for people, from the same rows. No script, nothing from elsewhere.
#include "api/example.h"
#include "api/routes.h"

#include <algorithm>

namespace signet::api {
namespace {

constexpr const char* content_security_policy =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr const char* style = R"css(:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem 1.5rem 4rem; }
nav { border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
nav a { margin-right: .8rem; white-space: nowrap; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .3rem; }
h2 code { font-size: 1rem; overflow-wrap: anywhere; }
.method { border-radius: .3rem; background: var(--soft); padding: .1rem .4rem; font-size: .85rem; margin-right: .4rem; }
.who { opacity: .75; font-size: .9rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top; }
th { font-weight: 600; font-size: .9rem; }
pre { background: var(--soft); padding: .7rem; overflow-x: auto; border-radius: .3rem; }
)css";

struct Section {
  std::string_view name;
  std::string_view title;
};
constexpr std::array<Section, 13> titles{{{"account", "Your account"},
                                          {"workspaces", "Workspaces and fleets"},
                                          {"devices", "Devices"},
                                          {"claims", "Claims and identities"},
                                          {"registry", "The registry"},
                                          {"data", "Readings"},
                                          {"twin", "Twin and variables"},
                                          {"jobs", "Jobs"},
                                          {"conditions", "Conditions"},
                                          {"firmware", "Firmware"},
                                          {"integrations", "Webhooks"},
                                          {"live", "Live events"},
                                          {"people", "Members and keys"}}};
constexpr Section operation{"operation", "Operation and security"};
constexpr Section answers{"schemas", "What answers hold"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

bool is_plain(std::string_view type) {
  constexpr std::array<std::string_view, 7> plain{"string", "integer", "number", "boolean", "object", "time", "any"};
  return std::find(plain.begin(), plain.end(), type) != plain.end();
}

// "Device[]?" as a link to Device, in words.
std::string type_cell(std::string_view type) {
  std::string behind;
  if (type.ends_with('?')) type.remove_suffix(1), behind = ", may be absent or null";
  std::string before;
  if (type.ends_with("[]")) type.remove_suffix(2), before = "list of ";
  const std::string name = escaped(type);
  return before + (is_plain(type) ? name : "<a href=\"/docs/schemas#" + name + "\">" + name + "</a>") + behind;
}

std::string table(std::string_view heading, const std::vector<Value>& values) {
  if (values.empty()) return "";
  std::string out = "<table><tr><th>" + escaped(heading) + "</th><th>Type</th><th></th></tr>\n";
  for (const Value& value : values) {
    out += "<tr><td><code>" + escaped(value.name) + "</code></td><td>" + type_cell(value.type) + "</td><td>" +
           escaped(value.meaning) + "</td></tr>\n";
  }
  return out + "</table>\n";
}

std::string_view who_of(Access access) {
  switch (access) {
    case Access::open: return "Open to anybody.";
    case Access::limited: return "Open to anybody, 20 times a minute from one address.";
    case Access::token: return "With an API key or a session.";
    case Access::metrics: return "With the operator's session, or the token of metrics_token_file.";
  }
  return "";
}

std::string endpoint(const Route& route) {
  std::string out = "<h2><span class=\"method\">" + escaped(route.method) + "</span><code>" + escaped(route.path) +
                    "</code></h2>\n<p>" + escaped(route.summary) + "<br><span class=\"who\">" +
                    std::string{who_of(route.access)} + "</span></p>\n";
  out += table("Query", route.query) + table("Body", route.body);
  out += "<pre>" + escaped(example_command(route)) + "</pre>\n";
  if (route.content_type == "application/json") return out + table("Answer", route.answer);
  return out + "<p>Answers with <code>" + escaped(route.content_type) + "</code>.</p>\n";
}

std::string page(std::string_view title, const std::string& body) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>Signet REST: " +
      escaped(title) + "</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head>\n<body>\n<nav>" +
      "<a href=\"/docs\">Overview</a>";
  const auto link = [&](const Section& one) {
    out += "<a href=\"/docs/" + std::string{one.name} + "\">" + escaped(one.title) + "</a>";
  };
  for (const Section& one : titles) link(one);
  link(operation), link(answers);
  return out + "<a href=\"/v3/openapi.json\">openapi.json</a></nav>\n<h1>" + escaped(title) + "</h1>\n" + body +
         "</body></html>\n";
}

constexpr const char* overview =
    R"html(<p>HTTPS, JSON in and out. As an OpenAPI 3.1 description:
<a href="/v3/openapi.json">openapi.json</a>.</p>
<h2>Who asks</h2>
<p>A header <code>X-API-KEY: KEY</code>, or <code>Authorization: Bearer TOKEN</code> with the token of
<code>POST /v3/login</code>. What is in no workspace of yours is not there.</p>
<h2>Strict</h2>
<p>A query or body member that a path does not name is refused with 400 and its name, and nothing is
done. A body where a path takes
none is not read. Times are RFC 3339 in UTC.</p>
<h2>Errors</h2>
<pre>{"error": {"code": "not_found", "message": "Not found", "detail": "...", "request_id": "req-..."}}</pre>
<table><tr><th>Code</th><th>Status</th><th></th></tr>
<tr><td><code>malformed</code></td><td>400, 405</td><td>the detail says what was wrong</td></tr>
<tr><td><code>unauthenticated</code></td><td>401</td><td>sign in, or send a valid key</td></tr>
<tr><td><code>forbidden</code></td><td>403</td><td>your role is not enough</td></tr>
<tr><td><code>not_found</code></td><td>404</td><td>also what belongs to somebody else</td></tr>
<tr><td><code>conflict</code></td><td>409</td><td>the detail says what to do first</td></tr>
<tr><td><code>too_large</code></td><td>413</td><td>the detail names the limit</td></tr>
<tr><td><code>idempotency_key_reused</code></td><td>422</td><td>make a new key for each act</td></tr>
<tr><td><code>exhausted</code></td><td>429</td><td>wait as long as <code>Retry-After</code> says</td></tr>
<tr><td><code>corrupt</code></td><td>500</td><td>the manager's log says more</td></tr>
<tr><td><code>unavailable</code></td><td>503</td><td>try again later</td></tr></table>
<h2>Pages</h2>
<p>Lists take <code>size</code>, 1,000 at most, and answer with <code>next</code>:
the <code>cursor</code> of the next page, null on the last.</p>
<h2>Once, although sent twice</h2>
<p>A POST may carry <code>Idempotency-Key: UUID</code>. Sent again with the same key, it is not done again for 24 hours:
the first answer comes back, with <code>Idempotency-Replayed: true</code>.</p>
<h2>What a request is called</h2>
<p>Each answer carries <code>X-Request-Id</code>, your own if you sent one. The manager's log and audit name it.</p>
)html";

std::string schemas_body() {
  std::string out;
  for (const Schema& schema : schemas()) {
    out +=
        "<h2 id=\"" + escaped(schema.name) + "\">" + escaped(schema.name) + "</h2>\n" + table("Member", schema.fields);
  }
  return out;
}

std::string section_body(std::string_view section) {
  std::string out;
  for (const Route& route : routes()) {
    if (section_of(route.path) == section) out += endpoint(route);
  }
  return out;
}

std::map<std::string, std::string, std::less<>> make_pages() {
  std::map<std::string, std::string, std::less<>> out;
  for (const Section& one : titles) out.emplace(one.name, page(one.title, section_body(one.name)));
  out.emplace(operation.name, page(operation.title, section_body(operation.name)));
  out.emplace(answers.name, page(answers.title, schemas_body()));
  out.emplace("", page("Signet REST", overview));
  return out;
}

net::HttpResponse html(const std::string& text) {
  net::HttpResponse out;
  out.content_type = "text/html; charset=utf-8";
  out.body = text;
  out.headers["content-security-policy"] = content_security_policy;
  out.headers["referrer-policy"] = "no-referrer";
  return out;
}

Result<net::HttpResponse> reply_with(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> pages = make_pages();
  const auto found = pages.find(name);
  if (found == pages.end()) return Error{Errc::not_found, "there is no such page; /docs lists what there is"};
  return html(found->second);
}

Result<net::HttpResponse> get_docs(Service&, const Call&) { return reply_with(""); }
Result<net::HttpResponse> get_docs_page(Service&, const Call& call) { return reply_with(call.segment("page")); }
Result<net::HttpResponse> get_docs_style(Service&, const Call&) {
  net::HttpResponse out;
  out.content_type = "text/css; charset=utf-8";
  out.body = style;
  return out;
}

}  // namespace

void add_docs(std::vector<Route>& to) {
  to.push_back({"GET", "/docs", Access::open, "This API for people to read", get_docs, {}, {}, {}, "text/html"});
  to.push_back({"GET", "/docs/{page}", Access::open, "One group of it", get_docs_page, {}, {}, {}, "text/html"});
  to.push_back({"GET", "/docs/style.css", Access::open, "How it looks", get_docs_style, {}, {}, {}, "text/css"});
}

}  // namespace signet::api
