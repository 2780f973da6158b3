// foundry_line.h -- `signet-foundry run` and `report`: the line as an operator sees it.
#pragma once

#include "base/json.h"
#include "base/log.h"
#include "base/port/process.h"
#include "element/link/open_link.h"
#include "factory/line.h"

#include <unistd.h>
#include <cstdio>

namespace signet {

struct Options {
  std::string folder;
  std::string pin_file;
  std::string organization = "Signet";
  std::string signer_id = "0001";
  std::string module_file = factory::default_module;
  std::string element;
  std::string batch = "default";
  std::string bind_to;
  std::string part_number = "ATECC608B-SIGNET";
  std::string output;
  std::vector<std::string> links;
  std::string links_file;
  std::size_t places = 0;
  std::size_t count = 0;
  std::string unit;
  std::string root;
  std::string log_signer;
  bool once = false;
  bool csv = false;
  bool json = false;
};

inline constexpr const char* run_help =
    "Each place waits for an element, makes a unit of it, says so and waits for the next one.\n"
    "Without --links, place N is unix:FOUNDRY/line/N.sock. SIGINT finishes the units in hand.\n"
    "After a crash run it again: a half-made unit is finished when it is put on once more.\n"
    "Exit code 0: the line ended as it was asked to; with --once: every place has its unit.";
inline constexpr std::size_t links_file_bytes_max = 64 * 1024;
inline constexpr Millis redraw_interval{250};

inline void print_json(const json::object& object) {
  std::printf("%s\n", json::serialize(object).c_str());
  std::fflush(stdout);
}

inline factory::Part part_on(const std::string& link, const Options& options) {
  factory::Part part{.number = options.part_number};
  if (element::is_emulated_link(link)) part.model += identity::emulated_suffix;
  return part;
}

// "unix:./line/{}.sock", 3 -> "unix:./line/3.sock"
inline std::string link_of_place(std::string pattern, std::size_t number) {
  if (const std::size_t at = pattern.find("{}"); at != pattern.npos) pattern.replace(at, 2, std::to_string(number));
  return pattern;
}

inline Result<std::vector<std::string>> links_of(const Options& options) {
  std::vector<std::string> links = options.links;
  if (!options.links_file.empty()) {
    const Buffer text = TRY(read_file(options.links_file, links_file_bytes_max));
    std::string_view rest = text_of(text);
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find_first_of("\r\n"));
      if (!line.empty() && line[0] != '#') links.emplace_back(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }
  if (links.empty()) links.push_back("unix:" + options.folder + "/line/{}.sock");
  const std::size_t places = options.places == 0 ? links.size() : options.places;
  if (places > factory::places_max) return Error{Errc::malformed, "a line has at most 64 places"};
  if (links.size() == 1 && links[0].find("{}") != std::string::npos) links.assign(places, links[0]);
  if (links.size() < places) {
    return Error{Errc::malformed, "--line " + std::to_string(places) + ", but only " + std::to_string(links.size()) +
                                      " links are named; or name one with {} for the number"};
  }
  links.resize(places);
  for (std::size_t i = 0; i < links.size(); ++i) links[i] = link_of_place(links[i], i + 1);
  return links;
}

inline bool draws_progress(const Options& options) { return !options.json && ::isatty(STDOUT_FILENO) == 1; }

// On a terminal the last line is redrawn, and only what went wrong gets a line of its own.
inline void print_entry(const Options& options, const factory::Entry& entry, const factory::Progress& progress) {
  if (options.json) return print_json(facts_of(entry));
  const bool draws = draws_progress(options);
  const bool is_good = entry.outcome == factory::Outcome::made || entry.outcome == factory::Outcome::present;
  if (draws && is_good) return;
  std::printf("%s%-18s %-8s %s  %.1f s%s%s", draws ? "\r\x1b[K" : "", entry.unique_id.c_str(),
              std::string{name_of(entry.outcome)}.c_str(), entry.place.c_str(),
              static_cast<double>(entry.took.count()) / 1e6, entry.reason.empty() ? "" : "  ", entry.reason.c_str());
  std::puts(draws ? "" : ("  (" + sentence_of(progress, options.count) + ")").c_str());
  std::fflush(stdout);
}

inline void draw(const Options& options, factory::Line& line) {
  std::printf("\r\x1b[K%s", sentence_of(line.progress(), options.count).c_str());
  std::fflush(stdout);
}

inline Status report(const Options& options) {
  const auto batch = TRY(factory::Batch::find(options.folder, options.batch));
  const factory::Yield yield = TRY(factory::yield_of(batch));
  if (options.json)
    print_json(facts_of(yield));
  else
    std::fputs((options.csv ? csv_of(yield) : table_of(yield)).c_str(), stdout);
  return {};
}

inline Status judge_once(const factory::Progress& done) {
  if (done.failed > 0) return Error{Errc::unavailable, "a place has no unit; put its element on and run once more"};
  if (done.scrapped > 0) return Error{Errc::conflict, "an element was scrapped; the report says why"};
  return {};
}

inline Status run_line(const Options& options) {
  const auto stop = TRY(open_stop_signals());  // before the threads: they inherit what is blocked
  SystemClock clock;
  crypto::SystemRandom random;
  const auto authority = TRY(factory::Authority::open(options.folder, options.pin_file));
  factory::LinePlan plan{.places = {}, .count = options.count, .once = options.once};
  for (const std::string& link : TRY(links_of(options))) plan.places.push_back({link, part_on(link, options)});
  auto batch = TRY(factory::Batch::open(options.folder, options.batch));
  factory::Line line{*authority, batch, clock, random,
                     [](const std::string& name) { return element::open_link(name); }};
  TRY(line.start(plan, [&](const factory::Entry& entry, const factory::Progress& progress) {
    print_entry(options, entry, progress);
  }));
  const bool draws = draws_progress(options);
  while (!line.wait(redraw_interval)) {
    std::uint8_t signal[128];
    if (::read(stop.get(), signal, sizeof signal) > 0) line.stop();
    if (draws) draw(options, line);
  }
  if (draws) std::printf("\r\x1b[K");
  TRY(line.result());
  TRY(report(options));
  return options.once ? judge_once(line.progress()) : Status{};
}

}  // namespace signet
