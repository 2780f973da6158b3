// What is due to be delivered to integrations, and what becomes of it.
#include "fleet/integration.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr Seconds first_retry_delay{1};
constexpr std::size_t lines_a_look = 1000;

// After each failure half as much: who is overwhelmed recovers, and what is refused is found.
std::size_t lines_of_batch(unsigned failures) {
  return std::max<std::size_t>(1, batch_lines_max >> std::min(failures, 16u));
}

// Twice as long as before, and by chance up to a half less, so that not all come back at once.
Micros retry_delay(unsigned failures, crypto::Random& random) {
  const Micros longest = std::min<Micros>(retry_delay_max, first_retry_delay * (1u << std::min(failures - 1, 12u)));
  const auto [a, b] = random.block<2>();
  return longest / 2 + longest / 2 * (a << 8 | b) / 65'535;
}

AuditEntry by_itself(Timestamp now, std::string_view action, const Integration& of, std::string detail) {
  return {0, now, "manager", std::string{action}, of.id.str(), "", false, of.name + ": " + std::move(detail)};
}

}  // namespace

bool refuses_batch(int status) { return status == 400 || status == 413 || status == 415 || status == 422; }
bool is_success(const Outcome& outcome) { return outcome.status >= 200 && outcome.status < 300; }

bool concerns(const Integration& integration, const Outward& line) {
  return line.kind == integration.kind && is_wanted(integration.fleets, line.fleet) &&
         is_wanted(integration.tags, line.label);
}

std::string batch_id(const Integration& integration) {
  return std::string{name_of(integration.kind)} + "-" + integration.id.str() + "-" +
         std::to_string(integration.position);
}

std::string words_of(const Outcome& outcome) {
  if (outcome.status == 0) {
    std::string words = outcome.trouble.substr(0, trouble_bytes_max);
    while (!is_utf8(words)) words.pop_back();  // it was cut within a character
    return words;
  }
  return "the sink answered HTTP " + std::to_string(outcome.status);
}

Delivery Integrations::test_of(const Integration& integration) {
  const Timestamp now = fleet_.now();
  Outward line{.number = 1, .kind = integration.kind, .device_name = "signet-test"};
  line.at = line.received_at = now;
  line.label = "signet-test";
  line.payload = R"({"test":true})";
  if (line.kind == OutwardKind::condition) {
    line.payload =
        write_condition({.device = {}, .uuid = line.label, .payload = line.payload, .start = now, .finish = now});
  }
  Delivery out{integration.id, integration.url, integration.token, integration.secret};
  out.batch_id = std::string{name_of(integration.kind)} + "-test-" + std::to_string(epoch_millis(now));
  out.body = write_batch(integration.workspace, out.batch_id, 0, {line});
  out.lines = 1;
  out.is_test = true;
  return out;
}

Result<std::optional<Delivery>> Integrations::batch_of(const Integration& integration) {
  const std::size_t most = lines_of_batch(integration.failures);
  FeedQuery query{integration.workspace, integration.position, lines_a_look};
  FeedPage page = TRY(fleet_.state_->store.feed(query));
  std::vector<Outward> lines;
  std::int64_t end = page.end;
  for (Outward& line : page.lines) {
    if (!concerns(integration, line)) continue;
    if (lines.size() == most) {
      end = lines.back().number;
      break;
    }
    lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    if (end > integration.position) TRY(pass_over(integration, end));
    return std::optional<Delivery>{};
  }
  Delivery out{integration.id, integration.url, integration.token, integration.secret};
  out.batch_id = batch_id(integration);
  out.body = write_batch(integration.workspace, out.batch_id, integration.position, lines);
  out.lines = lines.size();
  out.end = end;
  return std::optional{std::move(out)};
}

void Integrations::add_tests(std::vector<Delivery>& to, std::size_t most) {
  for (auto& [id, test] : tests_) {
    const auto found = all_.find(id);
    if (test.is_done || found == all_.end() || to.size() == most || under_way_.contains(id)) continue;
    to.push_back(test_of(found->second));
    under_way_.insert(id);
  }
}

