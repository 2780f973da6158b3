#include "fleet/integration.h"
#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"

namespace signet::api {
namespace {

json::value time_or_null(const std::optional<Timestamp>& at) {
  return at ? json::value(rfc3339(*at)) : json::value(nullptr);
}

std::string_view status_of(const fleet::Integration& one) {
  if (!one.is_on) return one.failing_since ? "failed" : "off";
  return one.failures > 0 ? "failing" : "on";
}

json::value test_shape(const std::optional<fleet::TestResult>& test) {
  if (!test) return nullptr;
  return json::object{{"at", rfc3339(test->at)},
                      {"done", test->is_done},
                      {"status", test->outcome.status},
                      {"error", test->outcome.trouble}};
}

Result<json::object> integration_shape(Service& service, const fleet::Integration& one) {
  json::array fleets, tags;
  for (const FleetId& fleet : one.fleets) fleets.emplace_back(fleet.str());
  for (const std::string& tag : one.tags) tags.emplace_back(tag);
  const std::int64_t waiting = TRY(service.fleet.integrations().waiting(one));
  const std::size_t dead = TRY(service.fleet.integrations().dead_letter_count(one));
  return json::object{{"id", one.id.str()},
                      {"name", one.name},
                      {"type", "webhook"},
                      {"stream", fleet::name_of(one.kind)},
                      {"workspace_id", one.workspace.str()},
                      {"url", one.url},
                      {"fleets", std::move(fleets)},
                      {"tags", std::move(tags)},
                      {"has_token", !one.token.empty()},
                      {"enabled", one.is_on},
                      {"status", status_of(one)},
                      {"created_at", rfc3339(one.created_at)},
                      {"delivered", one.delivered},
                      {"dropped", one.dropped},
                      {"dead_letters", dead},
                      {"waiting", waiting},
                      {"delivered_at", time_or_null(one.delivered_at)},
                      {"failures", one.failures},
                      {"failing_since", time_or_null(one.failing_since)},
                      {"retry_at", time_or_null(one.retry_at)},
                      {"error", one.trouble},
                      {"last_test", test_shape(service.fleet.integrations().last_test(one.id))}};
}

Result<fleet::IntegrationOrder> read_integration_order(const Call& call) {
  fleet::IntegrationOrder out;
  out.name = call.optional_text("name");
  out.url = call.optional_text("url");
  out.token = call.optional_text("token");
  out.tags = call.optional_texts("tags");
  if (const auto kind = call.optional_text("stream")) {
    Result<fleet::OutwardKind> known = fleet::outward_kind(*kind);
    if (!known) return Error{Errc::malformed, "\"stream\": " + known.error().what};
    out.kind = known.value();
  }
  if (const auto fleets = call.optional_texts("fleets")) {
    out.fleets.emplace();
    for (const std::string& fleet : *fleets) out.fleets->push_back(TRY(FleetId::parse(fleet)));
  }
  const json::value* enabled = call.body.if_contains("enabled");
  if (enabled && enabled->is_bool()) out.is_on = enabled->as_bool();
  return out;
}

Result<IntegrationId> integration_of(const Call& call) { return IntegrationId::parse(call.segment("int")); }

Result<net::HttpResponse> list_integrations(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Integration& one : TRY(service.fleet.integrations().list(call.actor, workspace))) {
    json::object shown = TRY(integration_shape(service, one));
    all.push_back({one.id.str(), std::move(shown)});
  }
  return reply_page(call, "integrations", std::move(all));
}

Result<net::HttpResponse> create_integration(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::IntegrationOrder order = TRY(read_integration_order(call));
  const fleet::Integration made = TRY(service.fleet.integrations().create(call.actor, workspace, order));
  return reply({{"integration", TRY(integration_shape(service, made))}, {"secret", hex(made.secret)}});
}

Result<net::HttpResponse> get_integration(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_of(call));
  const fleet::Integration one = TRY(service.fleet.integrations().get(call.actor, workspace, id));
  return reply({{"integration", TRY(integration_shape(service, one))}});
}

