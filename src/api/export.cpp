#include "fleet/export.h"
#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

json::object export_shape(const fleet::Export& one) {
  json::array fleets, tags;
  for (const FleetId& fleet : one.fleets) fleets.emplace_back(fleet.str());
  for (const std::string& tag : one.tags) tags.emplace_back(tag);
  return json::object{{"id", one.id.str()},
                      {"name", one.name},
                      {"workspace_id", one.workspace.str()},
                      {"format", name_of(one.format)},
                      {"schedule", schedule_text(one.schedule)},
                      {"fleets", std::move(fleets)},
                      {"tags", std::move(tags)},
                      {"enabled", one.is_on},
                      {"created_at", rfc3339(one.created_at)},
                      {"covered", rfc3339(one.covered)},
                      {"due_at", rfc3339(one.due_at)},
                      {"made_at", or_null(one.made_at)},
                      {"error", one.trouble}};
}

Result<fleet::ExportId> export_of(const Call& call) { return fleet::ExportId::parse(call.segment("pex")); }

Result<fleet::ExportOrder> read_export_order(const Call& call) {
  fleet::ExportOrder out;
  out.name = call.optional_text("name");
  out.tags = call.optional_texts("tags");
  out.format = call.optional_text("format");
  out.schedule = call.optional_text("schedule");
  if (const auto fleets = call.optional_texts("fleets")) {
    out.fleets.emplace();
    for (const std::string& fleet : *fleets) out.fleets->push_back(TRY(FleetId::parse(fleet)));
  }
  const json::value* enabled = call.body.if_contains("enabled");
  if (enabled && enabled->is_bool()) out.is_on = enabled->as_bool();
  return out;
}

Result<net::HttpResponse> list_exports(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Export& one : TRY(service.fleet.exports().list(call.actor, workspace))) {
    all.push_back({one.id.str(), export_shape(one)});
  }
  return reply_page(call, "exports", std::move(all));
}

Result<net::HttpResponse> create_export(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportOrder order = TRY(read_export_order(call));
  const fleet::Export made = TRY(service.fleet.exports().create(call.actor, workspace, order));
  return reply({{"export", export_shape(made)}});
}

Result<net::HttpResponse> get_export(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  const fleet::Export one = TRY(service.fleet.exports().get(call.actor, workspace, id));
  return reply({{"export", export_shape(one)}});
}

Result<net::HttpResponse> update_export(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  const fleet::ExportOrder order = TRY(read_export_order(call));
  const fleet::Export changed = TRY(service.fleet.exports().update(call.actor, workspace, id, order));
  return reply({{"export", export_shape(changed)}});
}

Result<net::HttpResponse> remove_export(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  TRY(service.fleet.exports().remove(call.actor, workspace, id));
  return reply({});
}

Result<net::HttpResponse> run_export(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  TRY(service.fleet.exports().run(call.actor, workspace, id));
  return get_export(service, call);
}

Result<net::HttpResponse> list_export_files(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  std::vector<Listed> all;
  for (const fleet::ExportFile& one : TRY(service.fleet.exports().files(call.actor, workspace, id))) {
    all.push_back({one.name, {{"name", one.name}, {"size", one.bytes}}});
  }
  return reply_page(call, "files", std::move(all));
}

Result<net::HttpResponse> get_export_file(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::ExportId id = TRY(export_of(call));
  const std::string name{call.segment("file")};
  net::HttpResponse out;
  out.body = TRY(service.fleet.exports().read(call.actor, workspace, id, name));
  out.content_type = "application/octet-stream";
  return out;
}

std::vector<Value> choices(bool is_new) {
  const std::string_view text = is_new ? "string" : "string?";
  std::vector<Value> out{{"name", text, "1 to 128 bytes"},
                         {"schedule", text, "hour (UTC) and weekday (0 is Sunday) or *, as \"6 *\" or \"23 1\""}};
  if (is_new) out.push_back({"format", "string?", "csv or jsonl; csv"});
  out.insert(out.end(), {{"fleets", "string[]?", "only these; none: all"},
                         {"tags", "string[]?", "only these; none: all"},
                         {"enabled", "boolean?", "true"}});
  return out;
}

}  // namespace

std::vector<Schema> with_exports(std::vector<Schema> all) {
  all.insert(all.end(), {{"Export",
                          {{"id", "string"},
                           {"name", "string"},
                           {"workspace_id", "string"},
                           {"format", "string", "csv or jsonl"},
                           {"schedule", "string", "hour (UTC) and weekday (0 is Sunday) or *"},
                           {"fleets", "string[]", "none: all"},
                           {"tags", "string[]", "none: all"},
                           {"enabled", "boolean"},
                           {"created_at", "time"},
                           {"covered", "time", "readings of an older device time are in files"},
                           {"due_at", "time", "the next"},
                           {"made_at", "time?", "the last"},
                           {"error", "string", "of the last attempt"}}},
                         {"ExportFile", {{"name", "string"}, {"size", "integer", "bytes"}}}});
  return all;
}

void add_exports(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/exports";
  constexpr const char* one = "/v3/workspaces/{wks}/exports/{pex}";
  const std::vector<Value> answer{{"export", "Export"}};
  to.push_back({"GET",
                all,
                Access::token,
                "Periodic exports of readings",
                list_exports,
                with_page(),
                {},
                paged({"exports", "Export[]"})});
  to.push_back({"POST",
                all,
                Access::token,
                "Write readings into files, by a schedule, from now on",
                create_export,
                {},
                choices(true),
                answer});
  to.push_back({"GET", one, Access::token, "One export, and how it goes", get_export, {}, {}, answer});
  to.push_back({"PUT", one, Access::token, "Change it", update_export, {}, choices(false), answer});
  to.push_back({"DELETE", one, Access::token, "Remove it, and its files", remove_export});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/exports/{pex}/run",
                Access::token,
                "Make one now, of what came since the last",
                run_export,
                {},
                {},
                answer});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/exports/{pex}/files",
                Access::token,
                "Its files, the oldest first; the newest 100 are kept",
                list_export_files,
                with_page(),
                {},
                paged({"files", "ExportFile[]"})});
  to.push_back({"GET",
                "/v3/workspaces/{wks}/exports/{pex}/files/{file}",
                Access::token,
                "One file, as it was written; 16 MiB at most",
                get_export_file,
                {},
                {},
                {},
                "application/octet-stream"});
}

}  // namespace signet::api
