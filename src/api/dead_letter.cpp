#include "api/page.h"
#include "api/routes.h"
#include "fleet/integration.h"

#include <charconv>

namespace signet::api {
namespace {

Result<json::object> letter_shape(const fleet::DeadLetter& letter) {
  json::value body = TRY(parse_json(letter.body));
  return json::object{{"number", letter.number},     {"at", rfc3339(letter.at)},  {"reason", letter.reason},
                      {"batch_id", letter.batch_id}, {"replays", letter.replays}, {"body", std::move(body)}};
}

Result<IntegrationId> integration_in(const Call& call) { return IntegrationId::parse(call.segment("int")); }

Result<std::int64_t> read_number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec == std::errc{} && end == text.data() + text.size() && out > 0) return out;
  return Error{Errc::malformed, "the number of a dead letter is a number of 1 or more"};
}
Result<std::int64_t> number_in(const Call& call) { return read_number(call.segment("num")); }

// Behind which number: that of a cursor, or what "after" says.
Result<std::int64_t> last_known(const Call& call, const PageAsked& page) {
  if (!page.after.empty()) return read_number(page.after);
  const std::size_t after = TRY(call.query_number("after", 0));
  if (after <= std::numeric_limits<std::int64_t>::max()) return static_cast<std::int64_t>(after);
  return Error{Errc::malformed, "\"after\" is too large"};
}

Result<net::HttpResponse> list_dead_letters(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_in(call));
  const PageAsked page = TRY(page_asked(call, fleet::dead_letters_page_max));
  const std::int64_t after = TRY(last_known(call, page));
  const auto found = TRY(service.fleet.integrations().dead_letters(call.actor, workspace, id, after, page.size + 1));
  json::array out;
  for (const fleet::DeadLetter& one : found) {
    if (out.size() < page.size) out.push_back(TRY(letter_shape(one)));
  }
  json::value next = nullptr;
  if (found.size() > page.size) next = cursor_of(std::to_string(found[page.size - 1].number));
  return reply({{"dead_letters", std::move(out)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> replay(Service& service, const Call& call, std::optional<std::int64_t> number) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_in(call));
  const std::size_t replaying = TRY(service.fleet.integrations().replay(call.actor, workspace, id, number));
  return reply({{"replaying", replaying}});
}

Result<net::HttpResponse> discard(Service& service, const Call& call, std::optional<std::int64_t> number) {
  const WorkspaceId workspace = TRY(call.workspace());
  const IntegrationId id = TRY(integration_in(call));
  const std::size_t removed = TRY(service.fleet.integrations().discard(call.actor, workspace, id, number));
  return reply({{"removed", removed}});
}

Result<net::HttpResponse> replay_dead_letters(Service& service, const Call& call) {
  return replay(service, call, std::nullopt);
}
Result<net::HttpResponse> replay_dead_letter(Service& service, const Call& call) {
  return replay(service, call, TRY(number_in(call)));
}
Result<net::HttpResponse> remove_dead_letters(Service& service, const Call& call) {
  return discard(service, call, std::nullopt);
}
Result<net::HttpResponse> remove_dead_letter(Service& service, const Call& call) {
  return discard(service, call, TRY(number_in(call)));
}

}  // namespace

Schema dead_letter_schema() {
  return {"DeadLetter",
          {{"number", "integer", "rises"},
           {"at", "time", "when it was given up"},
           {"reason", "string", "why, or what became of the last replay"},
           {"batch_id", "string", "that it had, and has when it is sent once more"},
           {"replays", "integer", "that failed"},
           {"body", "any", "of the delivery: this line alone, with its ids"}}};
}

void add_dead_letters(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/integrations/{int}/dead-letters";
  constexpr const char* one = "/v3/workspaces/{wks}/integrations/{int}/dead-letters/{num}";
  const std::vector<Value> replaying{{"replaying", "integer", "how many"}}, removed{{"removed", "integer", "how many"}};
  to.push_back({"GET",
                all,
                Access::token,
                "What it gave up on: the newest 1000 lines, of 4 MiB at most",
                list_dead_letters,
                with_page({{"after", "integer?", "a number: those behind it; instead of a cursor"}},
                          "of a page, 1 to 100, which is the default"),
                {},
                paged({"dead_letters", "DeadLetter[]"})});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/integrations/{int}/dead-letters/replay",
                Access::token,
                "Send all of them once more; what the sink takes leaves the list",
                replay_dead_letters,
                {},
                {},
                replaying});
  to.push_back({"POST",
                "/v3/workspaces/{wks}/integrations/{int}/dead-letters/{num}/replay",
                Access::token,
                "Send one once more",
                replay_dead_letter,
                {},
                {},
                replaying});
  to.push_back({"DELETE", all, Access::token, "Throw all of them away", remove_dead_letters, {}, {}, removed});
  to.push_back({"DELETE", one, Access::token, "Throw one away", remove_dead_letter, {}, {}, removed});
}

}  // namespace signet::api
