#include "cli/session.h"

namespace signet::cli {
namespace {

const Row variable_columns{"Variable", "Value", "Updated", "Pending", "Since"};

// A pending value that is null is none: the table leaves its place empty.
Row row_of(const json::object& variable) {
  const bool waits = variable.contains("pending_since") && !variable.at("pending_since").is_null();
  const bool said = variable.contains("updated_at") && !variable.at("updated_at").is_null();
  return {cell(variable, "name"), said ? cell(variable, "value") : "", cell(variable, "updated_at"),
          waits ? cell(variable, "pending") : "", cell(variable, "pending_since")};
}

Result<std::string> variables_path(Session& session) {
  return "/v3/devices/" + TRY(device_id(session, session.args.device)) + "/variables";
}

Result<std::string> variable_path(Session& session) {
  return TRY(variables_path(session)) + "/" + percent_encode(session.args.name);
}

Status show(Session& session, const json::object& answer) {
  if (session.args.as_json)
    print_json(session.env.out, answer);
  else
    print_table(session.env.out, variable_columns, {row_of(TRY(object_member(answer, "variable")))});
  return {};
}

}  // namespace

Status run_variable_ls(Session& session) {
  const std::string path = TRY(variables_path(session));
  const json::object answer = TRY(ask(session, "GET", path));
  if (session.args.as_json) {
    print_json(session.env.out, answer);
    return {};
  }
  std::vector<Row> rows;
  for (const json::object& one : TRY(objects(answer, "variables"))) rows.push_back(row_of(one));
  print_table(session.env.out, variable_columns, rows);
  return {};
}

Status run_variable_get(Session& session) {
  const std::string path = TRY(variable_path(session));
  return show(session, TRY(ask(session, "GET", path)));
}

// JSON where it is JSON, and text otherwise; or the pairs as an object.
Status run_variable_set(Session& session) {
  const Arguments& args = session.args;
  if (args.value.empty() == args.pairs.empty()) {
    return Error{Errc::malformed, "give a value, or --val pairs: 'signet variable set pump speed 1200'"};
  }
  json::value value;
  if (!args.value.empty()) {
    Result<json::value> parsed = parse_json(args.value);
    value = parsed ? std::move(parsed).value() : json::value(args.value);
  } else {
    value = object_of(args.pairs);
  }
  const std::string path = TRY(variable_path(session));
  return show(session, TRY(ask(session, "PUT", path, json::object{{"value", value}})));
}

Status run_variable_unset(Session& session) {
  const std::string path = TRY(variable_path(session));
  return show(session, TRY(ask(session, "DELETE", path)));
}

}  // namespace signet::cli
