// `signet element show`, `explain` and `selftest`: a chip, or a status, in words.
#include "cli/element.h"

#include "element/atecc/atecc.h"
#include "element/atecc/status_guide.h"
#include "element/link/open_link.h"
#include "element/wire/command.h"

namespace signet::cli {
namespace {

using element::Atecc;
using element::ConfigZone;

struct Part {
  std::unique_ptr<element::Link> link;
  std::unique_ptr<Atecc> chip;
};

Result<Part> open_part(Session& session) {
  Part out;
  out.link = TRY(session.env.open_element(session.args.link));
  out.chip = std::make_unique<Atecc>(*out.link);
  return out;
}

std::string words_of(element::Binding binding) {
  switch (binding) {
    case element::Binding::impossible: return "this configuration has no bond";
    case element::Binding::open: return "open: not bound to a board";
    case element::Binding::bound: return "bound to a board";
  }
  return "";
}

json::array locked_slots(const ConfigZone& config) {
  json::array out;
  for (unsigned n = 0; n < element::slot_count; ++n) {
    if (element::is_slot_locked(config, n)) out.emplace_back(n);
  }
  return out;
}

// Everything that show says, once.
Result<json::object> facts_of(Atecc& chip, const ConfigZone& config) {
  json::array counters;
  for (unsigned id = 0; id < element::counter_count; ++id) counters.emplace_back(TRY(chip.counter(id)));
  const auto certificates = chip.stored_certificates();
  const auto binding = chip.binding();
  json::array registers, slots;
  for (const auto& part : element::describe_registers(config)) registers.emplace_back(to_json(part));
  for (unsigned n = 0; n < element::slot_count; ++n) {
    json::object slot = to_json(element::describe_slot(config, n));
    slot["summary"] = element::summary_of_slot(config, n);
    slots.emplace_back(std::move(slot));
  }
  return json::object{
      {"serial", hex_upper(element::serial_of(config))},
      {"revision", words_of_revision(config)},
      {"address", element::address_text(element::i2c_address(config))},
      {"config_locked", element::is_config_locked(config)},
      {"data_locked", element::is_data_locked(config)},
      {"slots_locked", locked_slots(config)},
      {"counters", counters},
      {"certificates", certificates ? "device and signer, in slots 10, 12 and 11" : certificates.error().what},
      {"has_certificates", static_cast<bool>(certificates)},
      {"bond", binding ? words_of(binding.value()) : binding.error().what},
      {"registers", registers},
      {"slots", slots}};
}

void print_facts(std::ostream& out, const json::object& facts) {
  const std::pair<const char*, const char*> lines[] = {
      {"Serial", "serial"},     {"Revision", "revision"},         {"Address", "address"},
      {"Counters", "counters"}, {"Certificates", "certificates"}, {"Bond", "bond"}};
  std::vector<Row> rows;
  for (const auto& [title, name] : lines) rows.push_back({title, cell(facts, name)});
  for (const json::value& part : facts.at("registers").as_array()) {
    std::string words;
    for (const json::value& field : part.at("fields").as_array()) {
      const std::string name{field.at("name").as_string()};
      if (name == "reserved" && field.at("value") == json::value(0)) continue;
      words += (words.empty() ? "" : "; ") + name + ": " + std::string{field.at("words").as_string()};
    }
    rows.push_back({std::string{part.at("title").as_string()}, words});
  }
  print_table(out, {"Element", ""}, rows);
  out << '\n';
  rows.clear();
  for (const json::value& slot : facts.at("slots").as_array()) {
    rows.push_back({std::string{slot.at("title").as_string()}.substr(5), std::string{slot.at("bits").as_string()},
                    std::string{slot.at("summary").as_string()}});
  }
  print_table(out, {"Slot", "Configuration", "What it is and may do"}, rows);
}

struct Test {
  std::uint8_t bit;
  const char* name;
};
constexpr Test tests[] = {{element::mode::self_test_rng, "random numbers"},
                          {element::mode::self_test_ecdsa, "ECDSA"},
                          {element::mode::self_test_ecdh, "ECDH"},
                          {element::mode::self_test_aes, "AES"},
                          {element::mode::self_test_sha, "SHA"}};

json::array to_json(const std::vector<std::string>& lines) { return json::array(lines.begin(), lines.end()); }

}  // namespace

json::object to_json(const element::Described& part) {
  json::array fields;
  for (const element::BitField& field : part.fields) {
    fields.emplace_back(json::object{{"name", field.name}, {"value", field.value}, {"words", field.words}});
  }
  return {{"title", part.title}, {"byte", part.byte}, {"bits", part.bits}, {"fields", fields}};
}

std::string words_of_revision(const ConfigZone& config) {
  const std::string revision = hex(Bytes{config}.subspan(element::at::revision, 4));
  if (revision == "00006003") return "ATECC608B (00006003)";
  if (revision == "00006002") return "ATECC608A (00006002)";
  return "unknown (" + revision + ")";
}

std::string ask_line(Session& session, const std::string& prompt) {
  session.env.err << prompt << std::flush;
  std::string line;
  std::getline(session.env.in, line);
  return line;
}

Status run_element_show(Session& session) {
  Part part = TRY(open_part(session));
  const json::object facts = TRY(facts_of(*part.chip, TRY(part.chip->read_config())));
  if (session.args.as_json)
    print_json(session.env.out, facts);
  else
    print_facts(session.env.out, facts);
  return {};
}

Status run_element_selftest(Session& session) {
  Part part = TRY(open_part(session));
  const std::uint8_t failed = TRY(part.chip->self_test());
  json::object results;
  std::vector<Row> rows;
  for (const Test& test : tests) {
    const bool good = (failed & test.bit) == 0;
    results[test.name] = good;
    rows.push_back({test.name, good ? "ok" : "FAILED"});
  }
  if (session.args.as_json)
    print_json(session.env.out, json::object{{"passed", failed == 0}, {"tests", results}});
  else
    print_table(session.env.out, {"Test", "Result"}, rows);
  if (failed == 0) return {};
  return Error{Errc::conflict, "the chip failed its self test: power it off and on, and scrap it when it fails again"};
}

Status run_element_explain(Session& session) {
  element::StatusGuide guide = TRY(element::guide_for_status(session.args.status));
  if (!session.args.opcode.empty()) TRY(element::add_command(guide, session.args.opcode));
  const std::string code = element::address_text(guide.status);
  if (session.args.as_json) {
    print_json(session.env.out, json::object{{"status", code},
                                             {"name", guide.name},
                                             {"meaning", guide.meaning},
                                             {"from_host_code", guide.from_host_code},
                                             {"causes", to_json(guide.causes)},
                                             {"next", to_json(guide.next)}});
    return {};
  }
  std::ostream& out = session.env.out;
  if (guide.from_host_code) out << session.args.status << " is a host library's number. ";
  out << (guide.from_host_code ? "It means " : "") << code << ", " << guide.name << ": " << guide.meaning << '\n';
  if (!guide.causes.empty()) out << "Usual causes:\n";
  for (const std::string& cause : guide.causes) out << "  - " << cause << '\n';
  if (!guide.next.empty()) out << "Next:\n";
  for (const std::string& step : guide.next) out << "  - " << step << '\n';
  return {};
}

}  // namespace signet::cli
