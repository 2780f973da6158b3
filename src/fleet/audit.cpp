#include "base/log.h"
#include "fleet/state.h"

#include <algorithm>
#include <array>

namespace signet::fleet {
namespace {

// A reason without what a peer can vary (quotations, names, numbers, times): "unknown certificate its manifest is ...".
std::string kind_of(std::string_view reason) {
  const auto quotation = reason.find('"');
  if (quotation != reason.npos) {
    return kind_of(reason.substr(0, quotation)) + "\"" + kind_of(reason.substr(reason.rfind('"') + 1));
  }
  std::string kind;
  while (!reason.empty()) {
    const std::string_view word = reason.substr(0, reason.find(' '));
    reason.remove_prefix(std::min(reason.size(), word.size() + 1));
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz',.:;()") == word.npos) kind.append(word).append(" ");
  }
  return kind;
}

bool withdraws_rights(std::string_view action) {
  constexpr std::array<std::string_view, 7> all{"member.remove",          "member.leave",     "member.update",
                                                "api_key.revoke",         "account.sign_out", "account.end_session",
                                                "account.change_password"};
  return std::find(all.begin(), all.end(), action) != all.end();
}

}  // namespace

std::string readable(std::string text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    text.resize(bytes_max);
    for (int i = 0; i < 3 && !is_utf8(text); ++i) text.pop_back();
  }
  if (is_utf8(text)) return text;
  for (char& c : text) c = c == 0 || static_cast<unsigned char>(c) > 0x7f ? '?' : c;
  return text;
}

std::string refusal_key(std::string_view address, std::string_view action, std::string_view reason) {
  return host_of(address) + '\n' + std::string{action} + '\n' + kind_of(reason);
}

AuditEntry Fleet::State::entry(const Actor& actor, std::string_view action, std::string_view subject,
                               std::string_view detail) {
  AuditEntry out;
  out.at = clock.now();
  out.actor = actor.email.empty() ? "unknown" : actor.email;
  if (actor.only) out.actor += " (API key)";
  out.action = action;
  out.subject = subject;
  out.address = actor.address;
  out.detail = detail;
  out.request = actor.request;
  return out;
}

Status Fleet::State::act(const AuditEntry& entry, const std::function<Status(Changes&)>& changes) {
  const bool with_uses = uses.is_due(clock.monotonic());
  TRY(change([&](Changes& to) -> Status {
    TRY(changes(to));
    if (with_uses) TRY(uses.write(to));
    return note(to, entry);
  }));
  if (with_uses) uses.written(clock.monotonic());
  if (listener && withdraws_rights(entry.action)) listener->on_rights_withdrawn();
  return {};
}

Status Fleet::State::note(Changes& to, AuditEntry entry) {
  entry.detail = readable(std::move(entry.detail), detail_bytes_max);
  return to.audit(entry);
}

void Fleet::State::note_refusal(AuditEntry entry, std::size_t more) {
  entry.allowed = false;
  const std::string key = refusal_key(entry.address, entry.action, entry.detail);
  entry.subject = readable(std::move(entry.subject), subject_bytes_max);
  entry.detail = readable(std::move(entry.detail), detail_bytes_max);
  const std::optional<std::size_t> held_back = refusals.pass(key, clock.monotonic(), more);
  if (!held_back) return;
  if (*held_back > 0) entry.detail += " (and " + std::to_string(*held_back) + " more like it)";
  const Status written = store.change_soon([&](Changes& to) { return to.audit(entry); });
  if (listener && listener->listens()) listener->on_refusal(entry);
  if (!written) {
    log_error("audit.not_written", {{"action", entry.action},
                                    {"subject", entry.subject},
                                    {"address", entry.address},
                                    {"detail", entry.detail},
                                    {"error", written.error().what}});
  }
}

Result<std::vector<AuditEntry>> Fleet::audit(const Actor& actor, std::int64_t after, std::size_t size) {
  TRY(state_->require_operator(actor, "audit.read"));
  if (after < 0) return Error{Errc::malformed, "after is negative"};
  if (size > audit_page_max) {
    return Error{Errc::too_large, "size is more than " + std::to_string(audit_page_max) + ": ask page by page"};
  }
  return state_->store.audit(after, size);
}

Status Fleet::secure(const Actor& actor, std::string_view action, std::string_view subject, std::string_view detail) {
  TRY(state_->require_operator(actor, action));
  if (subject.empty()) return {};
  TRY(check_text("reason", detail, reason_bytes_max));
  return state_->act(state_->entry(actor, action, subject, detail), [](Changes&) { return Status{}; });
}

}  // namespace signet::fleet
