// What an auditor does with the audit: takes it away, and looks whether it is whole.
#include "base/json.h"
#include "base/port/file.h"
#include "cli/session.h"
#include "crypto/hash_chain.h"

#include <fstream>

namespace signet::cli {
namespace {

constexpr std::size_t head_file_bytes_max = 64 * 1024;

// Where a chain is: the last entry that was seen, and those of before there was a chain.
struct Chain {
  std::int64_t number = 0;
  crypto::Digest hash{};
  std::int64_t unchained = 0;
  std::int64_t chained = 0;
};

Error broken(std::int64_t number) {
  return Error{Errc::corrupt, "the audit is not whole: entry " + std::to_string(number) +
                                  " does not follow the one before it; it or that one was changed, removed or moved"};
}

Status follow(Chain& chain, const json::object& entry) {
  const std::int64_t number = TRY(integer_member(entry, "number"));
  if (number != chain.number + 1) return broken(chain.number + 1);
  chain.number = number;
  const json::value* hash = entry.if_contains("hash");
  if (!hash || hash->is_null()) {
    if (chain.chained > 0) return broken(number);
    ++chain.unchained;
    return {};
  }
  const json::value* allowed = entry.if_contains("allowed");
  if (!allowed || !allowed->is_bool()) return broken(number);
  const std::string text = std::to_string(number), at = TRY(string_member(entry, "at")),
                    actor = TRY(string_member(entry, "actor")), action = TRY(string_member(entry, "action")),
                    subject = TRY(string_member(entry, "subject")), address = TRY(string_member(entry, "address")),
                    detail = TRY(string_member(entry, "detail"));
  std::vector<std::string_view> fields{
      text, at, actor, action, subject, address, allowed->get_bool() ? "allowed" : "refused", detail};
  const json::value* request = entry.if_contains("request_id");
  if (request && request->is_string()) fields.emplace_back(request->get_string());
  chain.hash = crypto::chained(chain.hash, fields);
  if (hex(chain.hash) != TRY(string_member(entry, "hash"))) return broken(number);
  ++chain.chained;
  return {};
}

using Take = std::function<Status(const json::object&)>;

Status each_entry(Session& session, const Take& take) {
  std::int64_t last = 0;
  while (true) {
    const std::string path = "/v3/audit?size=" + std::to_string(page_rows) + "&after=" + std::to_string(last);
    const json::object answer = TRY(ask(session, "GET", path));
    const std::vector<json::object> page = TRY(objects(answer, "audit"));
    for (const json::object& entry : page) {
      TRY(take(entry));
      last = TRY(integer_member(entry, "number"));
    }
    if (page.size() < page_rows) return {};
  }
}

Status each_line(const std::string& file, const Take& take) {
  std::ifstream in{file};
  if (!in) return Error{Errc::not_found, file + " cannot be read"};
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const auto entry = parse_json_object(line);
    if (!entry) return Error{Errc::malformed, file + ", line " + std::to_string(number) + " is no entry of an audit"};
    TRY(take(entry.value()));
  }
  return {};
}

std::string head_path(const Session& session) { return session.env.home + "/audit-head.json"; }

// Whatever address it is reached under.
Result<std::string> name_of_manager(Session& session) {
  const json::object answer = TRY(ask(session, "GET", "/v3/server"));
  return string_member(TRY(object_member(answer, "server")), "fingerprint");
}

// {"<manager's fingerprint>": {"number": n, "hash": hex}}
Result<json::object> heads(const Session& session) {
  const auto text = read_file(head_path(session), head_file_bytes_max);
  if (!text && text.error().code == Errc::not_found) return json::object{};
  if (!text) return text.error();
  return parse_json_object(text_of(text.value()));
}

Status remember(const Session& session, const std::string& manager, json::object all, const Chain& chain) {
  TRY(make_folder(session.env.home, 0700));
  all[manager] = json::object{{"number", chain.number}, {"hash", hex(chain.hash)}};
  return write_file_atomic(head_path(session), bytes_of(json::serialize(all) + "\n"), 0600);
}

void tell(Session& session, const Chain& chain) {
  if (session.args.as_json) {
    print_json(session.env.out, json::object{{"whole", true},
                                             {"entries", chain.chained},
                                             {"before_the_chain", chain.unchained},
                                             {"number", chain.number},
                                             {"hash", hex(chain.hash)}});
    return;
  }
  session.env.out << "The audit is whole: " << chain.chained << " entries";
  if (chain.unchained > 0) session.env.out << ", and " << chain.unchained << " from before there was a chain";
  session.env.out << "\nhead " << chain.number << " " << hex(chain.hash) << std::endl;
}

}  // namespace

Status run_audit_verify(Session& session) {
  Chain chain;
  if (!session.args.file.empty()) {
    TRY(each_line(session.args.file, [&](const json::object& entry) { return follow(chain, entry); }));
    tell(session, chain);
    return {};
  }
  const std::string manager = TRY(name_of_manager(session));
  json::object all = TRY(heads(session));
  std::int64_t known = 0;
  std::string known_hash;
  if (const json::value* found = all.if_contains(manager); found && found->is_object()) {
    known = TRY(integer_member(found->get_object(), "number"));
    known_hash = TRY(string_member(found->get_object(), "hash"));
  }
  TRY(each_entry(session, [&](const json::object& entry) -> Status {
    TRY(follow(chain, entry));
    if (chain.number == known && hex(chain.hash) != known_hash) {
      return Error{Errc::corrupt, "the audit is not the one that was verified before: entry " + std::to_string(known) +
                                      " had another hash then"};
    }
    return {};
  }));
  if (chain.number < known) {
    return Error{Errc::corrupt, "the audit was cut: it had " + std::to_string(known) + " entries when it was verified" +
                                    " before, and has " + std::to_string(chain.number)};
  }
  TRY(remember(session, manager, std::move(all), chain));
  tell(session, chain);
  return {};
}

Status run_audit_export(Session& session) {
  std::ofstream out{session.args.out_file, std::ios::trunc};
  std::size_t written = 0;
  TRY(each_entry(session, [&](const json::object& entry) -> Status {
    out << json::serialize(entry) << "\n";
    ++written;
    return {};
  }));
  out.close();
  if (!out) return Error{Errc::unavailable, session.args.out_file + " cannot be written"};
  if (!session.args.as_json) session.env.err << written << " entries in " << session.args.out_file << std::endl;
  return {};
}

}  // namespace signet::cli
