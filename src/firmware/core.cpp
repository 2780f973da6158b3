#include "firmware/core.h"

namespace signet {
namespace {

constexpr std::int64_t patience_ms = 600'000;  // that one question for the next event stays open
constexpr std::size_t reason_bytes_max = 1024;
constexpr std::size_t fota_reason_bytes_max = 256;

std::string cut(std::string text, std::size_t size) {
  if (text.size() > size) text.resize(size);
  while (!is_utf8(text)) text.pop_back();
  return text;
}

// What the manager is told of an exception; a person at the console sees where it came from. Call it in a handler.
std::string why(const std::string& where) {
  std::string text = "an exception that is no std::exception";
  try {
    throw;
  } catch (const std::exception& error) {
    text = error.what();
  } catch (...) {
  }
  std::printf("[error]> %s: %s\n", where.c_str(), text.c_str());
  return cut(text.empty() ? "an exception without a text" : text, reason_bytes_max);
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* text = object.if_contains(name);
  return text && text->is_string() ? std::string{text->get_string()} : "";
}

std::string failure(const std::string& text) { return json::serialize(json::object{{"error", text}}); }

}  // namespace

void AgentCore::serve() {
  while (serve_one()) continue;
}

bool AgentCore::serve_one() {
  try {
    const json::object event = firmware::ask(*link, "agent.next", {{"wait", patience_ms}});
    const std::lock_guard hold{busy};
    if (!agent) return false;
    on_event(event);
  } catch (const Refused& refused) {
    why("the agent's thread");
    return refused.code() != "unavailable";  // then the board has gone
  } catch (...) {
    why("the agent's thread");
  }
  return true;
}

void AgentCore::on_event(const json::object& event) {
  const std::string what = text_member(event, "event");
  if (what == "job") do_job(event);
  if (what == "variable") do_variable(event);
  if (what == "conditions") do_conditions(event);
  if (what == "fota") do_fota(event);
  if (what == "connection" && config.on_connection) config.on_connection(*agent, event.at("online").as_bool());
  if (what == "reset") do_reset();
}

void AgentCore::do_reset() {
  try {
    if (config.on_reset) config.on_reset(*agent);
  } catch (...) {
    why("on_reset");
  }
  agent->reset();
}

void AgentCore::do_job(const json::object& event) {
  const std::string name = text_member(event, "name");
  std::string result;
  try {
    const json::value& args = event.at("args");
    result =
        firmware::text_of_value(config.jobs.at(name)(*agent, args.is_null() ? json::value(json::object_kind) : args));
  } catch (...) {
    result = failure(why("the job " + name));
  }
  const auto answer = [&](const std::string& text) {
    firmware::ask(*link, "agent.answer", {{"name", name}, {"version", event.at("version")}, {"result", text}});
  };
  try {
    answer(result);
  } catch (const std::invalid_argument& error) {  // too large, too deep: that is its answer then
    answer(failure(error.what()));
  }
}

void AgentCore::do_variable(const json::object& event) {
  const std::string name = text_member(event, "name");
  const json::value& wish = event.at("value");
  std::string made;
  try {
    const std::optional<json::value> own = config.variables.at(name)(*agent, wish);
    made = firmware::text_of_value(own.value_or(wish));
  } catch (...) {  // the wish stays: it is told again when the program starts anew
    why("the variable " + name);
    return;
  }
  firmware::ask(*link, "agent.variable", {{"name", name}, {"value", made}, {"version", event.at("version")}});
}

Condition AgentCore::condition(const std::string& tag, const std::string& id, const std::string& start) {
  Condition out{shared_from_this(), tag};
  out.id_ = id;
  out.start_ = start;
  return out;
}

void AgentCore::do_conditions(const json::object& event) {
  if (!config.on_conditions) return;
  std::vector<Condition> found;
  for (const auto& [id, about] : event.at("open").as_object()) {
    const json::object& one = about.as_object();
    found.push_back(condition(text_member(one, "tag"), id, text_member(one, "start")));
  }
  config.on_conditions(*agent, std::move(found));
}

void AgentCore::do_fota(const json::object& event) {
  const std::string step = text_member(event, "step");
  std::string refused;
  try {
    refused = config.on_fota(*agent, step, event.at("arg"));
  } catch (...) {
    refused = why("on_fota");
  }
  firmware::ask(*link, "agent.fota", {{"step", step}, {"refused", cut(refused, fota_reason_bytes_max)}});
}

}  // namespace signet
