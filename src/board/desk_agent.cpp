// What a firmware asks of its agent: readings, jobs, variables, conditions, updates.
#include "agent/orders.h"
#include "board/desk.h"

#include <algorithm>

namespace signet::board {
namespace {

constexpr std::size_t answer_depth_max = 24;  // it travels within a message, and is told within a twin

Result<Millis> wait_member(const json::object& request, std::string_view name) {
  const std::int64_t millis = TRY(integer_member(request, name));
  if (millis < 0 || millis > wait_max_ms) {
    return Error{Errc::malformed, "\"" + std::string{name} + "\" is not 0 to 3600000 milliseconds"};
  }
  return Millis{millis};
}

Result<std::vector<std::string>> read_names(const json::object& request, const char* member, const char* what) {
  std::vector<std::string> out;
  if (!request.contains(member)) return out;
  const auto names = TRY(array_member(request, member));
  if (names.size() > jobs_max) return Error{Errc::too_large, std::string{"an agent has at most 64 "} + member};
  for (const auto& name : names) {
    if (!name.is_string() || name.as_string().empty() || name.as_string().size() > job_name_bytes_max) {
      return Error{Errc::malformed, std::string{what} + "'s name has 1 to 64 bytes"};
    }
    out.emplace_back(name.as_string());
  }
  return out;
}

bool is_own_word(std::string_view name) {
  return name.starts_with('@') || name.starts_with('#') || name.starts_with('_') || name == "condition";
}

template <class Time>
Status read_time(const json::object& request, const char* name, Time least, Time most, Time& to) {
  if (!request.contains(name)) return {};
  const std::int64_t count = TRY(integer_member(request, name));
  const Time wanted{count};
  if (wanted < least || wanted > most) {
    return Error{Errc::malformed, std::string{name} + " is " + std::to_string(least.count()) + " to " +
                                      std::to_string(most.count()) + (Time{1} == Seconds{1} ? " s" : " ms")};
  }
  to = wanted;
  return {};
}

Status read_tuning(const json::object& request, agent::Tuning& to) {
  using namespace agent;
  TRY(read_time(request, "keepalive", keepalive_min, keepalive_max, to.keepalive));
  TRY(read_time(request, "reconnect_after", reconnect_after_min, reconnect_after_max, to.reconnect_after));
  TRY(read_time(request, "network_timeout", network_timeout_min, network_timeout_max, to.network_timeout));
  return read_time(request, "set_clock_every", time_every_min, time_every_max, to.time_every);
}

bool flag_member(const json::object& request, std::string_view name) {
  const json::value* flag = request.if_contains(name);
  return flag && flag->is_bool() && flag->get_bool();
}

Result<agent::Program> read_program(const json::object& request) {
  if (!request.contains("jobs")) return Error{Errc::malformed, "\"jobs\" is missing"};
  agent::Program program;
  program.jobs = TRY(read_names(request, "jobs", "a job"));
  program.conditions = TRY(read_names(request, "conditions", "a condition"));
  program.tuning.keep_newest = flag_member(request, "keep_newest");
  program.variables = TRY(read_names(request, "variables", "a variable"));
  TRY(read_tuning(request, program.tuning));
  for (const std::string& job : program.jobs) {
    if (job == "reset" || job == "fota") return Error{Errc::malformed, "the job \"" + job + "\" is the board's own"};
  }
  for (const std::string& name : program.variables) {
    if (is_own_word(name)) return Error{Errc::malformed, "\"" + name + "\" is no name for a variable"};
  }
  return program;
}

// JSON as text, so that a program's numbers arrive as it wrote them.
Result<std::string> json_member(const json::object& request, std::string_view name) {
  std::string text = TRY(string_member(request, name));
  const auto parsed = parse_json(text, answer_depth_max);
  if (!parsed) return Error{parsed.error()}.within(std::string{name});
  return text;
}

Result<std::optional<std::int64_t>> optional_version(const json::object& request) {
  if (!request.contains("version")) return std::optional<std::int64_t>{};
  const std::int64_t version = TRY(integer_member(request, "version"));
  return std::optional{version};
}

}  // namespace

Result<Desk::Answer> Desk::answer_agent(const std::string& what, std::uint32_t id, const json::object& request,
                                        Instant now) {
  if (what == "agent.state") return Answer{services_.agent_state()};
  if (what == "agent.start") return start_agent(id, request, now);
  if (what == "agent.publish") return publish(id, request, now);
  if (what == "agent.next") return next_event(id, request, now);
  Status done = Error{Errc::not_found, "the board knows no \"" + what + "\""};
  if (what == "agent.answer") done = take_answer(request);
  if (what == "agent.variable") done = take_variable(request);
  if (what == "agent.condition") done = take_condition(request);
  if (what == "agent.conditions") done = services_.tell("#conditions", "{}", {});
  if (what == "agent.fota") done = take_fota_answer(request);
  if (what == "agent.reset") {
    services_.reset();
    done = {};
  }
  if (!done) return done.error();
  return Answer{json::object{}};
}

Result<Desk::Answer> Desk::start_agent(std::uint32_t id, const json::object& request, Instant now) {
  agent::Program program = TRY(read_program(request));
  const Millis wait = TRY(wait_member(request, "wait"));
  has_on_fota_ = flag_member(request, "fota");
  has_on_reset_ = flag_member(request, "reset");
  hears_connection_ = flag_member(request, "connection");
  services_.start_agent(std::move(program));
  on_agent_change();  // it may be online already
  if (services_.online() || wait == Millis{0}) return Answer{services_.agent_state()};
  waiting_.push_back({id, Awaits::online, now + wait});
  return Answer{};
}

Result<Desk::Answer> Desk::publish(std::uint32_t id, const json::object& request, Instant now) {
  const std::string payload = TRY(string_member(request, "payload"));
  const std::string tag = TRY(string_member(request, "tag"));
  const Millis wait = TRY(wait_member(request, "timeout"));
  const auto object = parse_json_object(payload);
  if (!object) return Error{object.error()}.within("payload");
  const Timestamp device_time = TRY(services_.publish(tag, payload));
  if (wait == Millis{0}) return Answer{json::object{{"device_time", epoch_micros(device_time)}}};
  waiting_.push_back({id, Awaits::reading, now + wait, device_time});
  return Answer{};
}

Result<Desk::Answer> Desk::next_event(std::uint32_t id, const json::object& request, Instant now) {
  const Millis wait = TRY(wait_member(request, "wait"));
  if (auto event = inbox_.take()) return Answer{taken(std::move(*event))};
  waiting_.push_back({id, Awaits::event, now + wait});
  return Answer{};
}

// The program has a job in its hands from now on.
json::object Desk::taken(json::object event) {
  if (event.at("event") == "job")
    jobs_taken_[std::string{event.at("name").as_string()}] = event.at("version").as_int64();
  return event;
}

void Desk::give(std::string name, json::object event) {
  const Status kept = inbox_.put(std::move(name), std::move(event));
  if (!kept) return log_error("desk.event_dropped", {{"error", kept.error().what}});
  const auto asks =
      std::find_if(waiting_.begin(), waiting_.end(), [](const Waiting& one) { return one.what == Awaits::event; });
  if (asks == waiting_.end()) return;
  const std::uint32_t id = asks->id;
  waiting_.erase(asks);
  reply(id, taken(std::move(*inbox_.take())));
}

void Desk::give_job(const agent::JobOrdered& job) {
  auto args = parse_json(job.args);
  ENSURE(args);  // the agent wrote it
  json::object event{{"event", "job"}, {"name", job.name}, {"version", job.version}};
  event["args"] = std::move(args).value();
  give("@" + job.name, std::move(event));
}

void Desk::give_wish(const agent::VariableWished& wish) {
  auto value = parse_json(wish.value);
  ENSURE(value);
  json::object event{{"event", "variable"}, {"name", wish.name}, {"version", wish.version}};
  event["value"] = std::move(value).value();
  give(wish.name, std::move(event));
}

void Desk::give_conditions(const agent::ConditionsTold& told) {
  auto open = parse_json(told.open);
  ENSURE(open);
  json::object event{{"event", "conditions"}};
  event["open"] = std::move(open).value();
  give("#conditions", std::move(event));
}

bool Desk::ask_fota(const std::string& step, json::value arg) {
  if (!has_on_fota_) return false;
  fota_step_ = step;
  json::object event{{"event", "fota"}, {"step", step}};
  event["arg"] = std::move(arg);
  give("@fota", std::move(event));
  return true;
}

bool Desk::tell_reset() {
  if (has_on_reset_) give("#reset", {{"event", "reset"}});
  return has_on_reset_;
}

Status Desk::take_answer(const json::object& request) {
  const std::string job = TRY(string_member(request, "name"));
  const std::int64_t version = TRY(integer_member(request, "version"));
  std::string result = TRY(json_member(request, "result"));
  const auto taken = jobs_taken_.find(job);
  if (taken == jobs_taken_.end() || taken->second != version) {
    return Error{Errc::conflict, "the job \"" + job + "\" of that version waits for no answer"};
  }
  TRY(services_.answer_job(job, version, std::move(result)));
  jobs_taken_.erase(taken);
  return {};
}

Status Desk::take_variable(const json::object& request) {
  std::string name = TRY(string_member(request, "name"));
  if (name.empty() || name.size() > job_name_bytes_max || is_own_word(name)) {
    return Error{Errc::malformed, "\"" + name.substr(0, job_name_bytes_max) + "\" is no name for a variable"};
  }
  std::string value = TRY(json_member(request, "value"));
  const auto version = TRY(optional_version(request));
  return services_.tell(std::move(name), std::move(value), version);
}

// {"uuid", "tag", "payload", "start"} or {"uuid", "payloadf", "finish"}: docs/formats/mqtt.md, the manager judges it.
Status Desk::take_condition(const json::object& request) {
  std::string value = TRY(json_member(request, "value"));
  const json::object condition = TRY(parse_json_object(value));
  TRY(string_member(condition, "uuid"));
  return services_.tell("condition", std::move(value), {});
}

Status Desk::take_fota_answer(const json::object& request) {
  const std::string step = TRY(string_member(request, "step"));
  const std::string refused = TRY(string_member(request, "refused"));
  if (fota_step_.empty() || step != fota_step_) {
    return Error{Errc::conflict, "nobody asked about the step \"" + step.substr(0, job_name_bytes_max) + "\""};
  }
  fota_step_.clear();
  services_.fota_answered(step, refused);
  return {};
}

void Desk::forget() {
  waiting_.clear();
  watchdog_ = Millis{0};
  fota_step_.clear();
  has_on_fota_ = false;
  has_on_reset_ = false;
  hears_connection_ = false;
  told_online_ = false;
  inbox_.remove("@fota");
  inbox_.remove("#reset");
  inbox_.remove("#connection");
  for (const auto& [job, version] : std::exchange(jobs_taken_, {})) {
    const Status told = services_.answer_job(job, version, R"({"error":"the program ended before it had answered"})");
    if (!told) log_error("desk.answer_lost", {{"job", job}, {"error", told.error().what}});
  }
}

}  // namespace signet::board
