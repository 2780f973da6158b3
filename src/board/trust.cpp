// Which CAs this board believes: the one it was claimed with, and after it the one that it names.
#include "board/board.h"

namespace signet::board {

void Board::on_order(const agent::SuccessorTold& told) {
  if (!endpoint_) return;
  Result<Endpoint> next = with_successor(*endpoint_, told.value);
  if (next) return trust(std::move(next).value(), "the manager's CA has named the one that will follow it");
  log_warn("board.successor_refused", {{"error", next.error().what}});
  say("a CA that is to follow was refused: " + next.error().what);
}

void Board::on_server(Bytes certificate) {
  if (!endpoint_) return;
  std::optional<Endpoint> next = succeeded_by(*endpoint_, certificate);
  if (next) trust(*std::move(next), "the manager has its new CA; the former one is believed no more");
}

void Board::trust(Endpoint endpoint, const std::string& why) {
  if (endpoint != endpoint_) {
    const Status stored = store_endpoint(config_.folder, endpoint);
    if (!stored) return log_error("board.endpoint_not_stored", {{"error", stored.error().what}});
    endpoint_ = std::move(endpoint);
    log_info("board.trust", {{"why", why}});
    say(why);
    refresh();
  }
  const Status told = uplink_.tell("__ca", json::serialize(trusts_of(*endpoint_)));
  if (!told)
    log_warn("board.trust_not_told", {{"error", told.error().what}});  // it is asked again when it next connects
}

}  // namespace signet::board