// In turn, so that one with much to say does not keep others waiting.
Result<std::vector<Delivery>> Integrations::due(std::size_t most) {
  TRY(load());
  std::vector<Delivery> out;
  add_tests(out, most);
  TRY(add_replays(out, most));
  std::map<WorkspaceId, std::int64_t> ends;  // of feeds
  std::vector<IntegrationId> ready;
  for (const auto& [id, one] : all_) {
    const bool waits = one.retry_at && *one.retry_at > fleet_.now();
    if (!one.is_on || waits || under_way_.contains(id)) continue;
    if (!ends.contains(one.workspace)) ends[one.workspace] = TRY(fleet_.state_->store.feed_end(one.workspace));
    if (ends[one.workspace] > one.position) ready.push_back(id);
  }
  for (std::size_t i = 0; i < ready.size() && out.size() < most; ++i) {
    const Integration one = all_.at(ready[(turn_ + i) % ready.size()]);
    if (ends[one.workspace] - one.position > feed_lines_max) {
      TRY(turn_off(one, "more than " + std::to_string(feed_lines_max) + " lines wait for it"));
      continue;
    }
    std::optional<Delivery> batch = TRY(batch_of(one));
    if (!batch) continue;
    under_way_.insert(batch->id);
    out.push_back(std::move(*batch));
  }
  ++turn_;
  return out;
}

// A power cut may take it back: then some lines are delivered again.
Status Integrations::keep(const Integration& integration, const std::optional<AuditEntry>& entry,
                          const std::vector<DeadLetter>& letters) {
  TRY(fleet_.state_->store.change_soon([&](Changes& to) -> Status {
    TRY(to.update_integration(integration));
    for (const DeadLetter& letter : letters) TRY(to.put_dead_letter(letter));
    if (!letters.empty()) TRY(to.remove_old_dead_letters(integration.id, dead_letters_max, dead_letter_bytes_max));
    TRY(to.trim_feed(integration.workspace));
    return entry ? Fleet::State::note(to, *entry) : Status{};
  }));
  all_[integration.id] = integration;
  return {};
}

Status Integrations::pass_over(Integration integration, std::int64_t end) {
  integration.position = end;
  return keep(integration, std::nullopt);
}

Status Integrations::settled(const Delivery& delivery, const Outcome& outcome) {
  under_way_.erase(delivery.id);
  const auto found = all_.find(delivery.id);
  if (outcome.refused && found != all_.end()) {
    fleet_.state_->note_refusal(by_itself(fleet_.now(), "integration.refused", found->second, outcome.trouble));
  }
  if (delivery.is_test) {
    const auto test = tests_.find(delivery.id);
    if (test != tests_.end()) test->second = {true, fleet_.now(), outcome};
    return {};
  }
  if (found == all_.end()) return {};
  if (delivery.dead_letter) return replayed(delivery, outcome);
  const Integration& now = found->second;
  const bool is_past = !now.is_on || now.position >= delivery.end;  // turned off meanwhile, or on again
  const bool is_well = is_success(outcome);
  ++(is_well ? figures_.deliveries : figures_.failures);
  if (is_past) return {};
  return is_well ? succeeded(now, delivery) : failed(now, delivery, outcome);
}

Status Integrations::succeeded(Integration integration, const Delivery& delivery) {
  integration.position = delivery.end;
  integration.delivered += static_cast<std::int64_t>(delivery.lines);
  integration.delivered_at = fleet_.now();
  integration.failures = 0, integration.failing_since.reset(), integration.retry_at.reset();
  integration.trouble.clear();
  return keep(integration, std::nullopt);
}

Status Integrations::failed(Integration integration, const Delivery& delivery, const Outcome& outcome) {
  const Timestamp now = fleet_.now();
  const std::string words = words_of(outcome);
  ++integration.failures;
  if (!integration.failing_since) integration.failing_since = now;
  integration.trouble = words;
  if (outcome.status == 410) return turn_off(integration, words);
  if (refuses_batch(outcome.status) && integration.failures >= refused_batches_max && delivery.lines == 1) {
    const auto lost = TRY(given_up(integration, integration.position, delivery.end, words));
    integration.position = delivery.end;
    integration.dropped += static_cast<std::int64_t>(delivery.lines);
    figures_.dropped += delivery.lines;
    integration.failures = 0, integration.failing_since.reset(), integration.retry_at.reset();
    const AuditEntry entry = by_itself(now, "integration.dropped", integration, words + " to " + delivery.batch_id);
    return keep(integration, entry, lost);
  }
  if (now - *integration.failing_since >= failing_time_max) return turn_off(integration, "for three days, " + words);
  integration.retry_at = now + retry_delay(integration.failures, fleet_.state_->random);
  return keep(integration, std::nullopt);
}

Status Integrations::turn_off(Integration integration, const std::string& why) {
  integration.is_on = false;
  integration.trouble = why;
  if (!integration.failing_since) integration.failing_since = fleet_.now();
  const std::int64_t end = TRY(fleet_.state_->store.feed_end(integration.workspace));
  const std::int64_t newest = end - static_cast<std::int64_t>(dead_letters_max);
  const auto lost = TRY(given_up(integration, std::max(integration.position, newest), end, why));
  return keep(integration, by_itself(fleet_.now(), "integration.turned_off", integration, why), lost);
}

}  // namespace signet::fleet
