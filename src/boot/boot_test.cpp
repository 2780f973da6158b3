// A board from its first start on. tests/model/power_cut_test.cpp does the same with power cuts everywhere.
#include "boot/boot.h"

#include "boot/scene_for_test.h"

#include <gtest/gtest.h>

namespace signet::boot {
namespace {

using image::Fault;
using image::Version;

class BootedBoard : public testing::Test {
 protected:
  BootedBoard() : memory(scene.factory()), parts(scene, memory, crypto) {}
  Boot boot() { return Boot{parts.board}; }
  Outcome start(Reset why = Reset::power) { return boot().start(why); }
  bool work_is(const Images& images) const {
    return scene.holds(memory, Area::work, 0, images[0]) && scene.holds(memory, Area::work, 1, images[1]);
  }
  void bring(Boot& running, const Images& images) {
    for (std::size_t part = 0; part < part_count; ++part)
      ASSERT_EQ(parts.download(running, static_cast<Part>(part), images[part]), Answer::done);
  }
  // From the factory to the trial of these.
  void try_out(const Images& images) {
    Boot running = boot();
    running.start(Reset::power);
    bring(running, images);
    ASSERT_EQ(running.request(parts_all), Answer::done);
    ASSERT_EQ(start(Reset::request), Outcome::trial);
  }
  // What request() says of an OS in PARK.
  Fault refusal(Bytes os) {
    Boot running = boot();
    EXPECT_EQ(running.start(Reset::power), Outcome::permanent);
    EXPECT_EQ(parts.download(running, Part::os, os), Answer::done);
    EXPECT_EQ(running.request(parts_of(Part::os)), Answer::refused);
    return running.fault();
  }
  bool said(std::string_view what) const {
    for (const std::string& line : parts.hardware.said) {
      if (line.find(what) != std::string::npos) return true;
    }
    return false;
  }
  void damage(Area area, Part part) { memory.bytes[scene.map.place(area, part).at + 50] ^= 1; }

