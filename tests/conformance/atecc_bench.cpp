#include "element_kit.h"

#include "base/port/folder_for_test.h"
#include "element/emulator/emulator.h"
#include "factory/station.h"

#include <cstdlib>

namespace signet::element::kit {
namespace {

// Two units made once, copied for each bench: making them takes longer than a test.
struct Foundry {
  Foundry() {
    ::unsetenv("SOFTHSM2_CONF");  // of the PKCS#11 bench; the foundry's token has a folder of its own
    factory::AuthorityPlan plan;
    plan.folder = folder.file("foundry");
    plan.organization = "Conformance";
    plan.signer_id = 0xF600;
    auto made = factory::Authority::create(plan, clock, random);
    if (!made) std::fprintf(stderr, "%s\n", made.error().what.c_str());
    authority = std::move(made).value();
    for (const char* name : {"one", "two"}) {
      personalise(*emulator::Emulator::open(folder.file(name), clock, random).value());
    }
    authority.reset();  // lets go of SoftHSM: it reads its configuration when its first user comes
  }
  void personalise(Link& link) {
    auto batch = factory::Batch::open(authority->folder(), "one").value();
    factory::Station station{*authority, batch, clock, random};
    Atecc chip{link};
    const auto made = station.personalise(chip, {"ATECC608B (emulated)", "TEST"}, [](std::string_view) {});
    if (!made) std::fprintf(stderr, "%s\n", made.error().what.c_str());
    ENSURE(made);
  }

  Folder_for_test folder;
  ManualClock clock{parse_rfc3339("2026-11-22T10:20:30Z").value()};
  crypto::SystemRandom random;
  std::unique_ptr<factory::Authority> authority;
};

Foundry& foundry() {
  static Foundry all;
  return all;
}

class AteccBench final : public Bench {
 public:
  AteccBench() {
    for (const char* name : {"one", "two"}) std::filesystem::copy(foundry().folder.file(name), folder_.file(name));
    power_cycle();
  }
  Element& element() override { return *one_.driver; }
  Element& other() override { return *two_.driver; }
  bool seals_alone() override { return false; }
  void power_cycle() override {
    for (Part* part : {&one_, &two_}) start(*part);
  }

 private:
  struct Part {
    std::string file;
    std::unique_ptr<emulator::Emulator> chip;
    std::unique_ptr<Atecc> driver;
  };
  void start(Part& part) {
    part.driver.reset();
    part.chip.reset();
    part.chip = emulator::Emulator::open(part.file, foundry().clock, foundry().random).value();
    part.driver = std::make_unique<Atecc>(*part.chip, Assurance::emulated);
  }

  Folder_for_test folder_;
  Part one_{folder_.file("one"), {}, {}}, two_{folder_.file("two"), {}, {}};
};

}  // namespace

Kind atecc() {
  return {"Atecc", [] { return std::make_unique<AteccBench>(); }};
}

}  // namespace signet::element::kit
