#include "base/json.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr std::size_t tend_at_once_max = 256;  // of jobs, with one commit

std::string key_of(const Job& job) { return "@" + job.name; }

// A name that may stand in a path, a twin and a program.
Status check_job_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  if (name.empty() || name.size() > job_name_bytes_max || !std::all_of(name.begin(), name.end(), fits)) {
    return Error{Errc::malformed, "a job's name has 1 to " + std::to_string(job_name_bytes_max) +
                                      " letters, digits, '_', '-' or '.', as the device's program defines it"};
  }
  if (name == "fota") return Error{Errc::malformed, "\"fota\" is not a job of its own: it is part of an update"};
  return {};
}

Status check_span(std::string_view what, Seconds span) {
  if (span >= Seconds{0} && span <= job_time_max) return {};
  return Error{Errc::malformed,
               std::string{what} + " is not between 0 and " + std::to_string(job_time_max.count()) + " seconds"};
}

// The device failed when its program says {"error": "..."}, as an exception does.
bool is_failure(const json::value& result) {
  if (!result.is_object()) return false;
  const json::value* error = result.as_object().if_contains("error");
  return error && error->is_string();
}

void end(Job& job, JobStatus status, std::string detail, Timestamp now) {
  job.status = status, job.detail = std::move(detail), job.finished_at = now, job.told = false;
}

}  // namespace

Result<Job> Fleet::State::job_from(const JobOrder& order, const DeviceId& device, Timestamp now) {
  TRY(check_job_name(order.name));
  if (order.value.size() > job_value_bytes_max) {
    return Error{Errc::too_large, "the job's value is longer than " + std::to_string(job_value_bytes_max) + " bytes"};
  }
  TRY(parse_json(order.value));
  if (order.retries > job_retries_max) {
    return Error{Errc::malformed, "\"retries\" is more than " + std::to_string(job_retries_max)};
  }
  TRY(check_span("\"retry_after\"", order.retry_after));
  Job job{.id = ids.next<JobIdKind>(), .device = device, .name = order.name, .value = order.value};
  job.scheduled_at = now;
  job.due_at = std::max(order.due_at.value_or(now), now);
  TRY(check_span("\"due_at\"", std::chrono::floor<Seconds>(job.due_at - now)));
  if (order.expires_in) {
    TRY(check_span("\"expires_in\"", *order.expires_in));
    job.expires_at = job.due_at + *order.expires_in;
  }
  job.retries = order.retries, job.retry_after = order.retry_after;
  return job;
}

