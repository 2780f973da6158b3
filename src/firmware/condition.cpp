#include "firmware/core.h"

#include <sys/random.h>

namespace signet {
namespace {

std::string fresh_id() {
  Block<10> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Refused{"unavailable", "this system has no random numbers"};
  }
  return hex(bytes);
}

json::value time_or_null(const std::string& time) { return time.empty() ? json::value(nullptr) : json::value(time); }

json::value object_if_null(const json::value& payload) {
  return payload.is_null() ? json::value(json::object_kind) : payload;
}

}  // namespace

std::string Condition::time_or_now(const std::string& given) const {
  if (!given.empty()) return given;
  const json::object state = firmware::ask(*agent_->link, "agent.state");
  const json::value* time = state.if_contains("time");
  return time && time->is_string() ? std::string{time->get_string()} : "";
}

void Condition::open(const json::value& payload, const std::string& start) {
  if (is_open()) throw std::invalid_argument{"the condition is open already"};
  std::string id = fresh_id();
  std::string begun = time_or_now(start);
  const json::object told{
      {"uuid", id}, {"tag", tag_}, {"payload", object_if_null(payload)}, {"start", time_or_null(begun)}};
  firmware::ask(*agent_->link, "agent.condition", {{"value", firmware::text_of_value(told)}});
  reset();
  id_ = std::move(id);
  start_ = std::move(begun);
  payload_open_ = payload;
}

void Condition::close(const json::value& payload, const std::string& finish) {
  if (!is_open()) throw std::invalid_argument{"the condition is not open"};
  std::string ended = time_or_now(finish);
  const json::object told{{"uuid", id_}, {"payloadf", object_if_null(payload)}, {"finish", time_or_null(ended)}};
  firmware::ask(*agent_->link, "agent.condition", {{"value", firmware::text_of_value(told)}});
  finish_ = std::move(ended);
  payload_close_ = payload;
}

void Condition::reset() {
  id_.clear();
  start_.clear();
  finish_.reset();
  payload_open_ = payload_close_ = nullptr;
}

}  // namespace signet
