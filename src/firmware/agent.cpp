#include "firmware/core.h"

#include <algorithm>
#include <thread>

namespace signet {
namespace {

template <class Function>
json::array names_of(const std::map<std::string, Function>& functions) {
  json::array names;
  for (const auto& [name, function] : functions) {
    if (!function) throw std::invalid_argument{"\"" + name + "\" has no function"};
    names.emplace_back(name);
  }
  return names;
}

bool flag_of_state(board::Channel& channel, std::string_view name) {
  const json::object state = firmware::ask(channel, "agent.state");
  const json::value* flag = state.if_contains(name);
  return flag && flag->is_bool() && flag->get_bool();
}

}  // namespace

Agent::Agent(AgentConfig config) : core_(std::make_shared<AgentCore>()) {
  core_->config = std::move(config);
  core_->link = firmware::link();
  core_->agent = this;
}

Agent::~Agent() {
  const std::lock_guard hold{core_->busy};
  core_->agent = nullptr;
}

void Agent::start(std::chrono::milliseconds wait) {
  const AgentConfig& config = core_->config;
  json::object request{{"jobs", names_of(config.jobs)},
                       {"variables", names_of(config.variables)},
                       {"conditions", json::array(config.conditions.begin(), config.conditions.end())},
                       {"fota", static_cast<bool>(config.on_fota)},
                       {"connection", static_cast<bool>(config.on_connection)},
                       {"reset", static_cast<bool>(config.on_reset)},
                       {"wait", wait.count()},
                       {"keepalive", config.tuning.keepalive.count()},
                       {"reconnect_after", config.tuning.reconnect_after.count()},
                       {"network_timeout", config.tuning.network_timeout.count()},
                       {"set_clock_every", config.tuning.set_clock_every.count()},
                       {"keep_newest", config.tuning.keep_newest}};
  if (!core_->is_served) std::thread{[core = core_] { core->serve(); }}.detach();
  core_->is_served = true;
  firmware::ask(*core_->link, "agent.start", std::move(request));
}

bool Agent::online() const { return flag_of_state(*core_->link, "online"); }
bool Agent::connected() const { return flag_of_state(*core_->link, "connected"); }
bool Agent::has_time() const { return flag_of_state(*core_->link, "has_time"); }

std::string Agent::firmware() const {
  return json::value_to<std::string>(firmware::ask(*core_->link, "agent.state").at("firmware"));
}

void Agent::publish(const json::object& payload, const std::string& tag, std::chrono::milliseconds timeout) {
  const std::string text = firmware::text_of_value(payload);
  try {
    firmware::ask(*core_->link, "agent.publish", {{"payload", text}, {"tag", tag}, {"timeout", timeout.count()}});
  } catch (const Refused& refused) {
    if (refused.code() == "exhausted") throw OutboxFull{refused.code(), refused.what()};
    if (refused.code() != "unavailable" || timeout.count() == 0) throw;
    throw MQTTPublishTimeout{refused.code(), refused.what()};
  }
}

Condition Agent::new_condition(const std::string& tag) {
  const auto& tags = core_->config.conditions;
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) {
    throw std::invalid_argument{"no such condition: name \"" + tag + "\" in the agent's config"};
  }
  return core_->condition(tag);
}

void Agent::request_conditions() { firmware::ask(*core_->link, "agent.conditions"); }

void Agent::set_variable(const std::string& name, const json::value& value) {
  firmware::ask(*core_->link, "agent.variable", {{"name", name}, {"value", firmware::text_of_value(value)}});
}

void Agent::reset() { firmware::ask(*core_->link, "agent.reset"); }

}  // namespace signet
