#include "api/routes.h"
#include "api/shapes.h"

#include <array>

namespace signet::api {
namespace {

constexpr std::array<std::string_view, 5> statuses{"pending", "done", "failed", "expired", "cancelled"};

Result<fleet::JobStatus> read_status(std::string_view text) {
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i] == text) return static_cast<fleet::JobStatus>(i);
  }
  return Error{Errc::malformed, "query \"status\" is none of pending, done, failed, expired, cancelled"};
}

Result<std::optional<std::int64_t>> count_in(const Call& call, std::string_view name) {
  const json::value* found = call.body.if_contains(name);
  if (!found || found->is_null()) return std::optional<std::int64_t>{};
  if (found->as_int64() < 0 || found->as_int64() > std::numeric_limits<std::int32_t>::max()) {
    return Error{Errc::malformed, "\"" + std::string{name} + "\" is negative or too large"};
  }
  return std::optional{found->as_int64()};
}

Result<fleet::JobOrder> read_order(const Call& call) {
  fleet::JobOrder out;
  out.name = call.segment("job");
  if (const json::value* value = call.body.if_contains("value")) out.value = json::serialize(*value);
  if (const auto due_at = call.optional_text("due_at")) {
    const Result<Timestamp> at = parse_rfc3339(*due_at);
    if (!at) return Error{Errc::malformed, "\"due_at\" is not a time like 2021-03-26T09:46:00Z"};
    out.due_at = at.value();
  }
  if (const auto seconds = TRY(count_in(call, "expires_in"))) out.expires_in = Seconds{*seconds};
  if (const auto retries = TRY(count_in(call, "retries"))) out.retries = static_cast<unsigned>(*retries);
  if (const auto seconds = TRY(count_in(call, "retry_after"))) out.retry_after = Seconds{*seconds};
  return out;
}

json::value time_or_null(const std::optional<Timestamp>& at) {
  return at ? json::value(rfc3339(*at)) : json::value(nullptr);
}

Result<net::HttpResponse> one_job(const fleet::Job& job) { return reply({{"job", TRY(shape(job))}}); }

std::vector<Value> order_body() {
  return {{"value", "any?", "what the device's function is called with, at most 8 KiB"},
          {"due_at", "string?", "RFC 3339: not told to the device before"},
          {"expires_in", "integer?", "seconds from then; without, it waits for ever"},
          {"retries", "integer?", "how often to tell it again when the device answers with an error; 0"},
          {"retry_after", "integer?", "seconds; 60"}};
}

}  // namespace

// As documented, `value` is what the device is called with until it has answered, and then its answer.
Result<json::object> shape(const fleet::Job& job) {
  const bool answered = job.status == fleet::JobStatus::done || job.status == fleet::JobStatus::failed;
  const json::value args = TRY(parse_json(job.value));
  const json::value result = TRY(parse_json(job.result));
  return json::object{{"name", job.name},
                      {"status", statuses[static_cast<std::size_t>(job.status)]},
                      {"scheduled_at", rfc3339(job.scheduled_at)},
                      {"value", answered ? result : args},
                      {"id", job.id.str()},
                      {"device_id", job.device.str()},
                      {"args", args},
                      {"result", result},
                      {"due_at", rfc3339(job.due_at)},
                      {"expires_at", time_or_null(job.expires_at)},
                      {"finished_at", time_or_null(job.finished_at)},
                      {"retries", job.retries},
                      {"detail", job.detail}};
}

Result<net::HttpResponse> list_jobs(Service& service, const Call& call) {
  fleet::JobQuery query{.device = TRY(call.device())};
  if (const auto status = call.query("status")) query.status = TRY(read_status(*status));
  if (const auto before = call.query("before")) query.before = TRY(JobId::parse(*before));
  query.name = call.query("name").value_or("");
  query.size = TRY(call.query_number("size", query.size));
  json::array out;
  for (const fleet::Job& job : TRY(service.fleet.jobs(call.actor, query))) out.push_back(TRY(shape(job)));
  return reply({{"jobs", std::move(out)}});
}

Result<net::HttpResponse> get_job(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  return one_job(TRY(service.fleet.job(call.actor, device, call.segment("job"))));
}

Result<net::HttpResponse> schedule_job(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  return one_job(TRY(service.fleet.schedule_job(call.actor, device, TRY(read_order(call)))));
}

Result<net::HttpResponse> schedule_jobs(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<FleetId> fleets;
  const auto [fleet, end] = call.request.query.equal_range("fleet");
  for (auto at = fleet; at != end; ++at) fleets.push_back(TRY(FleetId::parse(at->second)));
  const fleet::JobBatch batch = TRY(service.fleet.schedule_jobs(call.actor, workspace, fleets, TRY(read_order(call))));
  const json::object like = TRY(shape(batch.jobs.front()));
  json::object job;
  for (const char* shared : {"name", "status", "scheduled_at", "value", "due_at", "expires_at"}) {
    job[shared] = like.at(shared);
  }
  json::array devices;
  for (const fleet::Job& one : batch.jobs) devices.emplace_back(one.device.str());
  job["devices"] = std::move(devices);
  return reply({{"job", std::move(job)}});
}

Result<net::HttpResponse> cancel_job(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  return one_job(TRY(service.fleet.cancel_job(call.actor, device, call.segment("job"))));
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

}  // namespace signet::api
