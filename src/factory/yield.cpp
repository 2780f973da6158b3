#include "factory/yield.h"

#include "base/port/file.h"

#include <fmt/format.h>
#include <algorithm>
#include <fstream>

namespace signet::factory {
namespace {

constexpr std::string_view line_file = "line.jsonl";
constexpr std::string_view scrap_file = "scrap.jsonl";
constexpr std::pair<Outcome, std::string_view> outcome_names[] = {{Outcome::made, "made"},
                                                                  {Outcome::present, "present"},
                                                                  {Outcome::scrapped, "scrapped"},
                                                                  {Outcome::failed, "failed"}};

double seconds_of(Micros time) { return static_cast<double>(time.count()) / 1e6; }

// "its serial number was certified with another key: 0123..." is counted with all others of that fault.
std::string fault_of(const std::string& reason) { return reason.substr(0, reason.find(": ")); }

Result<Entry> read_entry(std::string_view line) {
  const json::object facts = TRY(parse_json_object(line));
  Entry out;
  out.at = TRY(parse_rfc3339(TRY(string_member(facts, "at"))));
  out.unique_id = TRY(string_member(facts, "unique_id"));
  out.place = TRY(string_member(facts, "place"));
  out.tries = static_cast<unsigned>(TRY(integer_member(facts, "tries")));
  out.took = Millis{TRY(integer_member(facts, "millis"))};
  out.reason = TRY(optional_string(facts, "reason"));
  const std::string outcome = TRY(string_member(facts, "outcome"));
  for (const auto& [value, name] : outcome_names) {
    if (name == outcome) return out.outcome = value, out;
  }
  return Error{Errc::malformed, "no such outcome"};
}

// A line that a crash cut short counts for nothing: its unit is in the batch, or will be put on again.
Result<std::vector<Entry>> read_entries(const Batch& batch) {
  std::vector<Entry> out;
  std::ifstream file{batch.file(line_file)};
  for (std::string line; std::getline(file, line);) {
    auto entry = read_entry(line);
    if (entry) out.push_back(std::move(entry).value());
  }
  if (file.bad()) return Error{Errc::unavailable, "read " + batch.file(line_file)};
  return out;
}

void measure(std::vector<Micros> times, Yield& out) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  Micros sum{0};
  for (const Micros time : times) sum += time;
  out.mean = sum / static_cast<std::int64_t>(times.size());
  out.p95 = times[(times.size() * 95 + 99) / 100 - 1];  // nearest rank
}

// Name and value of each figure, in the order in which people read them.
std::vector<std::pair<std::string, std::string>> figures(const Yield& yield) {
  std::vector<std::pair<std::string, std::string>> out{{"batch", yield.batch}, {"units", std::to_string(yield.units)}};
  std::size_t scrapped = 0;
  for (const auto& [reason, count] : yield.scrapped) scrapped += count;
  out.emplace_back("scrapped", std::to_string(scrapped));
  for (const auto& [reason, count] : yield.scrapped) out.emplace_back("scrapped: " + reason, std::to_string(count));
  out.emplace_back("failed", std::to_string(yield.failed));
  out.emplace_back("retries", std::to_string(yield.retries));
  out.emplace_back("seconds mean", fmt::format("{:.3f}", seconds_of(yield.mean)));
  out.emplace_back("seconds p95", fmt::format("{:.3f}", seconds_of(yield.p95)));
  out.emplace_back("units per minute", fmt::format("{:.1f}", yield.units_per_minute));
  return out;
}

// RFC 4180; and no cell begins with what a spreadsheet would run.
std::string cell(const std::string& text) {
  std::string out = text.find_first_of("=+-@") == 0 ? "'" + text : text;
  if (out.find_first_of(",\"\r\n") == out.npos) return out;
  for (std::size_t at = 0; (at = out.find('"', at)) != out.npos; at += 2) out.insert(at, 1, '"');
  return "\"" + out + "\"";
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  for (const auto& [value, name] : outcome_names) {
    if (value == outcome) return name;
  }
  broken("every outcome has a name", __FILE__, __LINE__);
}

json::object facts_of(const Entry& entry) {
  json::object out{{"at", rfc3339(entry.at)}, {"unique_id", entry.unique_id},
                   {"place", entry.place},    {"outcome", name_of(entry.outcome)},
                   {"tries", entry.tries},    {"millis", std::chrono::floor<Millis>(entry.took).count()}};
  if (!entry.reason.empty()) out["reason"] = entry.reason;
  return out;
}

Status record(const Batch& batch, const Entry& entry) {
  if (entry.outcome == Outcome::scrapped) {
    const json::object scrap{{"unique_id", entry.unique_id}, {"reason", entry.reason}, {"at", rfc3339(entry.at)}};
    TRY(append_line(batch.file(scrap_file), json::serialize(scrap), 0600));
  }
  return append_line(batch.file(line_file), json::serialize(facts_of(entry)), 0600);
}

Result<Yield> yield_of(const Batch& batch) {
  Yield out;
  out.batch = batch.name();
  out.units = TRY(batch.unit_ids()).size();
  std::map<std::string, Entry> last;  // of each part
  std::vector<Micros> times;
  std::optional<Timestamp> begun, ended;
  for (Entry& entry : TRY(read_entries(batch))) {
    if (entry.outcome == Outcome::present) continue;
    out.retries += entry.tries - 1;
    const Timestamp began = entry.at - entry.took;
    begun = begun ? std::min(*begun, began) : began;
    ended = ended ? std::max(*ended, entry.at) : entry.at;
    if (entry.outcome == Outcome::made) times.push_back(entry.took);
    last.insert_or_assign(entry.unique_id, std::move(entry));
  }
  for (const auto& [id, entry] : last) {
    if (batch.contains(id)) continue;
    if (entry.outcome == Outcome::scrapped) ++out.scrapped[fault_of(entry.reason)];
    if (entry.outcome == Outcome::failed) ++out.failed;
  }
  if (begun && *ended > *begun) {
    out.units_per_minute = static_cast<double>(times.size()) * 60 / seconds_of(*ended - *begun);
  }
  measure(std::move(times), out);
  return out;
}

std::string table_of(const Yield& yield) {
  std::string out;
  for (const auto& [name, value] : figures(yield)) out += fmt::format("{:<20} {}\n", name, value);
  return out;
}

std::string csv_of(const Yield& yield) {
  std::string out = "figure,value\r\n";
  for (const auto& [name, value] : figures(yield)) out += cell(name) + "," + cell(value) + "\r\n";
  return out;
}

json::object facts_of(const Yield& yield) {
  json::object scrapped;
  for (const auto& [reason, count] : yield.scrapped) scrapped[reason] = count;
  return {{"batch", yield.batch},
          {"units", yield.units},
          {"scrapped", std::move(scrapped)},
          {"failed", yield.failed},
          {"retries", yield.retries},
          {"seconds_mean", seconds_of(yield.mean)},
          {"seconds_p95", seconds_of(yield.p95)},
          {"units_per_minute", yield.units_per_minute}};
}

}  // namespace signet::factory