  Scene_for_test scene;
  CachedCrypto_for_test crypto;
  Memory_for_test memory;
  Parts_for_test parts;
};

TEST_F(BootedBoard, RunsWhatTheFactoryPutThere) {
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

TEST_F(BootedBoard, TriesAnUpdateAndKeepsItOnceConfirmed) {
  try_out(scene.new_images);
  EXPECT_TRUE(work_is(scene.new_images));
  EXPECT_EQ(memory.counters, (std::array<std::uint32_t, 2>{1, 1})) << "not before the confirmation";
  EXPECT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(memory.counters, (std::array<std::uint32_t, 2>{3, 2}));
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.new_images));
  EXPECT_EQ(boot().confirm(), Answer::busy) << "there is no trial";
}

TEST_F(BootedBoard, GoesBackWhenTheTrialIsNotConfirmed) {
  for (const Reset why : {Reset::watchdog, Reset::request, Reset::power}) {
    try_out(scene.new_images);
    EXPECT_EQ(start(why), Outcome::permanent);
    EXPECT_TRUE(work_is(scene.old_images));
    EXPECT_TRUE(said("was not confirmed"));
  }
}

TEST_F(BootedBoard, AWatchdogEndsATrialThatAPowerCutWouldNot) {
  parts.board.trial_attempts = 3;
  try_out(scene.new_images);
  EXPECT_EQ(start(Reset::power), Outcome::trial);
  EXPECT_EQ(start(Reset::watchdog), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

TEST_F(BootedBoard, UpdatesTheApplicationAlone) {
  Boot running = boot();
  running.start(Reset::power);
  ASSERT_EQ(parts.download(running, Part::application, scene.new_application), Answer::done);
  ASSERT_EQ(running.request(parts_of(Part::application)), Answer::done);
  EXPECT_EQ(start(Reset::request), Outcome::trial);
  EXPECT_TRUE(work_is({scene.old_images[0], scene.new_application}));
}

TEST_F(BootedBoard, RefusesWhatMayNotRun) {
  const image::Signer_for_test& key = scene.old_key;
  image::Facts facts{.version = {2, 1, 0, 0}, .board = "devkit", .kind = image::Kind::os, .security_counter = 1};
  const Bytes payload = bytes_of("an OS");
  EXPECT_EQ(refusal(scene.stranger.image(facts, payload)), Fault::unknown_key);
  EXPECT_EQ(refusal(image::encode(facts, payload).value()), Fault::not_signed);
  Buffer harmed = key.image(facts, payload);
  harmed[34] ^= 1;
  EXPECT_EQ(refusal(harmed), Fault::wrong_digest);
  const auto with = [&](auto change) {
    image::Facts other = facts;
    change(other);
    return key.image(other, payload);
  };
  EXPECT_EQ(refusal(with([](image::Facts& f) { f.board = "other"; })), Fault::wrong_board);
  EXPECT_EQ(refusal(with([](image::Facts& f) { f.security_counter = 0; })), Fault::rolled_back);
  EXPECT_EQ(refusal(with([](image::Facts& f) { f.security_counter.reset(); })), Fault::rolled_back);
  EXPECT_EQ(refusal(with([](image::Facts& f) { f.version = {3, 0, 0, 0}; })), Fault::wrong_os);
  EXPECT_EQ(refusal(with([](image::Facts& f) {
              f.dependencies = {{Part::application, Version{9, 0, 0, 0}}};
            })),
            Fault::missing_dependency);
  EXPECT_EQ(refusal(with([](image::Facts& f) { f.kind = image::Kind::native; })), Fault::wrong_kind);
  EXPECT_EQ(refusal(Buffer(100, 0)), Fault::no_image);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

TEST_F(BootedBoard, RefusesACounterThatLeapsFurtherThanAStep) {
  image::Facts facts{.version = {2, 1, 0, 0}, .board = "devkit", .kind = image::Kind::os};
  facts.security_counter = 1 + security_counter_step_max + 1;
  EXPECT_EQ(refusal(scene.old_key.image(facts, bytes_of("an OS"))), Fault::too_large);
  facts.security_counter = 1 + security_counter_step_max;
  Boot running = boot();
  ASSERT_EQ(parts.download(running, Part::os, scene.old_key.image(facts, bytes_of("an OS"))), Answer::done);
  EXPECT_EQ(running.request(parts_of(Part::os)), Answer::done);
}

TEST_F(BootedBoard, ChecksAgainWhatWasPutInParkSinceTheRequest) {
  Boot running = boot();
  running.start(Reset::power);
  bring(running, scene.new_images);
  ASSERT_EQ(running.request(parts_all), Answer::done);
  damage(Area::park, Part::application);
  EXPECT_EQ(start(Reset::request), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
  EXPECT_TRUE(said("nothing was moved"));
}

TEST_F(BootedBoard, ParkIsNotWrittenWhileItIsTheWayBack) {
  try_out(scene.new_images);
  Boot running = boot();
  EXPECT_EQ(running.prepare(Part::os), Answer::busy);
  EXPECT_EQ(running.write(Part::os, 0, Block<4>{}), Answer::busy);
  EXPECT_EQ(running.request(parts_all), Answer::busy);
}

TEST_F(BootedBoard, NothingIsWrittenBeyondPark) {
  Boot running = boot();
  running.start(Reset::power);
  const std::uint32_t size = scene.map.place(Area::park, Part::os).bytes;
  EXPECT_EQ(running.write(Part::os, size - 4, Block<4>{}), Answer::done);
  EXPECT_EQ(running.write(Part::os, size, Block<4>{}), Answer::refused);
  EXPECT_EQ(running.write(Part::os, size - 4, Block<8>{}), Answer::refused);
  EXPECT_EQ(running.write(Part::os, 0xfffffffc, Block<8>{}), Answer::refused);
  EXPECT_EQ(running.write(Part::os, 2, Block<4>{}), Answer::refused) << "not where the flash programs";
}

TEST_F(BootedBoard, ADamagedWorkIsRestoredFromPark) {
  try_out(scene.new_images);
  ASSERT_EQ(boot().confirm(), Answer::done);
  // A second update, of the same counters: what was before may still run.
  const Images third{scene.os({2, 2, 0, 0}, 3), scene.application({1, 3, 0, 0}, {2, 1, 0, 0}, 2)};
  try_out(third);
  ASSERT_EQ(boot().confirm(), Answer::done);
  damage(Area::work, Part::os);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(said("WORK is damaged"));
  EXPECT_TRUE(scene.holds(memory, Area::work, 0, scene.new_images[0]));
}

TEST_F(BootedBoard, WithBothDamagedSaysSoAndTakesANewPair) {
  try_out(scene.new_images);
  ASSERT_EQ(boot().confirm(), Answer::done);
  damage(Area::work, Part::os);
  damage(Area::work, Part::application);
  Boot loader = boot();
  EXPECT_EQ(loader.start(Reset::power), Outcome::nothing) << "PARK has what is too old by now";
  EXPECT_TRUE(said("no image may run; send a signed one"));
  EXPECT_NE(loader.fault(), Fault::none);
  EXPECT_EQ(loader.start(Reset::power), Outcome::nothing);

  bring(loader, scene.old_images);
  EXPECT_EQ(loader.request(parts_all), Answer::refused) << "not an older one";
  EXPECT_EQ(loader.fault(), Fault::rolled_back);
  bring(loader, scene.new_images);
  EXPECT_EQ(loader.request(parts_all), Answer::done);
  EXPECT_EQ(loader.start(Reset::request), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.new_images));
}

TEST_F(BootedBoard, WithNothingOnItTakesAPairToo) {
  memory.bytes.assign(memory.bytes.size(), 0xff);
  Boot loader = boot();
  EXPECT_EQ(loader.start(Reset::power), Outcome::nothing);
  bring(loader, scene.old_images);
  EXPECT_EQ(loader.request(parts_all), Answer::done);
  EXPECT_EQ(loader.start(Reset::request), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

TEST_F(BootedBoard, WhoseJournalIsLostRunsWhatMayRun) {
  EXPECT_EQ(start(), Outcome::permanent);
  for (const Place& bank : scene.map.journal)
    std::fill_n(memory.bytes.begin() + bank.at, bank.bytes, std::uint8_t{0x5a});
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
  damage(Area::work, Part::os);
  scene.put(memory, Area::scratch, 0, scene.old_images[0]);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

TEST_F(BootedBoard, RunsOnWhenNoEntryCanBeWritten) {
  EXPECT_EQ(start(), Outcome::permanent);
  for (const Place& bank : scene.map.journal) {
    for (std::uint32_t slot = 1; slot < journal_slots; ++slot)
      memory.stuck_at_0[bank.at + slot * journal_slot_bytes] = 0xff;
  }
  memory.stuck_at_0[scene.map.journal[1].at] = 0xff;
  EXPECT_EQ(start(), Outcome::permanent);
  Boot running = boot();
  running.start(Reset::power);
  bring(running, scene.new_images);
  EXPECT_EQ(running.request(parts_all), Answer::failed);
  EXPECT_EQ(start(), Outcome::permanent);
}

TEST_F(BootedBoard, TakesTheSameVersionOnceMore) {
  try_out(scene.old_images);
  EXPECT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_TRUE(work_is(scene.old_images));
}

// Sectors that were erased too often lose bits, PARK's first: it is written twice in an update.
TEST_F(BootedBoard, WhoseFlashWearsOutTakesNoMoreUpdatesAndRunsOn) {
  memory.wears_after = 30;
  const Images other{scene.os({2, 0, 1, 0}, 1), scene.application({1, 0, 1, 0}, {2, 0, 0, 0}, 1)};
  int taken = 0;
  for (int turn = 0; turn < 100; ++turn) {
    Boot running = boot();
    ASSERT_EQ(running.start(Reset::power), Outcome::permanent) << "turn " << turn;
    ASSERT_TRUE(work_is(scene.old_images) || work_is(other));
    bring(running, turn % 2 == 0 ? other : scene.old_images);
    if (running.request(parts_all) != Answer::done) continue;
    const Outcome outcome = start(Reset::request);
    ASSERT_NE(outcome, Outcome::nothing);
    if (outcome == Outcome::trial && boot().confirm() == Answer::done) ++taken;
  }
  EXPECT_GE(taken, 14) << "until then it did";
  EXPECT_LT(taken, 30);
  EXPECT_EQ(start(), Outcome::permanent);
}

class RotatedKeys : public BootedBoard {
 protected:
  image::Facts os_facts(std::uint8_t minor) const {
    return {.version = {2, minor, 0, 0}, .board = "devkit", .kind = image::Kind::os, .security_counter = 3};
  }
  image::Facts application_facts(std::uint8_t minor) const {
    return {.version = {1, minor, 0, 0},
            .board = "devkit",
            .kind = image::Kind::python,
            .os_version = Version{2, 0, 0, 0},
            .security_counter = 2};
  }
};

TEST_F(RotatedKeys, TheNewOneIsAcceptedFromTheConfirmationOn) {
  image::Facts facts = os_facts(3);
  const Images by_new{scene.new_key.image(facts, bytes_of("OS")),
                      scene.new_key.image(application_facts(3), bytes_of("application"))};
  try_out(scene.new_images);  // its OS introduces the new key
  EXPECT_EQ(memory.keys.size(), 1u) << "not in the trial";
  ASSERT_EQ(start(Reset::watchdog), Outcome::permanent);
  EXPECT_EQ(refusal(by_new[0]), Fault::unknown_key);
  try_out(scene.new_images);
  ASSERT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(memory.keys.size(), 2u);
  try_out(by_new);
  ASSERT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(memory.keys.size(), 2u) << "nobody retired the old one";
}

TEST_F(RotatedKeys, TheOldOneIsRetiredWhenNothingInWorkIsSignedByItAnyMore) {
  try_out(scene.new_images);
  ASSERT_EQ(boot().confirm(), Answer::done);
  image::Facts facts = application_facts(3);
  facts.retires = image::key_hash_of(scene.old_key.public_key);
  Boot running = boot();
  running.start(Reset::power);
  const Buffer application = scene.new_key.image(facts, bytes_of("application"));
  ASSERT_EQ(parts.download(running, Part::application, application), Answer::done);
  ASSERT_EQ(running.request(parts_of(Part::application)), Answer::done);
  ASSERT_EQ(start(Reset::request), Outcome::trial);
  ASSERT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(memory.keys.size(), 2u) << "the OS is still signed by the old key";
  EXPECT_EQ(start(), Outcome::permanent);

  Boot later = boot();
  later.start(Reset::power);
  ASSERT_EQ(parts.download(later, Part::os, scene.new_key.image(os_facts(4), bytes_of("OS"))), Answer::done);
  ASSERT_EQ(later.request(parts_of(Part::os)), Answer::done);
  ASSERT_EQ(start(Reset::request), Outcome::trial);
  ASSERT_EQ(boot().confirm(), Answer::done);
  EXPECT_EQ(memory.keys, std::vector<image::Key>{scene.new_key.public_key});
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(refusal(scene.old_key.image(os_facts(5), bytes_of("OS"))), Fault::unknown_key);
}

}  // namespace
}  // namespace signet::boot
