// A board loses power before, within and after each change of its flash, its counters and its keys; and again while it
// comes back. After each: it boots a whole, signed, allowed pair; the other is whole where it must be; the journal is
// legal; and it takes another update. SIGNET_POWER_CUTS=2 cuts at every pair of changes (./dev check does).
#include "boot_explorer.h"

#include <gtest/gtest.h>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace signet::boot {
namespace {

const Scene_for_test& scene() {
  static const Scene_for_test only;
  return only;
}

Story story_of(Parts parts) {
  Story story{.parts = parts, .old_images = scene().old_images, .new_images = scene().old_images};
  if (parts == 2) story.new_images[1] = scene().new_application;
  if (parts & 1) story.new_images[0] = scene().new_images[0];
  if (parts == 3) story.new_images[1] = scene().new_images[1];
  if (parts & 1) story.new_counters[0] = 3;
  if (parts & 2) story.new_counters[1] = 2;
  story.is_key_new = parts & 1;
  return story;
}

// From the factory, with so many entries in its journal: where the banks change is then somewhere else.
Memory_for_test aged(std::size_t entries) {
  Memory_for_test memory = scene().factory();
  if (entries == 0) return memory;
  CachedCrypto_for_test crypto;
  Parts_for_test parts{scene(), memory, crypto};
  Boot{parts.board}.start(Reset::power);
  Journal journal{parts.hardware, scene().map, crypto};
  journal.load();
  while (journal.newest().counter < entries) {
    if (!journal.append(journal.newest())) ADD_FAILURE() << "the journal does not take an entry";
  }
  return memory;
}

void update(Play& play) {
  play.start(Reset::power);
  play.download();
  play.request();
  play.start(Reset::request, Outcome::trial);
}

struct Named {
  const char* name;
  Parts parts;
  std::uint8_t attempts;
  Tale tale;
};

const Named tales[] = {{"update, confirm", 3, 1,
                        [](Play& play) {
                          update(play);
                          play.confirm();
                          play.start(Reset::power, Outcome::permanent);
                        }},
                       {"update, watchdog, revert", 3, 1,
                        [](Play& play) {
                          update(play);
                          play.story.going_back = true;
                          play.start(Reset::watchdog, Outcome::permanent);
                        }},
                       {"update, three trials, revert", 3, 3,
                        [](Play& play) {
                          update(play);
                          for (int trial = 2; trial <= 3; ++trial) play.start(Reset::power, Outcome::trial);
                          play.start(Reset::power, Outcome::permanent);
                        }},
                       {"the application alone, confirm", 2, 1,
                        [](Play& play) {
                          update(play);
                          play.confirm();
                          play.start(Reset::power, Outcome::permanent);
                        }},
                       {"the OS alone, revert", 1, 1, [](Play& play) {
                          update(play);
                          play.story.going_back = true;
                          play.start(Reset::watchdog, Outcome::permanent);
                        }}};

void expect_good(const Findings& findings, const std::string& what) {
  for (const std::string& wrong : findings.wrong) ADD_FAILURE() << what << ": " << wrong;
}

struct Sum {
  std::size_t changes = 0, cuts = 0, states = 0;
  void add(const Findings& findings) {
    changes += findings.changes;
    cuts += findings.cuts;
    states += findings.states;
  }
};

std::size_t wanted_cuts() {
  const char* text = std::getenv("SIGNET_POWER_CUTS");
  return text && std::string_view{text} == "2" ? 2 : 1;
}

// Each tale, from each age of the journal, on two cores.
void explore_all(std::size_t cuts, std::size_t ages, const char* what) {
  const auto begin = std::chrono::steady_clock::now();
  std::array<Sum, 2> sums;
  std::array<std::vector<std::pair<std::string, Findings>>, 2> all;
  std::vector<std::thread> threads;
  for (std::size_t half = 0; half < 2; ++half) {
    threads.emplace_back([&, half] {
      std::size_t turn = 0;
      for (const Named& named : tales) {
        for (std::size_t age = 0; age <= 15; age += 15 / ages) {
          if (turn++ % 2 != half) continue;
          Explorer explorer{scene()};
          explorer.prove_usable = cuts == 1 && age % 5 == 0;
          Story story = story_of(named.parts);
          story.attempts = named.attempts;
          explorer.explore(aged(age), story, named.tale, cuts);
          sums[half].add(explorer.findings);
          all[half].emplace_back(std::string{named.name} + ", journal of " + std::to_string(age), explorer.findings);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& half : all) {
    for (const auto& [name, findings] : half) expect_good(findings, name);
  }
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  std::printf("power cuts, %s: %zu changes, %zu cuts, %zu states, %lld ms\n", what, sums[0].changes + sums[1].changes,
              sums[0].cuts + sums[1].cuts, sums[0].states + sums[1].states, static_cast<long long>(ms.count()));
}

TEST(PowerCuts, AtEveryChangeLeaveABoardThatBoots) { explore_all(1, SIGNET_JOURNAL_AGES, "single"); }

TEST(PowerCuts, AtEveryPairOfChangesLeaveABoardThatBoots) {
  if (wanted_cuts() < 2) GTEST_SKIP() << "SIGNET_POWER_CUTS=2 runs it";
  explore_all(2, 7, "pairs");
}

struct PowerOff {};

// Not two cuts but many, one after the other: a mains that flickers. Whatever happened before, when it holds the board
// boots the old pair or the new one, and takes an update.
TEST(PowerCuts, ManyInARowLeaveABoardThatBoots) {
  CachedCrypto_for_test crypto;
  const Judge judge{scene(), crypto};
  Story story = story_of(3);
  story.requested = story.rescue = true;
  std::size_t cuts = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Memory_for_test memory = aged(seed % 16);
    std::uint32_t random = seed * 2654435761u;
    const auto draw = [&random](std::uint32_t below) {
      return (random = random * 1664525u + 1013904223u) / 65536 % below;
    };
    for (int round = 0; round < 60; ++round) {
      Parts_for_test parts{scene(), memory, crypto};
      std::uint32_t left = draw(60);
      parts.hardware.before = [&](const Change& change) {
        if (left-- != 0) return false;
        memory.shake(draw(1000));
        memory.tear(change, static_cast<Torn>(draw(change.kind == Change::erase ? 6 : 4)), draw(1000));
        throw PowerOff{};
      };
      Boot boot{parts.board};
      try {
        const Outcome outcome = boot.start(draw(4) == 0 ? Reset::watchdog : Reset::power);
        ASSERT_EQ(judge.outcome(memory, story, outcome), "") << "seed " << seed << ", round " << round;
        for (std::size_t part = 0; part < part_count && outcome == Outcome::permanent; ++part)
          parts.download(boot, static_cast<Part>(part), story.new_images[part]);
        if (outcome == Outcome::permanent) boot.request(parts_all);
        if (outcome == Outcome::trial && draw(8) == 0) boot.confirm();
      } catch (const PowerOff&) {
        ++cuts;
      }
      ASSERT_TRUE(memory.violations.empty());
    }
    Parts_for_test parts{scene(), memory, crypto};
    ASSERT_EQ(judge.outcome(memory, story, Boot{parts.board}.start(Reset::watchdog)), "") << "seed " << seed;
  }
  std::printf("power cuts, many in a row: %zu\n", cuts);
}

// WORK's application rots; PARK has the one before.
TEST(PowerCuts, WhileADamagedWorkIsRestored) {
  for (const Area damaged : {Area::work, Area::park}) {
    Memory_for_test memory = aged(12);
    for (std::size_t part = 0; part < part_count; ++part)
      scene().put(memory, Area::park, part, scene().old_images[part]);
    const Place& place = scene().map.place(damaged, Part::application);
    memory.bytes[place.at + 700] ^= 0x40;
    Story story = story_of(3);
    story.rescue = true;
    Explorer explorer{scene()};
    explorer.explore(
        memory, story, [](Play& play) { play.start(Reset::power, Outcome::permanent); }, wanted_cuts());
    expect_good(explorer.findings, "restore");
  }
}

// Neither WORK nor PARK may run, or there never was anything: a pair comes over the console.
TEST(PowerCuts, WhileADeadBoardIsBroughtToLife) {
  for (const bool is_blank : {false, true}) {
    Memory_for_test memory = aged(14);
    if (is_blank) memory.bytes.assign(memory.bytes.size(), 0xff);
    for (const Area area : {Area::work, Area::park}) memory.bytes[scene().map.place(area, Part::os).at] = 0;
    Story story = story_of(3);
    story.rescue = story.dead = story.confirm_called = true;  // what is brought is permanent at once
    Explorer explorer{scene()};
    const Tale tale = [](Play& play) {
      play.start(Reset::power, Outcome::nothing);
      play.bring_to_life();
    };
    explorer.explore(memory, story, tale, wanted_cuts());
    expect_good(explorer.findings, is_blank ? "blank" : "dead");
    EXPECT_GT(explorer.findings.states, 50u);
  }
}

// A bit of a place that the update goes through does not hold.
TEST(PowerCuts, WhileAFlashHasABitThatIsStuck) {
  for (const Area area : {Area::work, Area::park, Area::scratch}) {
    for (const bool high : {false, true}) {
      Memory_for_test memory = aged(5);
      const Place& place = scene().map.place(area, Part::application);
      // Where both images have the same bit, or the old one could not even be there.
      std::uint32_t at = 900;
      std::uint8_t mask = 0;
      for (; mask == 0; ++at) {
        const std::uint8_t old = scene().old_images[1][at], fresh = scene().new_images[1][at];
        mask = high ? static_cast<std::uint8_t>(old & ~fresh) : static_cast<std::uint8_t>(~old & fresh);
        mask &= static_cast<std::uint8_t>(-mask);
      }
      (high ? memory.stuck_at_1 : memory.stuck_at_0)[place.at + at - 1] = mask;
      Story story = story_of(3);
      story.rescue = true;
      Explorer explorer{scene()};
      const Tale tale = [](Play& play) {
        play.start(Reset::power);
        play.download();
        play.request(false);
        play.start(Reset::request);
      };
      explorer.explore(memory, story, tale, wanted_cuts());
      expect_good(explorer.findings, "stuck bit in area " + std::to_string(static_cast<int>(area)));
    }
  }
}

Findings findings_of(Mutant mutant, const Story& story, const Tale& tale) {
  for (const std::size_t cuts : {0u, 1u}) {
    Explorer explorer{scene()};
    explorer.explore(aged(0), story, tale, cuts, mutant);
    if (!explorer.findings.wrong.empty()) return explorer.findings;
  }
  return {};
}

// The checker is of use: it finds each entry of the journal that is lost, late or early.
TEST(PowerCuts, AMutantOfTheJournalDoesNotPass) {
  std::size_t mutants = 0;
  constexpr std::size_t how_many = SIGNET_JOURNAL_AGES == 1 ? 1 : std::size(tales);  // a sanitizer takes its time
  for (const Named& named : std::span{tales}.first(how_many)) {
    Story story = story_of(named.parts);
    story.attempts = named.attempts;
    Explorer unharmed{scene()};
    const std::vector<Written> written = unharmed.explore(aged(0), story, named.tale, 0);
    expect_good(unharmed.findings, named.name);
    for (std::size_t change = 0; change < written.size(); ++change) {
      if (written[change] != Written::entry) continue;
      for (const Harm harm : {Harm::lost, Harm::late, Harm::early}) {
        // What was repeated stands there already: before or after it is the same.
        if (harm == Harm::early && (change == 0 || written[change - 1] == Written::repeated)) continue;
        EXPECT_FALSE(findings_of({harm, change}, story, named.tale).wrong.empty())
            << named.name << ", change " << change << ", harm " << static_cast<int>(harm);
        ++mutants;
      }
    }
  }
  std::printf("mutants of the journal: %zu\n", mutants);
}

// Without the repetition a second cut could take an entry back that the board had already acted upon.
TEST(PowerCuts, AMutantThatDoesNotRepeatWhatItFoundDoesNotPass) {
  Explorer explorer{scene()};
  explorer.on_return = Harm::unrepeated;
  explorer.prove_usable = false;
  explorer.explore(aged(0), story_of(3), tales[0].tale, 2);
  EXPECT_FALSE(explorer.findings.wrong.empty());
}

}  // namespace
}  // namespace signet::boot
