// signet watch: what happens, while it happens.
#include "cli/session.h"
#include "cli/sse.h"

namespace signet::cli {
namespace {

constexpr Millis again_after{2000};
constexpr unsigned fruitless_max = 3;  // connections in a row that brought nothing

struct Watching {
  Session& session;
  std::size_t shown = 0;
  bool ended = false;     // the manager said so
  bool brought = false;   // this connection
  std::string last_id{};  // to go on behind
  bool done() const { return session.args.count && shown >= *session.args.count; }
};

void print(Watching& to, const SseEvent& event) {
  const Result<json::object> data = parse_json_object(event.data, answer_depth_max);
  std::ostream& out = to.session.env.out;
  if (to.session.args.as_json) {
    json::object line{{"event", event.name}};
    line["data"] = data ? json::value(data.value()) : json::value(event.data);
    print_json(out, line);
    return;
  }
  if (!data) return;
  const json::object& what = data.value();
  const auto show = [&](std::initializer_list<std::string> cells) {
    out << event.name;
    for (const std::string& cell : cells) out << "  " << printable(cell);
    out << std::endl;
  };
  if (event.name == "data") {
    show({cell(what, "timestamp_device"), cell(what, "device_name"), cell(what, "tag"), cell(what, "payload")});
  } else if (event.name == "condition") {
    const json::value* finish = what.if_contains("finish");
    const bool is_open = !finish || finish->is_null();
    show({cell(what, is_open ? "start" : "finish"), cell(what, "device_name"), cell(what, "tag"),
          is_open ? "open" : "closed", cell(what, is_open ? "payload" : "payloadf")});
  } else if (event.name == "security") {
    show({cell(what, "at"), cell(what, "action"), cell(what, "subject"), cell(what, "address"), cell(what, "detail")});
  } else if (event.name == "gap") {
    show({cell(what, "message")});
  } else {
    show({cell(what, "ts"), cell(what, "device_id"), cell(what, "type"), cell(what, "payload")});
  }
}

// False: enough.
bool take(Watching& to, const SseEvent& event) {
  to.brought = true;
  if (!event.id.empty()) to.last_id = event.id;
  if (event.name == "end") {
    to.ended = true;
    return false;
  }
  print(to, event);
  ++to.shown;
  return !to.done();
}

Result<std::string> path_of(Session& session) {
  std::string out = TRY(workspace_path(session)) + "/events";
  char sign = '?';
  const auto add = [&](const char* name, const std::string& value) {
    out.append(1, std::exchange(sign, '&')).append(name).append("=").append(percent_encode(value));
  };
  for (const std::string& stream : session.args.streams) add("stream", stream);
  for (const std::string& device : session.args.devices) add("device", TRY(device_id(session, device)));
  for (const std::string& fleet : session.args.fleets) add("fleet", TRY(fleet_id(session, fleet)));
  for (const std::string& tag : session.args.tags) add("tag", tag);
  return out;
}

}  // namespace

Status run_watch(Session& session) {
  const std::string path = TRY(path_of(session));
  Watching watching{session};
  const std::optional<unsigned> seconds = session.args.timeout;
  const Instant give_up = session.env.clock.monotonic() + Seconds{seconds.value_or(0)};
  unsigned fruitless = 0;
  while (!watching.done()) {
    const Seconds left = std::chrono::ceil<Seconds>(give_up - session.env.clock.monotonic());
    if (seconds && left <= Seconds{0}) break;
    watching.brought = watching.ended = false;
    SseReader reader{[&](const SseEvent& event) { return take(watching, event); }};
    const Status read = ask_for_stream(session, path, watching.last_id, seconds ? left : Seconds{0},
                                       [&](std::string_view text) { return reader.add(text); });
    if (!read && read.error().code != Errc::unavailable) return read;
    fruitless = watching.brought ? 0 : fruitless + 1;
    if (!read && fruitless >= fruitless_max) return read;
    if (!watching.done()) session.env.wait(again_after);
  }
  if (watching.done() || !session.args.count) return {};
  return Error{Errc::exhausted, "only " + std::to_string(watching.shown) + " of " +
                                    std::to_string(*session.args.count) + " events came in time"};
}

}  // namespace signet::cli