Result<std::optional<Job>> Fleet::State::pending_job(const DeviceId& device, std::string_view name) {
  JobQuery query{.device = device, .name = std::string{name}, .status = JobStatus::pending, .size = 1};
  std::vector<Job> found = TRY(store.jobs(query));
  return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

Status Fleet::State::begin_job(Changes& to, Job& job, Messages& messages) {
  JobQuery query{.device = job.device, .status = JobStatus::pending, .size = jobs_pending_max};
  const std::vector<Job> pending = TRY(store.jobs(query));
  const auto same = std::find_if(pending.begin(), pending.end(), [&](const Job& one) { return one.name == job.name; });
  if (same != pending.end()) {
    Job former = *same;
    end(former, JobStatus::cancelled, "replaced by " + job.id.str(), job.scheduled_at);
    TRY(to.put_job(former));
  } else if (pending.size() >= jobs_pending_max) {
    return Error{Errc::exhausted, job.device.str() + " has " + std::to_string(jobs_pending_max) +
                                      " jobs before it: cancel some, or wait until it was connected"};
  }
  TRY(to.remove_old_jobs(job.device, jobs_kept_max));
  if (job.due_at <= job.scheduled_at) return tell(to, job, messages);
  TRY(to.put_job(job));
  return to.erase_twin(job.device, TwinSide::expected, key_of(job));
}

// The expected twin is what a device finds when it connects; the message is for one that is there.
Status Fleet::State::tell(Changes& to, Job& job, Messages& messages) {
  TwinEntry entry{key_of(job), epoch_millis(clock.now()), ""};
  const Twin now = TRY(store.twin(job.device));
  for (const auto* side : {&now.current, &now.expected}) {  // newer than any before, whatever the clock says
    for (const TwinEntry& former : *side) {
      if (former.key == entry.key) entry.millis = std::max(entry.millis, former.millis + 1);
    }
  }
  const json::object value{{"args", TRY(parse_json(job.value))}, {"on_schedule", ""}};
  entry.value = json::serialize(value);
  TRY(to.put_twin(job.device, TwinSide::expected, entry));
  job.told = true;
  TRY(to.put_job(job));
  const json::object message{{"version", entry.millis}, {"key", entry.key}, {"value", value}};
  messages.emplace_back(job.device, DownMessage{json::serialize(message)});
  return {};
}

void Fleet::State::send(const Messages& messages) {
  if (!observer) return;
  for (const auto& [device, message] : messages) observer->on_message(device, message);
}

Result<Job> Fleet::schedule_job(const Actor& actor, const DeviceId& device, const JobOrder& order) {
  State& s = *state_;
  TRY(s.require_device(actor, device, "job.schedule"));
  Job job = TRY(s.job_from(order, device, s.clock.now()));
  State::Messages messages;
  TRY(s.act(s.entry(actor, "job.schedule", device.str(), job.name),
            [&](Changes& to) { return s.begin_job(to, job, messages); }));
  s.send(messages);
  return job;
}

Result<JobBatch> Fleet::schedule_jobs(const Actor& actor, const WorkspaceId& workspace,
                                      const std::vector<FleetId>& fleets, const JobOrder& order) {
  State& s = *state_;
  TRY(s.require_workspace(actor, workspace, "job.schedule"));
  for (const FleetId& fleet : fleets) TRY(s.require_fleet(actor, workspace, fleet, "job.schedule"));
  const Timestamp now = s.clock.now();
  JobBatch out;
  for (const Device& device : TRY(s.store.devices(workspace))) {
    if (!fleets.empty() && std::find(fleets.begin(), fleets.end(), device.fleet) == fleets.end()) continue;
    out.jobs.push_back(TRY(s.job_from(order, device.id, now)));
  }
  if (out.jobs.empty()) return Error{Errc::not_found, "there is no device to do it"};
  if (out.jobs.size() > job_devices_max) {
    return Error{Errc::too_large, "more than " + std::to_string(job_devices_max) + " devices: name smaller fleets"};
  }
  State::Messages messages;
  const std::string detail = order.name + ", " + std::to_string(out.jobs.size()) + " devices";
  TRY(s.act(s.entry(actor, "job.schedule", workspace.str(), detail), [&](Changes& to) -> Status {
    for (Job& job : out.jobs) TRY(s.begin_job(to, job, messages));
    return {};
  }));
  s.send(messages);
  return out;
}

Result<std::vector<Job>> Fleet::jobs(const Actor& actor, const JobQuery& query) {
  TRY(state_->require_device(actor, query.device, "job.read"));
  if (query.size > jobs_page_max) {
    return Error{Errc::malformed, "\"size\" is more than " + std::to_string(jobs_page_max)};
  }
  return state_->store.jobs(query);
}

Result<Job> Fleet::job(const Actor& actor, const DeviceId& device, std::string_view job) {
  State& s = *state_;
  TRY(s.require_device(actor, device, "job.read"));
  std::optional<Job> found;
  if (const Result<JobId> id = JobId::parse(job); id) {
    found = TRY(s.store.job(id.value()));
  } else {
    std::vector<Job> last = TRY(s.store.jobs({.device = device, .name = std::string{job}, .size = 1}));
    if (!job.empty() && !last.empty()) found = std::move(last.front());
  }
  if (found && found->device == device) return std::move(*found);
  return Error{Errc::not_found, device.str() + " was never asked for that job"};
}

Result<Job> Fleet::cancel_job(const Actor& actor, const DeviceId& device, std::string_view job) {
  State& s = *state_;
  Job found = TRY(this->job(actor, device, job));
  if (found.status != JobStatus::pending) {
    return Error{Errc::conflict, "the job is not pending any more: nothing is left to cancel"};
  }
  end(found, JobStatus::cancelled, "by " + actor.email, s.clock.now());
  TRY(s.act(s.entry(actor, "job.cancel", device.str(), found.name), [&](Changes& to) -> Status {
    TRY(to.put_job(found));
    return to.erase_twin(device, TwinSide::expected, key_of(found));
  }));
  return found;
}

Status Fleet::State::tend(Changes& to, Job job, Messages& messages) {
  const Timestamp now = clock.now();
  if (!job.expires_at || *job.expires_at > now) return tell(to, job, messages);
  const std::string why = job.told ? "the device did not answer in time" : "it was never told to the device";
  end(job, JobStatus::expired, why, now);
  TRY(to.put_job(job));
  return to.erase_twin(job.device, TwinSide::expected, key_of(job));
}

Status Fleet::tend_jobs() {
  State& s = *state_;
  const std::vector<Job> found = TRY(s.store.jobs_to_tend(s.clock.now(), tend_at_once_max));
  if (found.empty()) return {};
  State::Messages messages;
  TRY(s.store.change([&](Changes& to) -> Status {
    for (const Job& job : found) TRY(s.tend(to, job, messages));
    return {};
  }));
  s.send(messages);
  return {};
}

// Delivery is at least once, the result is recorded once: an answer to what nobody waits for changes nothing. Programs
// of ours say which order they answer ("version"), so that an answer to a replaced job is not taken for its
// successor's.
Result<std::optional<Job>> Fleet::State::answered(const DeviceId& device, std::string_view name,
                                                  const json::value& result, std::optional<std::int64_t> version) {
  std::optional<Job> job = TRY(pending_job(device, name));
  if (!job || !job->told) return std::optional<Job>{};
  if (version) {
    const Twin twin = TRY(store.twin(device));
    const auto order = std::find_if(twin.expected.begin(), twin.expected.end(),
                                    [&](const TwinEntry& entry) { return entry.key == key_of(*job); });
    if (order == twin.expected.end() || order->millis != *version) return std::optional<Job>{};
  }
  const Timestamp now = clock.now();
  job->result = json::serialize(result);
  if (!is_failure(result)) {
    end(*job, JobStatus::done, "", now);
  } else if (job->retries == 0) {
    end(*job, JobStatus::failed, std::string{result.as_object().at("error").as_string()}.substr(0, detail_bytes_max),
        now);
  } else {
    --job->retries;
    job->told = false;
    job->due_at = now + job->retry_after;
  }
  return job;
}

}  // namespace signet::fleet
