#include "base/json.h"
#include "fleet/state.h"

#include <algorithm>
#include <array>
#include <set>

namespace signet::fleet {
namespace {

constexpr std::array<std::string_view, 5> status_names{"pending", "done", "failed", "expired", "cancelled"};
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

// Its value stands in "args" within the twin, within what #status answers: each is to be read again.
Status check_value(const std::string& value) {
  if (value.size() > job_value_bytes_max) {
    return Error{Errc::too_large, "the job's value is longer than " + std::to_string(job_value_bytes_max) + " bytes"};
  }
  TRY(parse_json(value, json_depth_max - 1));
  return {};
}

Status check_order(const JobOrder& order, Timestamp now) {
  TRY(check_job_name(order.name));
  TRY(check_value(order.value));
  if (order.retries > job_retries_max) {
    return Error{Errc::malformed, "\"retries\" is more than " + std::to_string(job_retries_max)};
  }
  TRY(check_span("\"retry_after\"", order.retry_after));
  if (order.due_at) TRY(check_span("\"due_at\"", std::chrono::floor<Seconds>(std::max(*order.due_at, now) - now)));
  if (order.expires_in) TRY(check_span("\"expires_in\"", *order.expires_in));
  return {};
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

// Those that wait are told with one message, the answer to #status.
Status check_job_room(const Job& job, const std::vector<Job>& pending) {
  std::size_t count = 1, bytes = job.value.size();
  for (const Job& other : pending) {
    if (other.name != job.name) ++count, bytes += other.value.size();
  }
  if (count > jobs_pending_max || bytes > jobs_pending_bytes_max) {
    return Error{Errc::exhausted, job.device.str() + " has " + std::to_string(jobs_pending_max) + " jobs or " +
                                      std::to_string(jobs_pending_bytes_max) +
                                      " bytes of their values before it: cancel some, or wait until it was connected"};
  }
  return {};
}

}  // namespace

std::string_view name_of(JobStatus status) { return status_names.at(static_cast<std::size_t>(status)); }

Job Fleet::State::job_from(const JobOrder& order, const DeviceId& device, Timestamp now) {
  Job job{.id = ids.next<JobIdKind>(), .device = device, .name = order.name, .value = order.value};
  job.scheduled_at = now;
  job.due_at = std::max(order.due_at.value_or(now), now);
  if (order.expires_in) job.expires_at = job.due_at + *order.expires_in;
  job.retries = order.retries, job.retry_after = order.retry_after;
  return job;
}

// Who listens outside is told with the same commit.
Status Fleet::State::put(Changes& to, const Job& job) {
  TRY(to.put_job(job));
  const bool pending = job.status == JobStatus::pending;
  std::string payload = R"({"id":")" + job.id.str() + R"(","name":")" + job.name + R"(","status":")";  // plain words
  payload.append(name_of(job.status)).append(R"(","value":)").append(pending ? job.value : job.result).append("}");
  return tell_out(to, {job.device, "job", pending, clock.now(), std::move(payload)});
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
    TRY(put(to, former));
  }
  TRY(check_job_room(job, pending));
  TRY(to.remove_old_jobs(job.device, jobs_kept_max));
  if (job.due_at <= job.scheduled_at) return tell(to, job, messages);
  TRY(put(to, job));
  return to.erase_twin(job.device, TwinSide::expected, key_of(job));
}

// The expected twin is what a device finds when it connects; the message is for one that is there.
Status Fleet::State::tell(Changes& to, Job& job, Messages& messages) {
  TwinEntry entry{key_of(job), next_version(TRY(store.twin(job.device)), key_of(job), clock.now()), ""};
  entry.value = R"({"args":)" + job.value + R"(,"on_schedule":""})";  // JSON already: checked when it was ordered
  TRY(to.put_twin(job.device, TwinSide::expected, entry));
  job.told = true;
  TRY(put(to, job));
  messages.push_back({job.device,
                      {R"({"version":)" + std::to_string(entry.millis) + R"(,"key":")" + entry.key + R"(","value":)" +
                       entry.value + "}"}});
  return {};
}

Result<Job> Fleet::schedule_job(const Actor& actor, const DeviceId& device, const JobOrder& order) {
  State& s = *state_;
  TRY(s.require_device(actor, device, "job.schedule"));
  const Timestamp now = s.clock.now();
  TRY(check_order(order, now));
  Job job = s.job_from(order, device, now);
  State::Messages messages;
  TRY(s.act(s.entry(actor, "job.schedule", device.str(), job.name),
            [&](Changes& to) { return s.begin_job(to, job, messages); }));
  if (s.observer) s.observer->on_messages(messages);
  return job;
}

// Of these fleets, of all when none is named; one more than may be asked to do a job.
Result<std::vector<Device>> Fleet::State::devices_in(const WorkspaceId& workspace, const std::vector<FleetId>& fleets) {
  DeviceQuery query{.workspace = workspace, .size = job_devices_max + 1};
  if (fleets.empty()) return store.devices(query);
  std::vector<Device> out;
  for (const FleetId& fleet : std::set<FleetId>{fleets.begin(), fleets.end()}) {
    query.fleet = fleet;
    query.size = job_devices_max + 1 - out.size();
    const std::vector<Device> some = TRY(store.devices(query));
    out.insert(out.end(), some.begin(), some.end());
  }
  return out;
}

