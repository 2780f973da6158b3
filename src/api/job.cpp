#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

Result<fleet::JobStatus> read_status(std::string_view text) {
  for (std::size_t i = 0; i < job_statuses.size(); ++i) {
    if (job_statuses[i] == text) return static_cast<fleet::JobStatus>(i);
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

Result<net::HttpResponse> one_job(const fleet::Job& job) { return reply({{"job", TRY(shape(job))}}); }

}  // namespace

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
  const fleet::JobOrder order = TRY(read_order(call));
  const std::vector<fleet::Job> jobs = TRY(service.fleet.schedule_jobs(call.actor, workspace, fleets, order));
  const json::object like = TRY(shape(jobs.front()));
  json::object job;
  for (const char* shared : {"name", "status", "scheduled_at", "value", "due_at", "expires_at"}) {
    job[shared] = like.at(shared);
  }
  json::array devices;
  for (const fleet::Job& one : jobs) devices.emplace_back(one.device.str());
  job["devices"] = std::move(devices);
  return reply({{"job", std::move(job)}});
}

Result<net::HttpResponse> cancel_job(Service& service, const Call& call) {
  const DeviceId device = TRY(call.device());
  return one_job(TRY(service.fleet.cancel_job(call.actor, device, call.segment("job"))));
}

}  // namespace signet::api
