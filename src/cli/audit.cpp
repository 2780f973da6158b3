#include "cli/session.h"

namespace signet::cli {
namespace {

constexpr Millis audit_poll_every{500};

void print_entry(Session& session, const json::object& entry) {
  if (session.args.as_json) {
    print_json(session.env.out, entry);
    return;
  }
  session.env.out << printable(cell(entry, "at")) << "  " << (cell(entry, "allowed") == "yes" ? "allowed" : "REFUSED")
                  << "  " << printable(cell(entry, "action")) << "  " << printable(cell(entry, "subject")) << "  by "
                  << printable(cell(entry, "actor")) << " from " << printable(cell(entry, "address")) << "  "
                  << printable(cell(entry, "detail")) << std::endl;
}

Result<std::vector<json::object>> entries(Session& session, const std::string& query) {
  const json::object answer = TRY(ask(session, "GET", "/v3/audit?" + query));
  return objects(answer, "audit");
}

}  // namespace

Status run_audit_ls(Session& session) {
  const std::string size = std::to_string(session.args.count.value_or(50));
  const json::object answer = TRY(ask(session, "GET", "/v3/audit?size=" + size));
  return show_list(session, answer, "audit",
                   {"Number", "At", "Allowed", "Action", "Subject", "Actor", "Address", "Detail"},
                   {"number", "at", "allowed", "action", "subject", "actor", "address", "detail"});
}

Status run_audit_tail(Session& session) {
  const Instant begun = session.env.clock.monotonic();
  std::vector<json::object> fresh = TRY(entries(session, "size=10"));
  std::int64_t last = 0;
  std::size_t printed = 0;
  while (true) {
    for (const json::object& entry : fresh) {
      print_entry(session, entry);
      last = TRY(integer_member(entry, "number"));
      if (session.args.count && ++printed >= *session.args.count) return {};
    }
    if (session.args.timeout && session.env.clock.monotonic() - begun >= Seconds{*session.args.timeout}) {
      if (!session.args.count) return {};
      return Error{Errc::exhausted, "only " + std::to_string(printed) + " entries came in time"};
    }
    if (fresh.size() < page_rows) session.env.wait(audit_poll_every);
    fresh = TRY(entries(session, "size=" + std::to_string(page_rows) + "&after=" + std::to_string(last)));
  }
}

}  // namespace signet::cli
