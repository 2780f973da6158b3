#include "cli/data.h"

#include <charconv>
#include <map>

namespace signet::cli {
namespace {

constexpr std::size_t first_rows = 10;
constexpr Millis poll_every{500};
// A reading may arrive this much after a younger one and is still shown.
constexpr Seconds overlap{60};

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

Result<std::string> data_filters(Session& session) {
  std::string out;
  for (const std::string& device : session.args.devices) out += "&device=" + TRY(device_id(session, device));
  for (const std::string& fleet : session.args.fleets) out += "&fleet=" + TRY(fleet_id(session, fleet));
  for (const std::string& tag : session.args.tags) out += "&tag=" + percent_encode(tag);
  return out;
}

Result<Seconds> duration(const std::string& text) {
  std::int64_t count = 0;
  const auto [unit, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view rest{unit, static_cast<std::size_t>(text.data() + text.size() - unit)};
  constexpr std::int64_t count_max = 1'000'000'000;
  if (failed == std::errc{} && count > 0 && count <= count_max) {
    if (rest.empty() || rest == "s") return Seconds{count};
    if (rest == "m") return Seconds{count * 60};
    if (rest == "h") return Seconds{count * 3600};
    if (rest == "d") return Seconds{count * 86'400};
  }
  return Error{Errc::malformed, "\"" + text + "\" is not a time like 90s, 15m, 24h or 7d"};
}

Result<std::string> moment(Session& session, const std::string& text) {
  if (parse_rfc3339(text)) return text;
  const Result<Seconds> ago = duration(text);
  const Timestamp now = session.env.clock.now();
  if (ago && ago.value() < now.time_since_epoch()) return rfc3339(now - ago.value());
  return Error{Errc::malformed,
               "\"" + text + "\" is neither a time like 2021-03-26T09:46:00Z nor how long ago, like 15m, 24h or 7d"};
}

Status run_data_ls(Session& session) {
  const Arguments& args = session.args;
  const std::string path = TRY(data_path(session));
  std::string query = "?size=" + std::to_string(args.count.value_or(100));
  if (!args.start.empty()) query += "&start=" + percent_encode(TRY(moment(session, args.start)));
  if (!args.end.empty()) query += "&end=" + percent_encode(TRY(moment(session, args.end)));
  query += TRY(data_filters(session));
  const json::object answer = TRY(ask(session, "GET", path + query));
  return show_list(session, answer, "result", {"Timestamp", "DeviceID", "Tag", "Payload"},
                   {"timestamp_device", "device_id", "tag", "payload"});
}

Status run_data_tail(Session& session) {
  const std::string path = TRY(data_path(session));
  const std::string filter = TRY(data_filters(session));
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

Status run_data_aggregate(Session& session) {
  const Arguments& args = session.args;
  const std::string since = TRY(moment(session, args.start.empty() ? "24h" : args.start));
  std::string query = "/data/aggregate?start=" + percent_encode(since);
  if (!args.end.empty()) query += "&end=" + percent_encode(TRY(moment(session, args.end)));
  const Seconds interval = TRY(duration(args.interval.empty() ? "1h" : args.interval));
  query += "&interval=" + std::to_string(interval.count());
  if (!args.name.empty()) query += "&field=" + percent_encode(args.name);
  if (args.all) query += "&by=device";
  const std::string path = TRY(workspace_path(session));
  const json::object answer = TRY(ask(session, "GET", path + query + TRY(data_filters(session))));
  Row header{"Start", "Count", "Avg", "Min", "Max", "Sum", "Last"};
  std::vector<std::string_view> members{"start", "count", "avg", "min", "max", "sum", "last"};
  if (args.name.empty()) header.resize(2), members.resize(2);
  if (args.all) header.insert(header.begin() + 1, "DeviceID"), members.insert(members.begin() + 1, "device_id");
  return show_list(session, answer, "result", header, members);
}

Status run_data_retention(Session& session) {
  const std::string path = TRY(workspace_path(session));
  json::object answer;
  if (!session.args.days) {
    answer = TRY(ask(session, "GET", path));
  } else {
    if (*session.args.days > 0) {
      TRY(confirm_first(session,
                        "Readings older than " + std::to_string(*session.args.days) + " days will be removed."));
    }
    answer = TRY(ask(session, "PUT", path + "/retention", json::object{{"days", *session.args.days}}));
  }
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const std::string days = cell(TRY(object_member(answer, "workspace")), "retention_days");
  session.env.out << (days == "0" ? "Readings are kept for ever" : "Readings are kept for " + days + " days")
                  << std::endl;
  return {};
}

}  // namespace signet::cli