Result<net::HttpResponse> update_integration(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_of(call));
  const fleet::IntegrationOrder order = TRY(read_integration_order(call));
  const fleet::Integration one = TRY(service.fleet.integrations().update(call.actor, workspace, id, order));
  return reply({{"integration", TRY(integration_shape(service, one))}});
}

Result<net::HttpResponse> remove_integration(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_of(call));
  TRY(service.fleet.integrations().remove(call.actor, workspace, id));
  return reply({});
}

Result<net::HttpResponse> test_integration(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_of(call));
  TRY(service.fleet.integrations().test(call.actor, workspace, id));
  return get_integration(service, call);
}

std::vector<Value> optional_members() {
  return {{"fleets", "string[]?", "only these; none: all"},
          {"tags", "string[]?", "only these, of events their types; none: all"},
          {"token", "string?", "sent with each delivery as X-Auth-Token; never shown again"},
          {"enabled", "boolean?", "true"}};
}

std::vector<Value> with(std::vector<Value> first, const std::vector<Value>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

}  // namespace

std::vector<Schema> with_integrations(std::vector<Schema> all) {
  all.insert(all.end(), {{"Integration",
                          {{"id", "string"},
                           {"name", "string"},
                           {"type", "string", "webhook"},
                           {"stream", "string", "data, event or condition"},
                           {"workspace_id", "string"},
                           {"url", "string"},
                           {"fleets", "string[]", "none: all"},
                           {"tags", "string[]", "none: all"},
                           {"has_token", "boolean"},
                           {"enabled", "boolean"},
                           {"status", "string", "on, failing, off, or failed: it was turned off because it failed"},
                           {"created_at", "time"},
                           {"delivered", "integer", "lines"},
                           {"dropped", "integer", "lines that the sink would not have"},
                           {"dead_letters", "integer", "lines that it gave up on, and that are kept"},
                           {"waiting", "integer", "lines of its workspace that it has not looked at"},
                           {"delivered_at", "time?"},
                           {"failures", "integer", "in a row"},
                           {"failing_since", "time?"},
                           {"retry_at", "time?"},
                           {"error", "string", "the last failure"},
                           {"last_test", "IntegrationTest?", "since the manager started"}}},
                         {"IntegrationTest",
                          {{"at", "time"},
                           {"done", "boolean"},
                           {"status", "integer", "of the sink's answer; 0: none"},
                           {"error", "string", "why there was none"}}},
                         dead_letter_schema()});
  return all;
}

void add_integrations(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/integrations";
  constexpr const char* one = "/v3/workspaces/{wks}/integrations/{int}";
  const std::vector<Value> answer{{"integration", "Integration"}};
  to.push_back({"GET",
                all,
                Access::token,
                "Programs elsewhere that are told of what happens",
                list_integrations,
                with_page(),
                {},
                paged({"integrations", "Integration[]"})});
  to.push_back({"POST",
                all,
                Access::token,
                "Tell a program by HTTPS, from what happens next on",
                create_integration,
                {},
                with({{"name", "string", "1 to 128 bytes"},
                      {"url", "string", "https://..., at most 1024 bytes"},
                      {"stream", "string?", "data, event or condition; data"}},
                     optional_members()),
                with(answer, {{"secret", "string", "64 hex digits: signs each delivery; shown once"}})});
  to.push_back({"GET", one, Access::token, "One integration, and how it goes", get_integration, {}, {}, answer});
  to.push_back({"PUT",
                one,
                Access::token,
                "Change it; turned on again, it goes on with what happens next",
                update_integration,
                {},
                with({{"name", "string?"}, {"url", "string?"}}, optional_members()),
                answer});
  to.push_back({"DELETE", one, Access::token, "Remove it", remove_integration});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/integrations/{int}/test",
                Access::token,
                "Send a test now; \"last_test\" tells what became of it",
                test_integration,
                {},
                {},
                answer});
}

}  // namespace signet::api
