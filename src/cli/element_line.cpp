#include "cli/element_line.h"

namespace signet::cli {
namespace {

constexpr const char* element_footer =
    "Links: i2c:/dev/i2c-1, i2c:/dev/i2c-1:0x60 (7-bit), serial:/dev/ttyUSB0 (single wire), unix:PATH, tcp:HOST:PORT,\n"
    "  record:FILE:LINK (writes down what crosses the bus, in clear), replay:FILE\n"
    "Example, from a part on the bench to a locked one:\n"
    "  signet element probe\n"
    "  signet element show --link i2c:/dev/i2c-1\n"
    "  signet element plan --example > plan.json\n"
    "  signet element plan plan.json\n"
    "  signet element plan plan.json --link i2c:/dev/i2c-1 --apply";
constexpr const char* probe_footer =
    "Without a link it looks at every /dev/i2c-*. It wakes all chips on a bus, reads four bytes at each address, and "
    "asks\n"
    "what answers as an ATECC for its serial number. --all reads from every other chip on the bus too.\n"
    "Example:\n"
    "  signet element probe\n"
    "  signet element probe i2c:/dev/i2c-1 --all\n"
    "  signet element probe unix:/tmp/element.sock --json";
constexpr const char* show_footer =
    "Example:\n"
    "  signet element show --link i2c:/dev/i2c-1\n"
    "  signet element show --link unix:/tmp/element.sock --json";
constexpr const char* explain_footer =
    "STATUS is the chip's byte, or the number that a host library made of it. No chip is needed.\n"
    "Example:\n"
    "  signet element explain 0x0f\n"
    "  signet element explain 0xF4 --opcode AES";
constexpr const char* plan_footer =
    "Prints every configuration bit in words, refuses what is dangerous, and rehearses the plan on the emulator. With "
    "--link it\n"
    "compares with that chip; with --apply as well it writes the chip, reads it back, and LOCKS it by checksum, after "
    "you\n"
    "typed its serial number. LOCKS CANNOT BE UNDONE. The file is described in docs/formats/element-plan.md.\n"
    "Example:\n"
    "  signet element plan --example > plan.json\n"
    "  signet element plan plan.json\n"
    "  signet element plan plan.json --link i2c:/dev/i2c-1 --apply";
constexpr const char* selftest_footer =
    "Example:\n"
    "  signet element selftest --link i2c:/dev/i2c-1";

}  // namespace

void add_element(const Noun& root) {
  Arguments& args = root.args;
  const Noun element = root.noun("element", "A secure element on this machine", element_footer);
  CLI::App* probe = element.verb("probe", "Which chips are there, and in which state", run_element_probe, probe_footer);
  probe->add_option("link", args.links, "where to look; every /dev/i2c-* when absent")->type_name("LINK");
  probe->add_flag("--all", args.all, "at every address, not the factory's alone");
  CLI::App* show = element.verb("show", "One chip: locks, slots, counters, in words", run_element_show, show_footer);
  CLI::App* explain =
      element.verb("explain", "What a status means, and what to do", run_element_explain, explain_footer);
  explain->add_option("status", args.status, "0x0f, f4")->type_name("STATUS")->required();
  explain->add_option("--opcode", args.opcode, "the command that was refused, by name or number")->type_name("COMMAND");
  CLI::App* plan = element.verb("plan", "Read, rehearse and apply a configuration", run_element_plan, plan_footer);
  plan->add_option("file", args.file, "the plan")->type_name("FILE");
  plan->add_flag("--example", args.example, "print our own foundry's plan and end");
  plan->add_option("--link", args.link, "the chip to compare with or to apply it to")->type_name("LINK");
  plan->add_flag("--apply", args.apply, "write and LOCK the chip, for ever");
  plan->add_flag("--yes", args.yes, "do not ask: for scripts");
  CLI::App* selftest = element.verb("selftest", "Let the chip test itself", run_element_selftest, selftest_footer);
  for (CLI::App* command : {show, selftest}) {
    command->add_option("--link", args.link, "the chip")->type_name("LINK")->required();
  }
}

}  // namespace signet::cli
