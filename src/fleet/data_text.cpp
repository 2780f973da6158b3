#include "fleet/data_text.h"

#include "base/json.h"

namespace signet::fleet {
namespace {

// RFC 4180. A spreadsheet takes what begins with one of these for a formula: an apostrophe in front keeps it text.
void append_cell(std::string& out, std::string_view text) {
  constexpr std::string_view begins_formula = "=+-@\t\r\n";
  const bool harmless = text.empty() || begins_formula.find(text.front()) == begins_formula.npos;
  out += '"';
  if (!harmless) out += '\'';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace

// By hand: a page can hold 175,000 rows, and payloads are JSON already. Ids and times need no escape; a tag may hold
// '"' and '\\'.
void append_json(std::string& out, const DataRow& row) {
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

void append_json_line(std::string& out, const DataRow& row) {
  std::string line;
  append_json(line, row);
  out += json_on_one_line(std::move(line)) += '\n';
}

void append_csv_line(std::string& out, const DataRow& row) {
  out.append(rfc3339(row.reading.device_time)).append(",").append(rfc3339(row.reading.received_at)).append(",");
  out.append(row.fleet.str()).append(",").append(row.reading.device.str()).append(",");
  append_cell(out, row.reading.tag);
  out += ',';
  append_cell(out, row.reading.payload);
  out += "\r\n";
}

}  // namespace signet::fleet
