// routes_data.cpp -- the rows of what devices have said.
#include "api/routes.h"

namespace signet::api {
namespace {

std::vector<Value> filters(std::vector<Value> others) {
  std::vector<Value> out{{"start", "time?", "inclusive, of timestamp_device"}, {"end", "time?", "exclusive"}};
  out.insert(out.end(), others.begin(), others.end());
  out.insert(out.end(), {{"device", "string[]?", "only these; may be given more than once"},
                         {"fleet", "string[]?", "only devices that are in these now; may be given more than once"},
                         {"tag", "string[]?", "only these; may be given more than once"}});
  return out;
}

}  // namespace

void add_data(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/timeseries/{wks}/data",
                Access::token,
                "Readings of a workspace's devices",
                get_data,
                filters({{"from", "integer?", "page, from 0"},
                         {"size", "integer?", "of a page, at most 175000; 100"},
                         {"sort", "string?", "timestamp_device or -timestamp_device, which is the default"}}),
                {},
                {{"result", "Datum[]"}}});
  const std::vector<Value> by_cursor =
      filters({{"cursor", "string?", "\"next\" of the page before"},
               {"size", "integer?", "of a page, at most 10000, cut short past 8 MiB of payloads; 100"},
               {"sort", "string?", "timestamp_device or -timestamp_device, which is the default"}});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/data",
                Access::token,
                "The same by cursor: no reading comes twice or is left out while new ones arrive",
                get_data_page,
                by_cursor,
                {},
                {{"result", "Datum[]"}, {"next", "string?", "the cursor of the next page; null: this is the last"}}});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/data.csv",
                Access::token,
                "The same as CSV; the next page's cursor is in the header x-next-cursor",
                get_data_csv,
                by_cursor,
                {},
                {},
                "text/csv"});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/data.jsonl",
                Access::token,
                "The same as one JSON document a line; the next page's cursor is in the header x-next-cursor",
                get_data_jsonl,
                by_cursor,
                {},
                {},
                "application/jsonl"});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/data/aggregate",
                Access::token,
                "What the numbers at a field of the payloads amount to, interval by interval; without a field, how "
                "many readings",
                aggregate_data,
                filters({{"field", "string?", "a member of the payload, or of that: temperature, env.t"},
                         {"interval", "integer?", "seconds, counted from 1970 in UTC; 3600"},
                         {"by", "string?", "device: each for itself; else all together"}}),
                {},
                {{"result", "Aggregate[]", "at most 10000; an interval without numbers has none"}}});
  to.push_back({"PUT",
                "/v3/workspaces/{wks}/retention",
                Access::token,
                "How long readings are kept; older ones are removed and cannot be brought back",
                set_retention,
                {},
                {{"days", "integer", "since timestamp_device, at most 36500; 0: for ever"}},
                {{"workspace", "Workspace"}}});
}

}  // namespace signet::api
