// What the manager wants, on j/dn/<device>: {"version": ms, "key": "...", "value": ...}; docs/formats/mqtt.md.
#include "agent/agent.h"

#include <algorithm>

namespace signet::agent {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string error_text(const std::string& why) { return json::serialize(json::object{{"error", why}}); }

}  // namespace

// An unknown key is for a later release: ignored.
void Agent::on_message(std::string_view payload, Moment now) {
  const auto message = parse_json_object(payload);
  const auto key = message ? string_member(message.value(), "key") : message.error();
  if (!key) return note(LogLevel::warn, "agent.message_ignored", key.error().what);
  const json::value* value = message.value().if_contains("value");
  if (!value) return note(LogLevel::warn, "agent.message_ignored", "a message without a value");
  if (key.value() == "#now") {
    if (!value->is_int64()) return note(LogLevel::warn, "agent.message_ignored", "#now: no number of milliseconds");
    return on_time(value->get_int64(), now);
  }
  if (key.value() == "#status") return on_status(*value, now);
  if (key.value() == "#conditions") {
    if (!value->is_object()) return note(LogLevel::warn, "agent.message_ignored", "#conditions: no object");
    std::string open = json::serialize(*value);
    if (open.size() > conditions_bytes_max)
      return note(LogLevel::warn, "agent.message_ignored", "#conditions: too large");
    return actions_.push_back(Order{ConditionsTold{std::move(open)}});
  }
  const auto version = integer_member(message.value(), "version");
  if (!version) return note(LogLevel::warn, "agent.message_ignored", version.error().what);
  on_order(key.value(), version.value(), *value, now);
}

// {"current": ..., "expected": {key: {"t": version, "v": value}} or null}: what was ordered while nobody listened.
void Agent::on_status(const json::value& value, Moment now) {
  const json::value* expected = value.is_object() ? value.get_object().if_contains("expected") : nullptr;
  if (!expected || !expected->is_object()) return;
  for (const auto& [key, entry] : expected->get_object()) {
    const json::object* order = entry.if_object();
    const json::value* version = order ? order->if_contains("t") : nullptr;
    const json::value* wanted = order ? order->if_contains("v") : nullptr;
    if (!version || !version->is_int64() || !wanted) {
      note(LogLevel::warn, "agent.message_ignored", "#status: an entry without version or value");
      continue;
    }
    on_order(std::string{key}, version->get_int64(), *wanted, now);
  }
}

void Agent::on_order(const std::string& key, std::int64_t version, const json::value& value, Moment now) {
  if (key == "@fota" || key == "#fota_info") {
    return actions_.push_back(Order{UpdateTold{key, version, json::serialize(value)}});
  }
  if (key == "#ca") return actions_.push_back(Order{SuccessorTold{json::serialize(value)}});
  if (key.starts_with('@')) return on_job(key.substr(1), version, value, now);
  if (key.empty() || key.starts_with('#') || key.starts_with('_')) {
    return note(LogLevel::debug, "agent.message_ignored", key);
  }
  on_wish(key, version, value);
}

// {"args": any, "on_schedule": ""}; an older manager sends the arguments alone.
void Agent::on_job(const std::string& name, std::int64_t version, const json::value& value, Moment) {
  if (name != "reset" && !has(program_.jobs, name)) {
    return tell_answer(name, version, error_text("Job " + name + " not supported"));
  }
  const json::value* args = value.is_object() ? value.get_object().if_contains("args") : nullptr;
  std::string text = json::serialize(args ? *args : value);
  const auto state = orders_.take(name, version);
  if (!state) return tell_answer(name, version, error_text(state.error().what));
  if (state.value() == Orders::State::running) return;
  if (state.value() == Orders::State::answered) {
    if (controls_.has("@" + name)) return;  // on its way
    return tell_answer(name, version, orders_.answer_of(name));
  }
  std::string answer;
  if (name == "reset") answer = resetting;
  if (text.size() > job_args_bytes_max) {
    answer = error_text("its arguments have more than " + std::to_string(job_args_bytes_max) + " bytes");
  }
  if (answer.empty()) return actions_.push_back(Order{JobOrdered{name, version, std::move(text)}});
  orders_.answer(name, version, answer);
  tell_answer(name, version, std::move(answer));
}

void Agent::on_wish(const std::string& name, std::int64_t version, const json::value& value) {
  if (!has(program_.variables, name)) return note(LogLevel::debug, "agent.message_ignored", name);
  std::string text = json::serialize(value);
  if (text.size() > control_bytes_max) return note(LogLevel::warn, "agent.message_ignored", name + ": too large");
  const auto known = wishes_.find(name);
  if (known != wishes_.end() && known->second == version) return;
  wishes_[name] = version;
  actions_.push_back(Order{VariableWished{name, version, std::move(text)}});
}

void Agent::tell_answer(const std::string& job, std::int64_t version, std::string result) {
  const Status added = controls_.add({"@" + job, std::move(result), version, true});
  if (!added) note(LogLevel::error, "agent.control_dropped", added.error().what);
}

Status Agent::answer(const std::string& job, std::int64_t version, std::string result, Moment now) {
  if (result.size() > job_answer_bytes_max) {
    return Error{Errc::too_large, "the answer has " + std::to_string(result.size()) + " bytes; a job's has at most " +
                                      std::to_string(job_answer_bytes_max)};
  }
  if (!orders_.answer(job, version, result)) return {};
  return tell("@" + job, std::move(result), now, version);
}

}  // namespace signet::agent
