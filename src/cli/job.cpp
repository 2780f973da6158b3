#include "cli/session.h"

namespace signet::cli {
namespace {

const Row job_columns{"Job", "Device", "Status", "Scheduled", "Finished", "Value", "Why"};

Row row_of(const json::object& job) {
  return {cell(job, "name"),        cell(job, "device_id"), cell(job, "status"), cell(job, "scheduled_at"),
          cell(job, "finished_at"), cell(job, "value"),     cell(job, "detail")};
}

Result<std::string> jobs_path(Session& session) {
  return "/v3/devices/" + TRY(device_id(session, session.args.device)) + "/jobs";
}
Result<std::string> job_path(Session& session) {
  return TRY(jobs_path(session)) + "/" + percent_encode(session.args.name);
}

Status show(Session& session, const json::object& answer) {
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    print_table(session.env.out, job_columns, {row_of(TRY(object_member(answer, "job")))});
  return {};
}

// --value as JSON; or --arg pairs as an object, whose values are JSON where they can be, and text otherwise.
Result<json::value> value_of(const Arguments& args) {
  if (!args.value.empty()) {
    Result<json::value> value = parse_json(args.value);
    if (!value) return Error{Errc::malformed, "--value is not JSON; a text stands in '\"quotes\"'"};
    return value;
  }
  return json::value(object_of(args.pairs));
}

Result<json::object> order_of(const Arguments& args) {
  json::object out{{"value", TRY(value_of(args))}};
  if (!args.start.empty()) out["due_at"] = args.start;
  if (args.timeout) out["expires_in"] = *args.timeout;
  if (args.retries) out["retries"] = *args.retries;
  if (args.retry_after) out["retry_after"] = *args.retry_after;
  return out;
}

Status schedule_on_fleets(Session& session) {
  std::string path = TRY(workspace_path(session)) + "/jobs/" + percent_encode(session.args.name);
  char sign = '?';
  for (const std::string& fleet : session.args.fleets) {
    path += sign + ("fleet=" + TRY(fleet_id(session, fleet)));
    sign = '&';
  }
  const json::object order = TRY(order_of(session.args));
  const json::object answer = TRY(ask(session, "POST", path, order));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  const json::object job = TRY(object_member(answer, "job"));
  session.env.out << "Scheduled on " << TRY(array_member(job, "devices")).size() << " devices; each when it is there\n";
  return {};
}

}  // namespace

Status run_job_schedule(Session& session) {
  const bool on_fleets = session.args.all || !session.args.fleets.empty();
  if (on_fleets != session.args.device.empty()) {
    return Error{Errc::malformed, "name a device, or --fleet, or --all: 'signet job schedule blink lamp'"};
  }
  if (on_fleets) return schedule_on_fleets(session);
  const std::string path = TRY(job_path(session));
  const json::object order = TRY(order_of(session.args));
  return show(session, TRY(ask(session, "POST", path, order)));
}

Status run_job_check(Session& session) {
  const std::string path = TRY(job_path(session));
  return show(session, TRY(ask(session, "GET", path)));
}

Status run_job_cancel(Session& session) {
  const std::string path = TRY(job_path(session));
  return show(session, TRY(ask(session, "DELETE", path)));
}

Status run_job_ls(Session& session) {
  std::string path = TRY(jobs_path(session));
  if (!session.args.status.empty()) path += "?status=" + percent_encode(session.args.status);
  const json::object answer = TRY(ask(session, "GET", path));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  std::vector<Row> rows;
  for (const json::object& job : TRY(objects(answer, "jobs"))) rows.push_back(row_of(job));
  print_table(session.env.out, job_columns, rows);
  return {};
}

}  // namespace signet::cli
