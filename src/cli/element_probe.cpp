// `signet element probe`: which chips are there, at which address, in which state.
#include "cli/element.h"

#include "element/atecc/atecc.h"
#include "element/link/i2c_dev.h"
#include "element/link/open_link.h"
#include "element/link/probe.h"

namespace signet::cli {
namespace {

using element::Seen;
using element::Sight;

std::string word_of(Sight sight) {
  switch (sight) {
    case Sight::nothing: return "nobody";
    case Sight::chip: return "chip";
    case Sight::half_awake: return "half awake";
    case Sight::self_test_failed: return "self test failed";
    case Sight::other: return "other";
  }
  return "";
}

struct Outcome {
  std::string link;
  std::vector<Seen> seen;
  std::string verdict;
  bool found = false;
};

bool is_element(const Seen& seen) { return seen.sight != Sight::nothing && seen.sight != Sight::other; }

// The single wire has no addresses: one chip, or none.
Outcome probe_single_wire(Session& session, const std::string& name) {
  Outcome out{name, {}, "", false};
  const auto link = session.env.open_element(name);
  if (!link) return out.verdict = link.error().what, out;
  const auto config = element::Atecc{*link.value()}.read_config();
  if (!config) return out.verdict = config.error().what, out;
  out.found = true;
  out.verdict = "An " + words_of_revision(config.value()) + ", serial " +
                hex_upper(element::serial_of(config.value())) + ", on " + name + ".";
  return out;
}

Outcome probe_link(Session& session, const std::string& name) {
  if (!name.starts_with("i2c:") && !name.starts_with("unix:") && !name.starts_with("tcp:")) {
    return probe_single_wire(session, name);
  }
  Outcome out{name, {}, "", false};
  auto place = session.env.open_element_bus(name);
  if (!place) return out.verdict = place.error().what, out;
  auto seen = element::probe(*place.value().bus, session.args.all);
  if (!seen) return out.verdict = seen.error().what, out;
  out.seen = std::move(seen).value();
  out.verdict = element::verdict_of(out.seen, name);
  out.found = std::ranges::any_of(out.seen, is_element);
  return out;
}

json::object to_json(const Outcome& outcome) {
  json::array seen;
  for (const Seen& one : outcome.seen) {
    seen.emplace_back(json::object{{"address", element::address_text(one.address)},
                                   {"sight", word_of(one.sight)},
                                   {"said", hex(one.greeting)},
                                   {"words", one.words}});
  }
  return {{"link", outcome.link}, {"found", outcome.found}, {"seen", seen}, {"verdict", outcome.verdict}};
}

void print(std::ostream& out, const Outcome& outcome) {
  out << outcome.link << '\n';
  for (const Seen& one : outcome.seen) {
    out << "  " << element::address_text(one.address) << "  " << printable(one.words) << '\n';
  }
  out << "  " << printable(outcome.verdict) << '\n';
}

}  // namespace

Status run_element_probe(Session& session) {
  std::vector<std::string> names = session.args.links;
  if (names.empty()) {
    for (const std::string& path : element::i2c_devices()) names.push_back("i2c:" + path);
  }
  if (names.empty()) {
    return Error{Errc::not_found,
                 "this machine has no /dev/i2c-*: load the kernel's i2c-dev ('modprobe i2c-dev'), enable "
                 "the bus (on a Raspberry Pi: raspi-config), or name a link"};
  }
  bool found = false;
  json::array all;
  for (const std::string& name : names) {
    const Outcome outcome = probe_link(session, name);
    found = found || outcome.found;
    if (session.args.as_json)
      all.emplace_back(to_json(outcome));
    else
      print(session.env.out, outcome);
  }
  if (session.args.as_json) print_json(session.env.out, json::object{{"found", found}, {"links", all}});
  if (found) return {};
  return Error{Errc::not_found, "no secure element was found; what each link said stands above"};
}

}  // namespace signet::cli
