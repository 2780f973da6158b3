#include "board/flash/bootloader.h"

#include "board/flash/flash_scene_for_test.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace signet::board {
namespace {

using boot::Outcome;
using boot::Part;
using boot::Reset;
using testing::HasSubstr;

class BootloaderTest : public FlashScene_for_test {};

TEST_F(BootloaderTest, StartsWhatItsOwnerSigned) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(version(), (image::Version{1, 0, 0, 0}));
  EXPECT_EQ(loader->load().value().os, (image::Version{2, 0, 0, 0}));
  EXPECT_EQ(element.counters, (std::array<std::uint32_t, 2>{1, 1})) << "the element remembers";
}

TEST_F(BootloaderTest, AFreshBoardSaysWhatItNeeds) {
  EXPECT_EQ(start(), Outcome::nothing);
  EXPECT_THAT(loader->problem(), HasSubstr("signet firmware flash"));
  EXPECT_FALSE(loader->load());
}

TEST_F(BootloaderTest, AnElementThatDoesNotAnswerStartsNothing) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  element.silent = true;
  EXPECT_EQ(start(), Outcome::nothing);
  EXPECT_THAT(loader->problem(), HasSubstr("rollback counters cannot be read"));
  element.silent = false;
  EXPECT_EQ(loader->start(Reset::request), Outcome::permanent);
}

TEST_F(BootloaderTest, AnUpdateIsOnTrialUntilItIsConfirmed) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  ASSERT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(loader->confirm().error().code, Errc::conflict) << "nothing is on trial";
  ASSERT_TRUE(bring(application({1, 1, 0, 0}, 3)));
  ASSERT_EQ(loader->start(Reset::request), Outcome::trial);
  EXPECT_EQ(version(), (image::Version{1, 1, 0, 0}));
  EXPECT_EQ(loader->prepare(Part::application).error().code, Errc::conflict) << "PARK is the way back";
  EXPECT_EQ(element.counters[1], 1u);
  ASSERT_TRUE(loader->confirm());
  EXPECT_EQ(element.counters[1], 3u);
  EXPECT_EQ(start(), Outcome::permanent);
  EXPECT_EQ(version(), (image::Version{1, 1, 0, 0}));
  EXPECT_THAT(bring(application({1, 2, 0, 0}, 2)).error().what, HasSubstr("older than this board allows"));
}

TEST_F(BootloaderTest, AResetInATrialGoesBack) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  for (const Reset why : {Reset::power, Reset::watchdog, Reset::request}) {
    ASSERT_EQ(start(), Outcome::permanent);
    ASSERT_TRUE(bring(application({1, 1, 0, 0}, 3)));
    ASSERT_EQ(start(Reset::request), Outcome::trial);
    EXPECT_EQ(start(why), Outcome::permanent);
    EXPECT_EQ(version(), (image::Version{1, 0, 0, 0}));
  }
}

TEST_F(BootloaderTest, RefusesWithWords) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  ASSERT_EQ(start(), Outcome::permanent);
  image::Signer_for_test stranger{9};
  image::Facts facts{.version = {9, 0, 0, 0}, .board = "virtual", .kind = image::Kind::python};
  facts.os_version = image::Version{2, 0, 0, 0};
  facts.security_counter = 9;
  Buffer damaged = application({1, 1, 0, 0});
  damaged[700] ^= 1;
  const std::pair<Buffer, const char*> refused[] = {
      {image::encode(facts, bytes_of("x")).value(), "is not signed"},
      {stranger.image(facts, bytes_of("x")), "a key that is not accepted"},
      {application({1, 1, 0, 0}, 1, "pass", "other"), "for another board"},
      {application({1, 1, 0, 0}, 0), "older than this board allows"},
      {application({1, 1, 0, 0}, 1000), "than a limit"},
      {damaged, "is damaged"},
      {os({2, 1, 0, 0}), "other kind"},
      {Buffer(64, 0), "there is no image"}};
  for (const auto& [image, words] : refused) {
    EXPECT_THAT(bring(image).error().what, HasSubstr(words));
    EXPECT_EQ(start(Reset::request), Outcome::permanent);
    EXPECT_EQ(version(), (image::Version{1, 0, 0, 0}));
  }
  EXPECT_THAT(loader->write(Part::os, Bootloader::room(Part::os), Buffer(1)).error().what, HasSubstr("larger"));
}

