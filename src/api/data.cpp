#include "api/errors.h"
#include "api/routes.h"
#include "api/shapes.h"
#include "fleet/data_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace signet::api {
namespace {

// The shortest text that is the same number; null for what JSON has no number for.
void append_number(std::string& out, double value) {
  std::array<char, 32> text;
  const auto done = std::to_chars(text.data(), text.data() + text.size(), value);
  out += std::isfinite(value) ? std::string_view{text.data(), done.ptr} : std::string_view{"null"};
}

void append_point(std::string& out, const fleet::AggregatePoint& point, bool has_numbers) {
  out.append(R"({"start":")").append(rfc3339(point.start)).append(R"(","device_id":)");
  out.append(point.device ? '"' + point.device->str() + '"' : "null");
  out.append(R"(,"count":)").append(std::to_string(point.count));
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto number = [&](const char* name, double value) {
    out.append(",\"").append(name).append("\":");
    append_number(out, has_numbers ? value : none);
  };
  number("avg", point.sum / static_cast<double>(point.count));
  number("min", point.min);
  number("max", point.max);
  number("sum", point.sum);
  number("last", point.last);
  out += '}';
}

Result<std::optional<Timestamp>> time_in(const Call& call, std::string_view name) {
  const std::optional<std::string> text = call.query(name);
  if (!text) return std::optional<Timestamp>{};
  Result<Timestamp> at = parse_rfc3339(*text);
  if (!at) {
    return Error{Errc::malformed, "query \"" + std::string{name} + "\" is not a time like 2021-03-26T09:46:00.565Z"};
  }
  return std::optional{at.value()};
}

Result<bool> newest_first(const Call& call) {
  const std::string sort = call.query("sort").value_or("-timestamp_device");
  if (sort == "-timestamp_device") return true;
  if (sort == "timestamp_device") return false;
  return Error{Errc::malformed, "query \"sort\" is neither timestamp_device nor -timestamp_device"};
}

Result<fleet::DataQuery> read_query(const Call& call) {
  fleet::DataQuery out;
  out.workspace = TRY(call.workspace());
  out.start = TRY(time_in(call, "start"));
  out.end = TRY(time_in(call, "end"));
  const auto [device, devices_end] = call.request.query.equal_range("device");
  for (auto at = device; at != devices_end; ++at) out.devices.push_back(TRY(DeviceId::parse(at->second)));
  const auto [fleet, fleets_end] = call.request.query.equal_range("fleet");
  for (auto at = fleet; at != fleets_end; ++at) out.fleets.push_back(TRY(FleetId::parse(at->second)));
  const auto [tag, tags_end] = call.request.query.equal_range("tag");
  for (auto at = tag; at != tags_end; ++at) out.tags.push_back(at->second);
  return out;
}

// A cursor has the order of the page that it came with.
Status take_cursor(const Call& call, fleet::DataQuery& query) {
  const std::optional<std::string> text = call.query("cursor");
  if (!text) return {};
  fleet::DataCursor cursor = TRY(fleet::decode_data_cursor(*text));
  if (call.query("sort") && cursor.newest_first != query.newest_first) {
    return Error{Errc::malformed, "the cursor is of a page in the other order: leave \"sort\" as it was"};
  }
  query.newest_first = cursor.newest_first;
  query.after = std::move(cursor.after);
  return {};
}

// The answer's body up to the end of the list.
std::string list_of(const std::vector<fleet::DataRow>& rows) {
  std::size_t size = 256;
  for (const fleet::DataRow& row : rows) size += 200 + row.reading.payload.size() + row.reading.tag.size();
  std::string out;
  out.reserve(size);
  out = R"({"result":[)";
  for (const fleet::DataRow& row : rows) {
    if (&row != &rows.front()) out += ',';
    fleet::append_json(out, row);
  }
  return out + "]";
}

// Judged now; read and written down where it holds nobody up.
template <class T, class Write>
net::HttpResponse read_later(Service& service, const Call& call, fleet::Question<T> question, Write write) {
  fleet::Readings& from = service.readings ? *service.readings : service.fleet.readings();
  net::HttpResponse out;
  out.later = [question = std::move(question), write = std::move(write), id = call.request.id, &from] {
    const Result<T> found = question(from);
    return found ? write(found.value()) : refusal(found.error(), id);
  };
  return out;
}

}  // namespace

