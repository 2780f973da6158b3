#include "cli/profile.h"
#include "cli/suggest.h"

#include "base/ids.h"
#include "base/port/file.h"

#include <charconv>

namespace signet::cli {
namespace {

constexpr std::size_t ca_bytes_max = 16 * 1024;

// Where the manager's log says more.
std::string request_of(const json::object& body) {
  const json::value* error = body.if_contains("error");
  const json::value* id = error && error->is_object() ? error->get_object().if_contains("request_id") : nullptr;
  return id && id->is_string() ? " (request " + printable(std::string{id->get_string()}) + ")" : "";
}

// What the manager said, with what a person may do about it.
Error refusal_of(const net::HttpAnswer& answer) {
  const Result<json::object> body = parse_json_object(answer.body);
  const Result<std::string> code =
      body ? string_member(body.value(), "code") : Result<std::string>{Error{Errc::malformed, ""}};
  const Result<std::string> message =
      body ? string_member(body.value(), "message") : Result<std::string>{Error{Errc::malformed, ""}};
  if (!code || !message) {
    return Error{Errc::unavailable, "the manager answered HTTP " + std::to_string(answer.status) +
                                        " without a reason: is this address a Signet manager?"};
  }
  Error out{code_of(code.value()), printable(message.value())};
  const bool wants_code = out.what.find("second factor") != std::string::npos;
  if (out.code == Errc::unauthenticated && !wants_code)
    out.what = "the manager does not know you, or your sign-in expired: run 'signet login'";
  if (answer.status >= 500) out.what += request_of(body.value());
  if (out.code == Errc::forbidden) out.what = "the manager refused: " + out.what + " See 'signet audit ls'.";
  return out;
}

// A call that carries who asks.
Result<net::HttpCall> call_of(Session& session, std::string_view method, const std::string& path) {
  const Config& config = session.config;
  if (config.server.empty()) {
    return Error{Errc::unauthenticated,
                 "no manager is known yet: run 'signet setup LINK' with the link that signetd "
                 "printed, or 'signet login --server https://HOST:8443 --ca ca.pem'"};
  }
  if (config.ca_pem.empty()) {
    return Error{Errc::unauthenticated, "the CA of " + config.server + " is not known: add --ca FILE (its ca.pem)"};
  }
  net::HttpCall call;
  call.method = method;
  call.url = config.server + path;
  call.ca_pem = config.ca_pem;
  call.timeout = Seconds{60};
  if (!session.env.api_key.empty())
    call.headers["X-API-KEY"] = session.env.api_key;
  else if (!config.token.empty())
    call.headers["Authorization"] = "Bearer " + config.token;
  return call;
}

// What the manager asks for that is asked too often; none: it does not say, or more than a person would wait.
std::optional<Seconds> asked_to_wait(const net::HttpAnswer& answer) {
  const auto said = answer.headers.find("retry-after");
  if (answer.status != 429 || said == answer.headers.end()) return std::nullopt;
  unsigned seconds = 0;
  const std::string& text = said->second;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool fits = ec == std::errc{} && end == text.data() + text.size() && seconds <= patience_max.count();
  return fits ? std::optional{Seconds{seconds}} : std::nullopt;
}

// A GET changes nothing: it may be asked again. All else is for its person to repeat.
Result<net::HttpAnswer> call_patiently(Session& session, const net::HttpCall& call) {
  for (unsigned tries = 0;; ++tries) {
    net::HttpAnswer answer = TRY(session.env.http(call));
    const std::optional<Seconds> wait = asked_to_wait(answer);
    if (!wait || call.method != "GET" || tries == retries_max) return answer;
    const bool is_told = !session.args.as_json;  // programs read one JSON object there, if anything
    if (is_told) session.env.err << "signet: asked too often; once more in " << wait->count() << " s" << std::endl;
    session.env.wait(*wait);
  }
}

}  // namespace

Result<std::string> pick(const std::vector<json::object>& all, const std::string& wanted, const std::string& noun) {
  std::vector<std::string> ids, called;
  std::string names;
  for (const json::object& one : all) {
    const std::string id = cell(one, "id");
    if (id == wanted) return id;
    if (cell(one, "name") == wanted) ids.push_back(id);
    called.push_back(cell(one, "name"));
    names += (names.empty() ? "" : ", ") + cell(one, "name") + " (" + id + ")";
  }
  if (ids.size() == 1) return ids.front();
  if (!ids.empty()) {
    return Error{Errc::conflict, "more than one " + noun + " is called " + wanted + ": name it by its id: " + names};
  }
  const auto near = nearest(wanted, called);
  const std::string meant = near ? " did you mean \"" + *near + "\"?" : "";
  return Error{Errc::not_found, "there is no " + noun + " \"" + wanted + "\";" + meant +
                                    " there is: " + (names.empty() ? "none" : names)};
}

Result<Session> open_session(Environment& env, const Arguments& args) {
  const std::string path = TRY(config_path_of(env, args));
  Session out{env, args, TRY(load_config(path)), path};
  if (!args.server.empty()) {
    const std::string server = TRY(parse_server(args.server));
    if (server != out.config.server) out.config = {server, "", "", ""};  // a token is for its own manager alone
  }
  if (!args.ca_file.empty()) out.config.ca_pem = std::string{text_of(TRY(read_file(args.ca_file, ca_bytes_max)))};
  return out;
}

Result<net::HttpAnswer> fetch(Session& session, std::string_view method, const std::string& path,
                              const json::value& body) {
  net::HttpCall call = TRY(call_of(session, method, path));
  if (!body.is_null()) {
    call.headers["Content-Type"] = "application/json";
    call.body = json::serialize(body);
  }
  net::HttpAnswer answer = TRY(call_patiently(session, call));
  if (answer.status != 200) return refusal_of(answer);
  return answer;
}

Result<json::object> ask(Session& session, std::string_view method, const std::string& path, const json::value& body) {
  const net::HttpAnswer answer = TRY(fetch(session, method, path, body));
  Result<json::object> object = parse_json_object(answer.body, answer_depth_max);
  if (!object) return std::move(object).error().within("the manager's answer");
  return object;
}

Result<json::object> ask_with_file(Session& session, std::string_view method, const std::string& path, Bytes file) {
  net::HttpCall call = TRY(call_of(session, method, path));
  call.headers["Content-Type"] = "application/octet-stream";
  call.body.assign(file.begin(), file.end());
  const net::HttpAnswer answer = TRY(session.env.http(call));
  if (answer.status != 200) return refusal_of(answer);
  return parse_json_object(answer.body, answer_depth_max);
}

Result<json::object> ask_all(Session& session, const std::string& path, std::string_view list) {
  json::object out = TRY(ask(session, "GET", path));
  while (const json::value* next = out.if_contains("next")) {
    if (!next->is_string()) break;
    const std::string from = "?cursor=" + percent_encode(std::string{next->get_string()});
    json::object page = TRY(ask(session, "GET", path + from));
    json::value* const all = out.if_contains(list);
    json::value* const more = page.if_contains(list);
    if (!all || !all->is_array() || !more || !more->is_array() || more->get_array().empty()) break;
    for (json::value& one : more->get_array()) all->get_array().push_back(std::move(one));
    out["next"] = page.contains("next") ? page["next"] : json::value(nullptr);
  }
  return out;
}

Status ask_for_stream(Session& session, const std::string& path, const std::string& behind, Seconds timeout,
                      const std::function<bool(std::string_view)>& take) {
  net::HttpCall call = TRY(call_of(session, "GET", path));
  call.timeout = timeout;
  call.on_body = take;
  if (!behind.empty()) call.headers["Last-Event-ID"] = behind;
  const net::HttpAnswer answer = TRY(session.env.http(call));
  return answer.status == 200 ? Status{} : Status{refusal_of(answer)};
}

Status confirm_first(Session& session, const std::string& question) {
  if (session.args.yes) return {};
  session.env.err << question << " Type yes to go on: " << std::flush;
  std::string answer;
  std::getline(session.env.in, answer);
  if (answer == "yes") return {};
  return Error{Errc::conflict, "nothing was done; --yes goes on without asking"};
}

Result<std::vector<json::object>> objects(const json::object& answer, std::string_view name) {
  const json::array items = TRY(array_member(answer, name));
  std::vector<json::object> out;
  for (const json::value& item : items) {
    if (item.is_object()) out.push_back(item.as_object());
  }
  return out;
}

Result<std::string> workspace_of(Session& session) {
  const std::string& wanted = session.args.workspace;
  if (is_id(wanted, "wks-")) return wanted;
  const json::object answer = TRY(ask_all(session, "/v3/workspaces", "workspaces"));
  const std::vector<json::object> all = TRY(objects(answer, "workspaces"));
  if (!wanted.empty()) return pick(all, wanted, "workspace");
  if (all.size() == 1) return cell(all.front(), "id");
  std::string names;
  for (const json::object& one : all) names += (names.empty() ? "" : ", ") + cell(one, "name");
  return Error{Errc::conflict,
               "you have " + std::to_string(all.size()) + " workspaces: choose one with --workspace (" + names + ")"};
}

Result<std::string> workspace_path(Session& session) { return "/v3/workspaces/" + TRY(workspace_of(session)); }

Result<std::string> fleet_id(Session& session, const std::string& name) {
  if (is_id(name, "flt-")) return name;
  const std::string path = TRY(workspace_path(session)) + "/fleets";
  const json::object answer = TRY(ask_all(session, path, "fleets"));
  const std::vector<json::object> all = TRY(objects(answer, "fleets"));
  return pick(all, name, "fleet");
}

Result<std::string> device_id(Session& session, const std::string& name) {
  if (is_id(name, "dev-")) return name;
  const std::string path = TRY(workspace_path(session)) + "/devices";
  const json::object answer = TRY(ask_all(session, path, "devices"));
  const std::vector<json::object> all = TRY(objects(answer, "devices"));
  return pick(all, name, "device");
}

Result<std::string> device_path(Session& session) {
  const std::string workspace = TRY(workspace_path(session));
  const std::string device = TRY(device_id(session, session.args.device));
  return workspace + "/devices/" + device;
}

Status say(Session& session, const json::object& answer, const std::string& words) {
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << words << "\n";
  return {};
}

Status show_members(Session& session, const json::object& answer, const json::object& one) {
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  std::vector<Row> rows;
  for (const auto& member : one) rows.push_back({std::string{member.key()}, cell(one, member.key())});
  print_table(session.env.out, {"Member", "Value"}, rows);
  return {};
}

Status show_list(Session& session, const json::object& answer, std::string_view list, const Row& header,
                 const std::vector<std::string_view>& members) {
  const std::vector<json::object> all = TRY(objects(answer, list));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  std::vector<Row> rows;
  for (const json::object& one : all) {
    Row row;
    for (const std::string_view member : members) row.push_back(cell(one, member));
    rows.push_back(std::move(row));
  }
  print_table(session.env.out, header, rows);
  return {};
}

Result<json::object> renaming_of(const Arguments& args) {
  json::object out;
  if (args.new_name) out["name"] = *args.new_name;
  if (args.new_description) out["description"] = *args.new_description;
  if (out.empty()) return Error{Errc::malformed, "nothing is to change: add --name or --description"};
  return out;
}

void tell_done(Session& session, const json::object& answer, const std::string& line) {
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    session.env.out << line << "\n";
}

json::object object_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::object out;
  for (const auto& [name, text] : pairs) {
    Result<json::value> value = parse_json(text);
    out[name] = value ? std::move(value).value() : json::value(text);
  }
  return out;
}

}  // namespace signet::cli