// The real adapter under kill -9: the process dies in the middle of each change of the flash in turn.
TEST_F(BootloaderTest, APowerCutAtAnyChangeLeavesABoardThatBoots) {
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0})}));
  ASSERT_EQ(start(), Outcome::permanent);
  const Buffer next = application({1, 1, 0, 0}, 1, "print('two')\n");
  int trials = 0;
  for (std::uint64_t change = 1; change < 1600; change += change < 1545 ? 257 : 1) {
    loader.reset();
    const ::pid_t child = ::fork();
    if (child == 0) {
      start();
      const bool brought = static_cast<bool>(bring(next));
      loader->cut_power_at(change);
      if (brought) loader->start(Reset::request);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const Outcome after = start();
    if (after == Outcome::trial) {
      ++trials;
      EXPECT_EQ(version(), (image::Version{1, 1, 0, 0}));
      EXPECT_EQ(start(), Outcome::permanent);
    }
    EXPECT_EQ(version(), (image::Version{1, 0, 0, 0})) << "change " << change;
    if (!WIFSIGNALED(status)) break;
  }
  EXPECT_GT(trials, 5);
}

TEST_F(BootloaderTest, UnpacksAProjectForTheProgramToRead) {
  const std::string program = folder + "/program";
  ASSERT_TRUE(flash({os(), application({1, 0, 0, 0}, 1, "print('one')\n")}));
  ASSERT_EQ(start(), Outcome::permanent);
  ASSERT_TRUE(unpack_program(loader->load().value().payload, program));
  ASSERT_TRUE(write_file_atomic(program + "/left.py", bytes_of("left over"), 0600));
  ASSERT_TRUE(unpack_program(loader->load().value().payload, program));
  EXPECT_EQ(text_of(read_file(program + "/main.py", 100).value()), "print('one')\n");
  EXPECT_TRUE(file_exists(program + "/resources/a.txt"));
  EXPECT_FALSE(file_exists(program + "/left.py")) << "it holds nothing else";
  const std::vector<image::File> files{{"other.py", bytes_of("x")}};
  EXPECT_THAT(unpack_program(image::encode_archive(files).value(), program).error().what, HasSubstr("main.py"));
}

TEST_F(BootloaderTest, FlashingChecksBeforeItWrites) {
  const Buffer one = application({1, 0, 0, 0});
  EXPECT_THAT(flash({one}).error().what, HasSubstr("both images"));
  EXPECT_FALSE(file_exists(folder + "/keys"));
  EXPECT_THAT(flash({os(), os()}).error().what, HasSubstr("same place"));
  EXPECT_THAT(flash({}).error().what, HasSubstr("no image"));
  ASSERT_TRUE(flash({os(), one}));
  ASSERT_TRUE(flash({application({1, 0, 1, 0})})) << "the OS is there";
  EXPECT_EQ(start(), Outcome::permanent);
  const Fd running = lock_file(folder + "/lock").value();
  EXPECT_THAT(flash({one}).error().what, HasSubstr("stop the board first"));
}

TEST_F(BootloaderTest, KeysAreKeptWholeAndAtMostEight) {
  ReleaseKeys keys = ReleaseKeys::load(folder).value();
  EXPECT_TRUE(keys.accepted().empty());
  for (std::uint8_t i = 0; i < release_keys_max; ++i) EXPECT_TRUE(keys.introduce(image::Key{i, 1}));
  EXPECT_FALSE(keys.introduce(image::Key{99}));
  EXPECT_TRUE(keys.retire(image::Key{0, 1}));
  EXPECT_EQ(ReleaseKeys::load(folder).value().accepted().size(), release_keys_max - 1);

  const Buffer good = encode_release_keys(keys.accepted());
  ASSERT_TRUE(decode_release_keys(good));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Buffer harmed = good;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(decode_release_keys(harmed)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode_release_keys(Bytes{good}.first(size)));
  ASSERT_TRUE(write_file_atomic(folder + "/keys", Bytes{good}.first(20), 0600));
  EXPECT_THAT(ReleaseKeys::load(folder).error().what, HasSubstr("/keys"));
}

}  // namespace
}  // namespace signet::board
