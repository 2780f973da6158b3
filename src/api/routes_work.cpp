// routes_work.cpp -- the rows of what an owner asks of devices.
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

}  // namespace

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

}  // namespace signet::api
