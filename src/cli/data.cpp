#include "cli/session.h"

#include <map>

namespace signet::cli {
namespace {

constexpr std::size_t first_rows = 10;
constexpr std::size_t page_rows = 1000;
constexpr Millis poll_every{500};
// A reading may arrive this much after a younger one and is still shown.
constexpr Seconds overlap{60};

// "&device=...&tag=..." of what the person named.
Result<std::string> filters(Session& session) {
  std::string out;
  for (const std::string& device : session.args.devices) out += "&device=" + TRY(device_id(session, device));
  for (const std::string& tag : session.args.tags) out += "&tag=" + percent_encode(tag);
  return out;
}

void print_row(Session& session, const json::object& row) {
  if (session.args.as_json) {
    print_json(session.env.out, row);
    return;
  }
  session.env.out << printable(cell(row, "timestamp_device")) << "  " << printable(cell(row, "device_id")) << "  "
                  << printable(cell(row, "tag")) << "  " << printable(cell(row, "payload")) << std::endl;
}

class Tail {
 public:
  Tail(Session& session, std::string path, std::string filter)
      : session_(session), path_(std::move(path)), filter_(std::move(filter)) {}

  std::size_t printed() const { return printed_; }
  bool done() const { return session_.args.count && printed_ >= *session_.args.count; }

  // The newest few, oldest of them first.
  Status start() {
    std::vector<json::object> rows = TRY(fetch("?sort=-timestamp_device&size=" + std::to_string(first_rows)));
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) TRY(show(*row));
    return {};
  }

  // What came since.
  Status more() {
    for (std::size_t page = 0; !done(); ++page) {
      std::string query = "?sort=timestamp_device&size=" + std::to_string(page_rows) + "&from=" + std::to_string(page);
      if (newest_) query += "&start=" + percent_encode(rfc3339(*newest_ - overlap));
      const std::vector<json::object> rows = TRY(fetch(query));
      const std::optional<Timestamp> before = newest_;
      for (const json::object& row : rows) TRY(show(row));
      if (rows.size() < page_rows) break;
      if (newest_ != before) page = static_cast<std::size_t>(-1);  // the window moved: from its first page again
    }
    std::erase_if(seen_, [&](const auto& item) { return newest_ && item.second < *newest_ - overlap; });
    return {};
  }

 private:
  Result<std::vector<json::object>> fetch(const std::string& query) {
    const json::object answer = TRY(ask(session_, "GET", path_ + query + filter_));
    return objects(answer, "result");
  }

  Status show(const json::object& row) {
    const std::string time = TRY(string_member(row, "timestamp_device"));
    const Timestamp at = TRY(parse_rfc3339(time));
    const std::string key = cell(row, "device_id") + '\n' + cell(row, "tag") + '\n' + time;
    if (done() || !seen_.emplace(key, at).second) return {};
    print_row(session_, row);
    ++printed_;
    if (!newest_ || at > *newest_) newest_ = at;
    return {};
  }

  Session& session_;
  std::string path_;
  std::string filter_;
  std::map<std::string, Timestamp> seen_;
  std::optional<Timestamp> newest_;
  std::size_t printed_ = 0;
};

Result<std::string> data_path(Session& session) { return "/v3/timeseries/" + TRY(workspace_of(session)) + "/data"; }

}  // namespace

Status run_data_ls(Session& session) {
  const Arguments& args = session.args;
  const std::string path = TRY(data_path(session));
  std::string query = "?size=" + std::to_string(args.count.value_or(100));
  if (!args.start.empty()) query += "&start=" + percent_encode(args.start);
  if (!args.end.empty()) query += "&end=" + percent_encode(args.end);
  query += TRY(filters(session));
  const json::object answer = TRY(ask(session, "GET", path + query));
  return show_list(session, answer, "result", {"Timestamp", "DeviceID", "Tag", "Payload"},
                   {"timestamp_device", "device_id", "tag", "payload"});
}

Status run_data_tail(Session& session) {
  const std::string path = TRY(data_path(session));
  const std::string filter = TRY(filters(session));
  Tail tail{session, path, filter};
  const Instant begun = session.env.clock.monotonic();
  TRY(tail.start());
  while (!tail.done()) {
    if (session.args.timeout && session.env.clock.monotonic() - begun >= Seconds{*session.args.timeout}) {
      if (!session.args.count) return {};
      return Error{Errc::exhausted, "only " + std::to_string(tail.printed()) + " of " +
                                        std::to_string(*session.args.count) + " readings came in time"};
    }
    session.env.wait(poll_every);
    TRY(tail.more());
  }
  return {};
}

}  // namespace signet::cli