Result<net::HttpResponse> get_data(Service& service, const Call& call) {
  fleet::DataQuery query = TRY(read_query(call));
  query.newest_first = TRY(newest_first(call));
  query.page = TRY(call.query_number("from", 0));
  query.size = TRY(call.query_number("size", query.size));
  return read_later(service, call, TRY(service.fleet.ask_data(call.actor, query)),
                    [](const std::vector<fleet::DataRow>& rows) {
                      net::HttpResponse out;
                      out.body = list_of(rows) + "}";
                      return out;
                    });
}

namespace {

// A page of readings; the cursor behind it is empty when there is no more.
using WritePage = net::HttpResponse (*)(const fleet::DataPage&, const std::string& next, bool is_first);

Result<net::HttpResponse> get_page(Service& service, const Call& call, WritePage write) {
  fleet::DataQuery query = TRY(read_query(call));
  query.newest_first = TRY(newest_first(call));
  query.size = TRY(call.query_number("size", query.size));
  TRY(take_cursor(call, query));
  return read_later(
      service, call, TRY(service.fleet.ask_data_page(call.actor, query)),
      [write, newest_first = query.newest_first, is_first = !query.after](const fleet::DataPage& page) {
        const std::string next = page.next ? encode(fleet::DataCursor{*page.next, newest_first}) : std::string{};
        return write(page, next, is_first);
      });
}

net::HttpResponse text_page(const std::string& next, std::string body, const char* type) {
  net::HttpResponse out;
  out.body = std::move(body);
  out.content_type = type;
  if (!next.empty()) out.headers[next_cursor_header] = next;
  return out;
}

net::HttpResponse write_json(const fleet::DataPage& page, const std::string& next, bool) {
  net::HttpResponse out;
  out.body = list_of(page.rows) + ",\"next\":" + (next.empty() ? "null" : '"' + next + '"') + "}";
  return out;
}

net::HttpResponse write_csv(const fleet::DataPage& page, const std::string& next, bool is_first) {
  std::string body;
  if (is_first) body = fleet::csv_heading;
  for (const fleet::DataRow& row : page.rows) fleet::append_csv_line(body, row);
  return text_page(next, std::move(body), "text/csv; charset=utf-8");
}

net::HttpResponse write_jsonl(const fleet::DataPage& page, const std::string& next, bool) {
  std::string body;
  for (const fleet::DataRow& row : page.rows) fleet::append_json_line(body, row);
  return text_page(next, std::move(body), "application/jsonl");
}

net::HttpResponse write_points(const std::vector<fleet::AggregatePoint>& points, bool has_numbers) {
  net::HttpResponse out;
  out.body = R"({"result":[)";
  for (const fleet::AggregatePoint& point : points) {
    if (&point != &points.front()) out.body += ',';
    append_point(out.body, point, has_numbers);
  }
  out.body += "]}";
  return out;
}

}  // namespace

Result<net::HttpResponse> get_data_page(Service& service, const Call& call) {
  return get_page(service, call, write_json);
}
Result<net::HttpResponse> get_data_csv(Service& service, const Call& call) {
  return get_page(service, call, write_csv);
}
Result<net::HttpResponse> get_data_jsonl(Service& service, const Call& call) {
  return get_page(service, call, write_jsonl);
}

Result<net::HttpResponse> aggregate_data(Service& service, const Call& call) {
  fleet::AggregateQuery query{.of = TRY(read_query(call))};
  query.field = call.query("field").value_or("");
  constexpr std::size_t seconds_max = std::numeric_limits<std::int32_t>::max();
  const std::size_t seconds = TRY(call.query_number("interval", static_cast<std::size_t>(query.interval.count())));
  query.interval = Seconds{static_cast<std::int64_t>(std::min(seconds, seconds_max))};
  const std::string by = call.query("by").value_or("");
  if (!by.empty() && by != "device") return Error{Errc::malformed, "query \"by\" takes only: device"};
  query.by_device = !by.empty();
  return read_later(service, call, TRY(service.fleet.ask_aggregate(call.actor, query)),
                    [has_numbers = !query.field.empty()](const std::vector<fleet::AggregatePoint>& points) {
                      return write_points(points, has_numbers);
                    });
}

Result<net::HttpResponse> set_retention(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const std::int64_t days = call.body.at("days").as_int64();
  const std::int64_t bounded = days < 0 ? std::numeric_limits<unsigned>::max() : days;  // the fleet tells the limit
  const auto asked = static_cast<unsigned>(std::min<std::int64_t>(bounded, std::numeric_limits<unsigned>::max()));
  return reply({{"workspace", shape(TRY(service.fleet.set_retention(call.actor, workspace, asked)))}});
}

}  // namespace signet::api
