#include "api/asked_once.h"

#include "api/errors.h"
#include "base/log.h"
#include "crypto/hash_chain.h"
#include "fleet/asked_once.h"

#include <algorithm>
#include <charconv>

namespace signet::api {
namespace {

crypto::Digest digest_of(const net::HttpRequest& request) {
  std::vector<std::string_view> fields{request.method, request.path, request.body};
  for (const auto& [name, value] : request.query) {
    fields.push_back(name);
    fields.push_back(value);
  }
  return crypto::chained({}, fields);
}

// status "\n" body
std::string text_of_answer(const net::HttpResponse& answer) {
  return std::to_string(answer.status) + "\n" + answer.body;
}

Result<net::HttpResponse> answer_of_text(std::string_view text) {
  net::HttpResponse out;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out.status);
  const auto size = static_cast<std::size_t>(end - text.data());
  if (ec != std::errc{} || size >= text.size()) return Error{Errc::corrupt, "an answer that was kept is no answer"};
  out.body = text.substr(size + 1);
  out.headers[replayed_header] = "true";
  return out;
}

}  // namespace

Result<std::optional<std::string>> idempotency_key_of(const Route& route, const net::HttpRequest& request) {
  const auto given = request.headers.find(idempotency_key_header);
  if (request.method != "POST" || given == request.headers.end()) return std::optional<std::string>{};
  if (route.access != Access::token) {
    return Error{Errc::malformed, "this takes no Idempotency-Key: it is asked without a token"};
  }
  std::string_view key = given->second;
  if (key.size() >= 2 && key.starts_with('"') && key.ends_with('"')) key = key.substr(1, key.size() - 2);
  const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (key.empty() || key.size() > idempotency_key_bytes_max || !is_plain) {
    return Error{Errc::malformed, "Idempotency-Key is 1 to " + std::to_string(idempotency_key_bytes_max) +
                                      " characters of ASCII without blanks: a UUID will do"};
  }
  return std::optional{std::string{key}};
}

namespace {

// Who asked for what, by which name.
struct Asked {
  fleet::Actor actor;
  std::string token;
  std::string key;
  crypto::Digest digest{};
  std::string id;  // of the request
};

using Perform = std::function<Result<net::HttpResponse>()>;

Result<net::HttpResponse> do_once(Service& service, const Asked& asked, const Perform& perform) {
  using Known = fleet::AskedOnce::Known;
  fleet::AskedOnce once{service.fleet, asked.actor, asked.token, asked.key, asked.digest};
  const fleet::AskedOnce::Found found = TRY(once.find());
  switch (found.known) {
    case Known::no: break;
    case Known::answered: return answer_of_text(found.answer);
    case Known::other_request:
      return refusal(422, "idempotency_key_reused", "Idempotency key reused",
                     "this Idempotency-Key was used for another request: make a "
                     "new one for each",
                     asked.id);
    case Known::unanswered:
      return Error{Errc::conflict,
                   "this was begun before, and its answer is lost: look whether "
                   "it was done, and ask again with "
                   "another Idempotency-Key if not"};
  }
  once.begin();
  Result<net::HttpResponse> done = perform();
  const bool was_refused = !done || done.value().status >= 400;
  if (was_refused && !once.is_begun()) return done;  // nothing was changed: it may be tried again
  const Status kept = once.keep(text_of_answer(done ? done.value() : refusal(done.error(), asked.id)));
  if (!kept) log_error("api.answer_not_kept", {{"error", kept.error().what}, {"request", asked.id}});
  return done;
}

}  // namespace

Result<net::HttpResponse> perform_once(Service& service, const Call& call, const std::string& key, const Perform& act) {
  return do_once(service, {call.actor, call.token, key, digest_of(call.request), call.request.id}, act);
}

// The digest of a large body takes its time too.
net::HttpResponse promise_once(Service& service, const Call& call, const std::string& key, net::HttpResponse promised) {
  Asked asked{call.actor, call.token, key, {}, call.request.id};
  promised.later = [&service, asked = std::move(asked), whole = call.whole,
                    make = std::move(promised.later)]() mutable {
    net::HttpResponse made = make();
    if (!made.then) return made;
    asked.digest = digest_of(*whole);
    made.then = [&service, asked = std::move(asked), then = std::move(made.then)] {
      Result<net::HttpResponse> done = do_once(service, asked, then);
      return done ? std::move(done).value() : refusal(done.error(), asked.id);
    };
    return made;
  };
  return promised;
}

}  // namespace signet::api
