#include "api/routes.h"

namespace signet::api {
namespace {

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
  out.newest_first = TRY(newest_first(call));
  out.page = TRY(call.query_number("from", 0));
  out.size = TRY(call.query_number("size", out.size));
  const auto [device, devices_end] = call.request.query.equal_range("device");
  for (auto at = device; at != devices_end; ++at) out.devices.push_back(TRY(DeviceId::parse(at->second)));
  const auto [tag, tags_end] = call.request.query.equal_range("tag");
  for (auto at = tag; at != tags_end; ++at) out.tags.push_back(at->second);
  return out;
}

// By hand: a page can hold 175,000 rows, and payloads are JSON already. Ids and times need no escape; a tag may hold
// '"' and '\\'.
void append_row(std::string& out, const fleet::DataRow& row) {
  const auto field = [&](std::string_view name, std::string_view value) {
    out.append("\"").append(name).append("\":\"").append(value).append("\",");
  };
  out += '{';
  field("timestamp_device", rfc3339(row.reading.device_time));
  field("timestamp_in", rfc3339(row.reading.received_at));
  field("fleet_id", row.fleet.str());
  field("device_id", row.reading.device.str());
  out.append("\"tag\":").append(json::serialize(row.reading.tag)).append(",");
  out.append("\"payload\":").append(row.reading.payload).append("}");
}

}  // namespace

Result<net::HttpResponse> get_data(Service& service, const Call& call) {
  const std::vector<fleet::DataRow> rows = TRY(service.fleet.data(call.actor, TRY(read_query(call))));
  net::HttpResponse out;
  std::size_t size = 16;
  for (const fleet::DataRow& row : rows) size += 200 + row.reading.payload.size() + row.reading.tag.size();
  out.body.reserve(size);
  out.body = R"({"result":[)";
  for (const fleet::DataRow& row : rows) {
    if (&row != &rows.front()) out.body += ',';
    append_row(out.body, row);
  }
  out.body += "]}";
  return out;
}

}  // namespace signet::api
