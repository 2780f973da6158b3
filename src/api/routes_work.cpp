// routes_work.cpp -- the rows of what an owner asks of devices.
#include "api/page.h"
#include "api/routes.h"

namespace signet::api {
namespace {

std::vector<Value> order_body() {
  return {{"value", "any?", "what the device's function is called with, at most 8 KiB"},
          {"due_at", "string?", "RFC 3339: not told to the device before"},
          {"expires_in", "integer?", "seconds from then; without, it waits for ever"},
          {"retries", "integer?", "how often to tell it again when the device answers with an error; 0"},
          {"retry_after", "integer?", "seconds; 60"}};
}

void add_jobs(std::vector<Route>& to) {
  to.push_back({"GET",
                "/v3/devices/{dev}/jobs",
                Access::token,
                "What the device was asked to do, the last first",
                list_jobs,
                {{"status", "string?", "pending, done, failed, expired or cancelled"},
                 {"name", "string?"},
                 {"before", "string?", "id of a job: those before it"},
                 {"size", "integer?", "at most 1000; 100"}},
                {},
                {{"jobs", "Job[]"}}});
  to.push_back({"GET",
                "/v3/devices/{dev}/jobs/{job}",
                Access::token,
                "One job by its id, or the last of a name",
                get_job,
                {},
                {},
                {{"job", "Job"}}});
  to.push_back({"POST",
                "/v3/devices/{dev}/jobs/{job}",
                Access::token,
                "Ask the device to do it; a pending job of that name is cancelled",
                schedule_job,
                {},
                order_body(),
                {{"job", "Job"}}});
  to.push_back({"DELETE",
                "/v3/devices/{dev}/jobs/{job}",
                Access::token,
                "Cancel a pending job; a device that was told already may do it all the same",
                cancel_job,
                {},
                {},
                {{"job", "Job"}}});
  for (const char* path : {"/v3/workspaces/{wks}/jobs/{job}", "/v3/workspace/{wks}/jobs/{job}"}) {
    to.push_back({"POST",
                  path,
                  Access::token,
                  "Ask every device of these fleets, of all when none is named",
                  schedule_jobs,
                  {{"fleet", "string[]?", "repeatable"}},
                  order_body(),
                  {{"job", "FleetJob"}}});
  }
}

void add_variables(std::vector<Route>& to) {
  const std::string_view list = "/v3/devices/{dev}/variables", one = "/v3/devices/{dev}/variables/{name}";
  const std::vector<Value> answer{{"variable", "Variable"}};
  to.push_back({"GET",
                list,
                Access::token,
                "The device's variables",
                list_variables,
                with_page(),
                {},
                paged({"variables", "Variable[]"})});
  to.push_back({"GET", one, Access::token, "One variable", get_variable, {}, {}, answer});
  to.push_back({"PUT",
                one,
                Access::token,
                "Expect a value; with If-Match only while the twin's expected side has that ETag",
                set_variable,
                {},
                {{"value", "any", "at most 8 KiB; null takes the wish back"}},
                answer});
  to.push_back({"DELETE", one, Access::token, "Expect nothing any more", unset_variable, {}, {}, answer});
}

void add_twins(std::vector<Route>& to) {
  const std::string_view path = "/v3/devices/{dev}/twin";
  const std::vector<Value> answer{{"twin", "Twin"}};
  to.push_back({"GET",
                path,
                Access::token,
                "What the device says, and what is expected of it; ETag names the expected side",
                get_twin,
                {},
                {},
                answer});
  to.push_back({"PATCH",
                path,
                Access::token,
                "Expect several values, all or none; with If-Match only while the expected side has that ETag",
                change_twin,
                {},
                {{"expected", "object", "name to value; null takes a wish back"}},
                answer});
}

void add_conditions(std::vector<Route>& to) {
  const std::vector<Value> answer{{"conditions", "Condition[]"}};
  std::vector<Value> query{{"status", "string?", "open or closed"},
                           {"tag", "string?"},
                           {"threshold", "integer?", "that lasted so many seconds at least"},
                           {"before", "integer?", "those with a lesser number"},
                           {"size", "integer?", "at most 1000; 100"}};
  to.push_back({"GET",
                "/v3/devices/{dev}/conditions",
                Access::token,
                "The device's conditions, the last opened first",
                list_device_conditions,
                query,
                {},
                answer});
  query.insert(query.begin(), {"device", "string?"});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/conditions",
                Access::token,
                "Conditions of all devices, the last opened first",
                list_conditions,
                query,
                {},
                answer});
}

}  // namespace

void add_work(std::vector<Route>& to) {
  add_twins(to);
  add_variables(to);
  add_jobs(to);
  add_conditions(to);
}

}  // namespace signet::api