Result<std::vector<Job>> Fleet::schedule_jobs(const Actor& actor, const WorkspaceId& workspace,
                                              const std::vector<FleetId>& fleets, const JobOrder& order) {
  State& s = *state_;
  TRY(s.require_workspace(actor, workspace, "job.schedule"));
  for (const FleetId& fleet : fleets) TRY(s.require_fleet(actor, workspace, fleet, "job.schedule"));
  const Timestamp now = s.clock.now();
  TRY(check_order(order, now));
  std::vector<Job> out;
  for (const Device& device : TRY(s.devices_in(workspace, fleets))) {
    if (out.size() == job_devices_max) {
      return Error{Errc::too_large, "more than " + std::to_string(job_devices_max) + " devices: name smaller fleets"};
    }
    out.push_back(s.job_from(order, device.id, now));
  }
  if (out.empty()) return Error{Errc::not_found, "there is no device to do it"};
  State::Messages messages;
  const std::string detail = order.name + ", " + std::to_string(out.size()) + " devices";
  TRY(s.act(s.entry(actor, "job.schedule", workspace.str(), detail), [&](Changes& to) -> Status {
    for (Job& job : out) TRY(s.begin_job(to, job, messages));
    return {};
  }));
  if (s.observer) s.observer->on_messages(messages);
  return out;
}

Result<std::vector<Job>> Fleet::jobs(const Actor& actor, const JobQuery& query) {
  TRY(state_->require_device(actor, query.device, "job.read"));
  if (query.size > jobs_page_max) {
    return Error{Errc::too_large, "size is more than " + std::to_string(jobs_page_max) + ": ask page by page"};
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
  TRY(s.require_device(actor, device, "job.cancel"));
  Job found = TRY(this->job(actor, device, job));
  if (found.status != JobStatus::pending) {
    return Error{Errc::conflict, "the job is not pending any more: nothing is left to cancel"};
  }
  end(found, JobStatus::cancelled, "by " + actor.email, s.clock.now());
  TRY(s.act(s.entry(actor, "job.cancel", device.str(), found.name), [&](Changes& to) -> Status {
    TRY(s.put(to, found));
    return to.erase_twin(device, TwinSide::expected, key_of(found));
  }));
  return found;
}

Status Fleet::State::tend(Changes& to, Job job, Messages& messages) {
  const Timestamp now = clock.now();
  if (!job.expires_at || *job.expires_at > now) return tell(to, job, messages);
  const std::string why = job.told ? "the device did not answer in time" : "it was never told to the device";
  end(job, JobStatus::expired, why, now);
  TRY(put(to, job));
  return to.erase_twin(job.device, TwinSide::expected, key_of(job));
}

Result<bool> Fleet::tend_jobs() {
  State& s = *state_;
  const std::vector<Job> found = TRY(s.store.jobs_to_tend(s.clock.now(), tend_at_once_max));
  if (found.empty()) return false;
  State::Messages messages;
  TRY(s.change([&](Changes& to) -> Status {
    for (const Job& job : found) TRY(s.tend(to, job, messages));
    return {};
  }));
  if (s.observer) s.observer->on_messages(messages);
  return found.size() == tend_at_once_max;
}

// Delivery is at least once, the result is recorded once: an answer to what nobody waits for changes nothing. Programs
// of ours say which order they answer ("version"), so that an answer to a replaced job is not taken for its
// successor's.
Result<std::optional<Job>> Fleet::State::answered(const DeviceId& device, const std::string& key,
                                                  const json::value& result, std::optional<std::int64_t> version,
                                                  const Twin& twin) {
  std::optional<Job> job = TRY(pending_job(device, std::string_view{key}.substr(1)));
  if (!job || !job->told) return std::optional<Job>{};
  const auto order = std::find_if(twin.expected.begin(), twin.expected.end(),
                                  [&](const TwinEntry& entry) { return entry.key == key; });
  if (version && (order == twin.expected.end() || order->millis != *version)) return std::optional<Job>{};
  const Timestamp now = clock.now();
  const bool failed = is_failure(result);
  std::string detail;
  if (failed) detail = readable(std::string{result.as_object().at("error").as_string()}, detail_bytes_max);
  job->result = json::serialize(result);
  if (job->result.size() > job_result_bytes_max) {
    detail = "its answer had " + std::to_string(job->result.size()) + " bytes, too many to keep" +
             (failed ? "; " + detail : "");
    job->result = "null";
  }
  if (failed && job->retries > 0) {
    --job->retries;
    job->told = false;
    job->due_at = now + job->retry_after;
  } else {
    end(*job, failed ? JobStatus::failed : JobStatus::done, readable(detail, detail_bytes_max), now);
  }
  return job;
}

}  // namespace signet::fleet
