// `signet element plan`: a configuration read, judged, rehearsed, and then made true.
#include "cli/element.h"

#include "base/port/file.h"
#include "element/emulator/emulator.h"
#include "element/plan/apply.h"
#include "element/plan/judge.h"
#include "factory/plan.h"

namespace signet::cli {
namespace {

using element::Atecc;
using element::Finding;
using element::Plan;

using Steps = std::vector<std::string>;

// What our own foundry makes, as a plan.
Plan example_plan() {
  Plan out;
  out.zone = factory::planned_configuration({});
  out.lock = element::PlanLock::config_and_data;
  for (unsigned n = 0; n < element::slot_count; ++n) {
    out.slots[n].use = factory::slot_plans()[n].use;
    out.slots[n].make_key = element::key_config(out.zone, n).is_private;
  }
  return out;
}

// The whole plan on a chip in memory, which nobody regrets.
Result<Steps> rehearse(const Plan& plan, Clock& clock) {
  crypto::SystemRandom random;
  const auto emulator = element::emulator::Emulator::in_memory(clock, random);
  Atecc chip{*emulator, element::Assurance::emulated};
  Steps steps;
  if (Status done = element::apply_plan(plan, chip, [&](const std::string& step) { steps.push_back(step); }); !done) {
    return std::move(done).error().within("rehearsal on the emulator");
  }
  const element::ConfigZone zone = TRY(chip.read_config());
  const auto unlike = element::differences(zone, element::zone_on(plan, zone));
  if (!unlike.empty()) return Error{Errc::conflict, "rehearsal on the emulator: " + unlike.front()};
  return steps;
}

struct Shown {
  std::vector<element::Described> parts;
  std::vector<Finding> findings;
  Steps rehearsal;
};

void print_part(std::ostream& out, const element::Described& part, const std::string& use) {
  out << part.title << "  (byte " << part.byte << ")  " << part.bits << (use.empty() ? "" : "  " + printable(use))
      << '\n';
  for (const element::BitField& field : part.fields) {
    out << "  " << field.name << " = " << field.value << "  " << field.words << '\n';
  }
}

void print(std::ostream& out, const Plan& plan, const Shown& shown) {
  const std::size_t first_slot = shown.parts.size() - element::slot_count;
  for (std::size_t i = 0; i < shown.parts.size(); ++i) {
    print_part(out, shown.parts[i], i < first_slot ? "" : plan.slots[i - first_slot].use);
  }
  for (const Finding& finding : shown.findings) {
    out << (finding.refused ? "REFUSED  " : "look at  ") << finding.where << ": " << finding.what << '\n';
  }
  for (const std::string& step : shown.rehearsal) out << "rehearsed: " << step << '\n';
}

json::object to_json(const Plan& plan, const Shown& shown) {
  json::array parts, findings, steps;
  for (const auto& part : shown.parts) parts.emplace_back(cli::to_json(part));
  for (unsigned n = 0; n < element::slot_count; ++n) {
    parts[parts.size() - element::slot_count + n].as_object()["use"] = plan.slots[n].use;
  }
  for (const Finding& finding : shown.findings) {
    findings.emplace_back(json::object{{"refused", finding.refused}, {"where", finding.where}, {"what", finding.what}});
  }
  for (const std::string& step : shown.rehearsal) steps.emplace_back(step);
  return {{"parts", parts}, {"findings", findings}, {"rehearsed", steps}};
}

// The chip's serial number, typed by a person who has read what is above.
Status confirm(Session& session, const std::string& serial) {
  if (session.args.yes) return {};
  const std::string typed = ask_line(session, "Locks cannot be undone. Type the chip's serial number, " + serial +
                                                  ", to make this plan true for ever: ");
  if (typed == serial) return {};
  return Error{Errc::conflict, "that is not its serial number: nothing was changed"};
}

Status apply(Session& session, const Plan& plan) {
  const auto link = TRY(session.env.open_element(session.args.link));
  Atecc chip{*link};
  const element::ConfigZone before = TRY(chip.read_config());
  TRY(confirm(session, hex_upper(element::serial_of(before))));
  TRY(element::apply_plan(plan, chip, [&](const std::string& step) { session.env.err << step << std::endl; }));
  const element::ConfigZone after = TRY(chip.read_config());
  const auto unlike = element::differences(after, element::zone_on(plan, after));
  if (!unlike.empty()) return Error{Errc::conflict, "the chip is not as planned: " + unlike.front()};
  return {};
}

// What stands in the way on this chip, before anything is written.
Status compare(Session& session, const Plan& plan) {
  const auto link = TRY(session.env.open_element(session.args.link));
  const element::ConfigZone zone = TRY(Atecc{*link}.read_config());
  for (const std::string& line : element::differences(zone, element::zone_on(plan, zone))) {
    session.env.err << "on the chip: " << line << '\n';
  }
  if (element::is_config_locked(zone)) session.env.err << "on the chip: the configuration is locked for ever\n";
  return {};
}

}  // namespace

Status run_element_plan(Session& session) {
  const Arguments& args = session.args;
  if (args.example) return session.env.out << element::plan_text(example_plan()), Status{};
  if (args.file.empty())
    return Error{Errc::malformed, "name the plan's file; 'signet element plan --example' prints one"};
  if (args.apply && args.link.empty()) return Error{Errc::malformed, "--apply needs --link: which chip?"};
  auto parsed = element::parse_plan(text_of(TRY(read_file(args.file, element::plan_bytes_max))));
  if (!parsed) return std::move(parsed).error().within(args.file);
  const Plan plan = std::move(parsed).value();

  Shown shown{element::describe(plan.zone), element::judge(plan), {}};
  std::erase_if(shown.parts, [](const auto& part) { return part.title == "UserExtra" || part.title == "locks"; });
  const bool refused = element::is_refused(shown.findings);
  Status rehearsed;
  if (!refused) {
    auto steps = rehearse(plan, session.env.clock);
    rehearsed = steps ? Status{} : Status{steps.error()};
    if (steps) shown.rehearsal = std::move(steps).value();
  }
  if (args.as_json)
    print_json(session.env.out, to_json(plan, shown));
  else
    print(session.env.out, plan, shown);
  if (refused) return Error{Errc::conflict, args.file + ": the plan is dangerous and was refused: see REFUSED above"};
  TRY(std::move(rehearsed));
  if (args.link.empty()) return {};
  if (!args.apply) return compare(session, plan);
  return apply(session, plan);
}

}  // namespace signet::cli
