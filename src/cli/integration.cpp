#include "base/ids.h"
#include "base/port/file.h"
#include "cli/session.h"

namespace signet::cli {
namespace {

constexpr Millis test_poll_every{250};
constexpr Seconds test_patience{40};
constexpr std::size_t token_file_bytes_max = 4096;

const Row integration_columns{"Integration", "Name", "Stream", "Status", "Delivered", "Waiting", "URL", "Error"};
const std::vector<std::string_view> integration_members{"id",        "name",    "stream", "status",
                                                        "delivered", "waiting", "url",    "error"};

Result<std::string> all_path(Session& session) { return TRY(workspace_path(session)) + "/integrations"; }

Status show_one(Session& session, const json::object& answer) {
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object one = TRY(object_member(answer, "integration"));
  std::vector<Row> rows;
  for (const auto& member : one) rows.push_back({std::string{member.key()}, cell(one, member.key())});
  print_table(session.env.out, {"Member", "Value"}, rows);
  return {};
}

Result<std::string> token_in(Session& session) {
  std::string text;
  if (session.args.file == "-") {
    std::getline(session.env.in, text);
  } else {
    text = text_of(TRY(read_file(session.args.file, token_file_bytes_max)));
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<json::object> integration_order(Session& session) {
  const Arguments& args = session.args;
  json::object out;
  if (!args.link.empty()) out["url"] = args.link;
  if (!args.fleets.empty() || args.all) {
    json::array fleets;
    for (const std::string& fleet : args.fleets) fleets.emplace_back(TRY(fleet_id(session, fleet)));
    out["fleets"] = std::move(fleets);
  }
  if (!args.tags.empty() || args.all) out["tags"] = json::array(args.tags.begin(), args.tags.end());
  if (!args.file.empty()) out["token"] = TRY(token_in(session));
  if (args.on) out["enabled"] = true;
  if (args.off) out["enabled"] = false;
  return out;
}

}  // namespace

Result<std::string> integration_path(Session& session) {
  const std::string all = TRY(all_path(session));
  const std::string& wanted = session.args.name;
  if (is_id(wanted, "gate")) return all + "/" + wanted;
  const json::object answer = TRY(ask(session, "GET", all));
  return all + "/" + TRY(pick(TRY(objects(answer, "integrations")), wanted, "integration"));
}

Status run_integration_create(Session& session) {
  const std::string path = TRY(all_path(session));
  json::object order = TRY(integration_order(session));
  order["name"] = session.args.name;
  if (!session.args.stream.empty()) order["stream"] = session.args.stream;
  const json::object answer = TRY(ask(session, "POST", path, order));
  TRY(show_one(session, answer));
  if (session.args.as_json) return {};
  session.env.out << "Secret (shown once; it signs each delivery): " << cell(answer, "secret") << "\n";
  return {};
}

Status run_integration_ls(Session& session) {
  const std::string path = TRY(all_path(session));
  return show_list(session, TRY(ask(session, "GET", path)), "integrations", integration_columns, integration_members);
}

Status run_integration_show(Session& session) {
  const std::string path = TRY(integration_path(session));
  return show_one(session, TRY(ask(session, "GET", path)));
}

Status run_integration_update(Session& session) {
  const std::string path = TRY(integration_path(session));
  json::object order = TRY(integration_order(session));
  if (!session.args.description.empty()) order["name"] = session.args.description;
  if (order.empty()) return Error{Errc::malformed, "nothing to change: see 'signet integration update --help'"};
  return show_one(session, TRY(ask(session, "PUT", path, order)));
}

Status run_integration_rm(Session& session) {
  const std::string path = TRY(integration_path(session));
  TRY(ask(session, "DELETE", path));
  session.env.out << (session.args.as_json ? "{}\n" : "Removed\n");
  return {};
}

Status run_integration_test(Session& session) {
  const std::string path = TRY(integration_path(session));
  json::object answer = TRY(ask(session, "POST", path + "/test", json::object{}));
  const Instant give_up = session.env.clock.monotonic() + test_patience;
  while (true) {
    const json::object one = TRY(object_member(answer, "integration"));
    const json::object test = TRY(object_member(one, "last_test"));
    const json::value* done = test.if_contains("done");
    if (done && done->is_bool() && done->as_bool()) {
      if (session.args.as_json) print_json(session.env.out, test);
      const std::string status = cell(test, "status");
      if (status.size() == 3 && status.front() == '2') {
        if (!session.args.as_json) session.env.out << "The sink took it: HTTP " << status << "\n";
        return {};
      }
      return Error{Errc::unavailable, status == "0" ? "the sink was not reached: " + printable(cell(test, "error"))
                                                    : "the sink answered HTTP " + status};
    }
    if (session.env.clock.monotonic() > give_up)
      return Error{Errc::unavailable, "the test takes long: look again later"};
    session.env.wait(test_poll_every);
    answer = TRY(ask(session, "GET", path));
  }
}

}  // namespace signet::cli
