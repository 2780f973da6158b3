// What integrations gave up on, and what people do with it.
#include "fleet/integration.h"
#include "fleet/state.h"

namespace signet::fleet {

// The lines that it will not try again, as they would have been delivered.
Result<std::vector<DeadLetter>> Integrations::given_up(const Integration& integration, std::int64_t after,
                                                       std::int64_t end, const std::string& why) {
  const FeedQuery query{integration.workspace, after, dead_letters_max, dead_letter_bytes_max};
  std::vector<DeadLetter> out;
  for (const Outward& line : TRY(fleet_.state_->store.feed(query)).lines) {
    if (line.number > end) break;
    if (!concerns(integration, line)) continue;
    DeadLetter letter{.integration = integration.id, .at = fleet_.now(), .reason = why};
    letter.batch_id = batch_id(integration);
    letter.body = write_batch(integration.workspace, letter.batch_id, integration.position, {line});
    out.push_back(std::move(letter));
  }
  return out;
}

Result<std::vector<DeadLetter>> Integrations::dead_letters(const Actor& actor, const WorkspaceId& workspace,
                                                           const IntegrationId& id, std::int64_t after,
                                                           std::size_t size) {
  TRY(find(actor, workspace, id, "integration.read"));
  if (size > dead_letters_page_max + 1) {  // one more tells that there is another page
    return Error{Errc::too_large, "size is more than " + std::to_string(dead_letters_page_max) + ": ask page by page"};
  }
  return fleet_.state_->store.dead_letters(id, after, size);
}

Result<std::size_t> Integrations::dead_letter_count(const Integration& integration) {
  return fleet_.state_->store.dead_letter_count(integration.id);
}

// That one, or all.
Result<std::vector<DeadLetter>> Integrations::letters(const IntegrationId& of, std::optional<std::int64_t> number) {
  Store& store = fleet_.state_->store;
  if (!number) return store.dead_letters(of, 0, dead_letters_max);
  std::vector<DeadLetter> out = TRY(store.dead_letters(of, *number - 1, 1));
  if (!out.empty() && out.front().number == *number) return out;
  return Error{Errc::not_found, "integration " + of.str() + " has no dead letter " + std::to_string(*number)};
}

Result<std::size_t> Integrations::replay(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                                         std::optional<std::int64_t> number) {
  Fleet::State& s = *fleet_.state_;
  const Integration* found = TRY(find(actor, workspace, id, "integration.replay"));
  if (!found->is_on) return Error{Errc::conflict, "the integration is off: turn it on, then send them again"};
  const std::vector<DeadLetter> chosen = TRY(letters(id, number));
  const std::string detail = found->name + ": " + std::to_string(chosen.size());
  TRY(s.act(s.entry(actor, "integration.replay", id.str(), detail), [](Changes&) { return Status{}; }));
  for (const DeadLetter& letter : chosen) replays_[id].insert(letter.number);
  return chosen.size();
}

Result<std::size_t> Integrations::discard(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                                          std::optional<std::int64_t> number) {
  Fleet::State& s = *fleet_.state_;
  const Integration* found = TRY(find(actor, workspace, id, "integration.discard"));
  const std::size_t chosen = TRY(letters(id, number)).size();
  const std::string detail = found->name + ": " + std::to_string(chosen);
  TRY(s.act(s.entry(actor, "integration.discard", id.str(), detail),
            [&](Changes& to) { return number ? to.remove_dead_letter(id, *number) : to.remove_dead_letters(id); }));
  return chosen;
}

Status Integrations::add_replays(std::vector<Delivery>& to, std::size_t most) {
  for (auto at = replays_.begin(); at != replays_.end();) {
    const auto found = all_.find(at->first);
    if (found == all_.end() || !found->second.is_on || at->second.empty()) {
      at = replays_.erase(at);
      continue;
    }
    const Integration& of = found->second;
    std::set<std::int64_t>& numbers = (at++)->second;
    if (to.size() == most || under_way_.contains(of.id)) continue;
    const std::int64_t number = *numbers.begin();
    const Result<std::vector<DeadLetter>> letter = letters(of.id, number);
    if (!letter) {  // it was thrown away meanwhile; or the store has trouble, and the person asks again
      numbers.erase(number);
      continue;
    }
    Delivery delivery{of.id, of.url, of.token, of.secret};
    delivery.batch_id = letter.value().front().batch_id;
    delivery.body = letter.value().front().body;
    delivery.lines = 1;
    delivery.dead_letter = number;
    to.push_back(std::move(delivery));
    under_way_.insert(of.id);
  }
  return {};
}

Status Integrations::replayed(const Delivery& delivery, const Outcome& outcome) {
  std::set<std::int64_t>& numbers = replays_[delivery.id];
  numbers.erase(*delivery.dead_letter);
  Integration integration = all_.at(delivery.id);
  if (is_success(outcome)) {
    integration.delivered += 1;
    integration.delivered_at = fleet_.now();
    TRY(fleet_.state_->store.change_soon([&](Changes& to) -> Status {
      TRY(to.remove_dead_letter(delivery.id, *delivery.dead_letter));
      return to.update_integration(integration);
    }));
    all_[delivery.id] = std::move(integration);
    return {};
  }
  if (!refuses_batch(outcome.status)) numbers.clear();  // the others would not fare better now
  Result<std::vector<DeadLetter>> found = letters(delivery.id, *delivery.dead_letter);
  if (!found) return {};
  DeadLetter letter = found.value().front();
  letter.reason = words_of(outcome);
  ++letter.replays;
  return fleet_.state_->store.change_soon([&](Changes& to) { return to.put_dead_letter(letter); });
}

}  // namespace signet::fleet
