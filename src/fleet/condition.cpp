#include "base/json.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

Result<std::string> text_of_size(const json::object& from, std::string_view member, std::size_t bytes_max) {
  std::string out = TRY(string_member(from, member));
  if (out.empty()) return Error{Errc::malformed, "\"" + std::string{member} + "\" is empty"};
  TRY(check_text("\"" + std::string{member} + "\"", out, bytes_max));
  return out;
}

Result<Timestamp> time_of(const json::object& from, std::string_view member, Timestamp now) {
  const json::value* found = from.if_contains(member);
  if (!found || found->is_null()) return now;
  if (!found->is_string()) return Error{Errc::malformed, "\"" + std::string{member} + "\" is no text"};
  const Result<Timestamp> at = parse_rfc3339(std::string_view{found->get_string()});
  if (!at) return Error{Errc::malformed, "\"" + std::string{member} + "\" is no time like 2021-03-26T09:46:00Z"};
  TRY(check_device_time(at.value(), now));
  return at.value();
}

Result<std::string> payload_of(const json::object& from, std::string_view member) {
  const json::value* found = from.if_contains(member);
  std::string out = found ? json::serialize(*found) : "null";
  if (out.size() > condition_payload_bytes_max) {
    return Error{Errc::too_large, "\"" + std::string{member} + "\" is longer than " +
                                      std::to_string(condition_payload_bytes_max) + " bytes"};
  }
  return out;
}

}  // namespace

// A device tells things again when it is not sure that it was heard: an opening of what is open already brings its
// payload up to date, and what has ended stays as it ended.
Result<std::vector<DownMessage>> Fleet::State::condition_heard(const Admission& who, const json::value& value) {
  if (!value.is_object()) return Error{Errc::malformed, "condition: value is no object"};
  const json::object& said = value.get_object();
  const Timestamp now = clock.now();
  const std::string uuid = TRY(text_of_size(said, "uuid", condition_uuid_bytes_max));
  auto condition = TRY(store.condition(who.device, uuid));
  const std::optional<Condition> before = condition;
  if (condition && condition->finish) return std::vector<DownMessage>{};
  if (said.contains("finish")) {
    if (!condition) return std::vector<DownMessage>{};  // it was forgotten: nothing is open
    condition->finish = std::max(TRY(time_of(said, "finish", now)), condition->start);
    condition->payloadf = TRY(payload_of(said, "payloadf"));
  } else if (condition) {
    condition->payload = TRY(payload_of(said, "payload"));
  } else {
    TRY(check_open_room(who));
    condition = Condition{.device = who.device, .uuid = uuid};
    condition->tag = TRY(text_of_size(said, "tag", tag_bytes_max));
    condition->start = TRY(time_of(said, "start", now));
    condition->payload = TRY(payload_of(said, "payload"));
  }
  if (condition == before) return std::vector<DownMessage>{};
  DeviceEvent event{who.device, condition->tag, false, condition->start, write_condition(*condition)};
  event.kind = OutwardKind::condition;
  TRY(change([&](Changes& to) -> Status {
    TRY(to.put_condition(*condition));
    TRY(tell_out(to, event));
    return to.remove_old_conditions(who.device, conditions_kept_max);
  }));
  return std::vector<DownMessage>{};
}

Status Fleet::State::check_open_room(const Admission& who) {
  if (TRY(open_conditions(who)).size() < conditions_open_max) return {};
  return Error{Errc::exhausted,
               "the device has " + std::to_string(conditions_open_max) + " open conditions: close some"};
}

Result<std::vector<ConditionRow>> Fleet::State::open_conditions(const Admission& who) {
  ConditionQuery query{.workspace = who.workspace, .device = who.device, .open = true, .now = clock.now()};
  query.size = conditions_open_max;
  return store.conditions(query);
}

Result<json::object> Fleet::State::open_list(const Admission& who) {
  json::object out;
  for (const ConditionRow& row : TRY(open_conditions(who))) {
    out[row.condition.uuid] = json::object{{"tag", row.condition.tag}, {"start", rfc3339(row.condition.start)}};
  }
  return out;
}

Result<std::vector<ConditionRow>> Fleet::conditions(const Actor& actor, ConditionQuery query) {
  State& s = *state_;
  if (query.device) query.workspace = TRY(s.require_device(actor, *query.device, "condition.read")).workspace;
  TRY(s.require_workspace(actor, query.workspace, "condition.read"));
  if (query.size > conditions_page_max) {
    return Error{Errc::too_large, "size is more than " + std::to_string(conditions_page_max) + ": ask page by page"};
  }
  query.now = s.clock.now();
  return s.store.conditions(query);
}

}  // namespace signet::fleet
