#include "fleet/asked_once.h"

#include "fleet/state.h"

namespace signet::fleet {
namespace {

crypto::Digest derived(std::string_view token, std::string_view what, std::string_view name) {
  std::string text{what};
  text.append(1, '\0').append(name);
  return crypto::hmac_sha256(bytes_of(token), bytes_of(text));
}

}  // namespace

AskedOnce::AskedOnce(Fleet& fleet, const Actor& actor, std::string_view token, std::string_view name,
                     const crypto::Digest& request)
    : state_(*fleet.state_),
      key_(derived(token, "signet: key of a kept answer", name)),
      record_{actor.token, derived(token, "signet: name of a request", name), request, state_.clock.now(), {}} {}

AskedOnce::~AskedOnce() { state_.to_begin.reset(); }

Result<AskedOnce::Found> AskedOnce::find() {
  const std::optional<KeptAnswer> kept = TRY(state_.store.kept_answer(record_.token, record_.name));
  if (!kept || kept->at <= state_.clock.now() - kept_answer_lifetime) return Found{};
  if (kept->request != record_.request) return Found{Known::other_request};
  if (!kept->sealed) return Found{Known::unanswered};
  const Bytes all{*kept->sealed};
  if (all.size() < crypto::aead_nonce_bytes) return Error{Errc::corrupt, "an answer that was kept is cut"};
  crypto::AeadNonce nonce;
  std::copy_n(all.begin(), nonce.size(), nonce.begin());
  const Buffer plain = TRY(crypto::aead_open(key_, nonce, record_.request, all.subspan(nonce.size())));
  return Found{Known::answered, std::string{text_of(plain)}};
}

void AskedOnce::begin() { state_.to_begin = record_; }

bool AskedOnce::is_begun() const { return !state_.to_begin; }

Status AskedOnce::keep(std::string_view answer) {
  if (answer.size() <= kept_answer_bytes_max) {
    const crypto::AeadNonce nonce = state_.random.block<crypto::aead_nonce_bytes>();
    record_.sealed = copy_of(nonce);
    const Buffer sealed = crypto::aead_seal(key_, nonce, record_.request, bytes_of(answer));
    record_.sealed->insert(record_.sealed->end(), sealed.begin(), sealed.end());
  }
  state_.to_begin.reset();
  const Status kept = state_.store.change_soon([&](Changes& to) { return Fleet::State::put_answer(to, record_); });
  if (!kept && kept.error().code == Errc::not_found) return {};  // its token has just been taken away
  return kept;
}

Status Fleet::State::put_answer(Changes& to, const KeptAnswer& answer) {
  TRY(to.remove_old_answers(answer.token, answer.at - kept_answer_lifetime, kept_answers_max - 1));
  return to.put_answer(answer);
}

Status Fleet::State::change(const std::function<Status(Changes&)>& act) {
  if (!to_begin) return publish(store.change(act));
  Status done = publish(store.change([&](Changes& to) -> Status {
    TRY(put_answer(to, *to_begin));
    return act(to);
  }));
  if (done) to_begin.reset();
  return done;
}

}  // namespace signet::fleet
