#include "factory/authority.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <filesystem>

namespace signet::factory {
namespace {

ino_t file_number(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

class AuthorityTest : public testing::Test {
 protected:
  AuthorityTest() { as_another_process(), plan.folder = home; }
  ~AuthorityTest() override { as_another_process(); }
  static void as_another_process() { ::unsetenv("SOFTHSM2_CONF"); }

  const Folder_for_test folder;
  const std::string home = folder.file("foundry");
  SystemClock clock;
  crypto::SystemRandom random;
  AuthorityPlan plan;
};

// Stations work side by side on one foundry: a file that each of them replaced at its start made some of them fail.
TEST_F(AuthorityTest, IsOpenedWithoutWritingToItsFolder) {
  const auto made = Authority::create(plan, clock, random);
  ASSERT_TRUE(made) << made.error().what;
  const ino_t before = file_number(home + "/softhsm2.conf");
  ASSERT_NE(before, 0u);

  as_another_process();
  const auto opened = Authority::open(home);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened.value()->root().der, made.value()->root().der);
  EXPECT_EQ(file_number(home + "/softhsm2.conf"), before);
}

// SoftHSM writes token.object in place at each login.
TEST_F(AuthorityTest, ATokenThatACrashHarmedIsPutBack) {
  ASSERT_TRUE(Authority::create(plan, clock, random));
  int harmed = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home + "/tokens")) {
    if (entry.path().filename() != "token.object") continue;
    ASSERT_TRUE(write_file_atomic(entry.path(), {}, 0600));
    ++harmed;
  }
  ASSERT_EQ(harmed, 1);
  const auto opened = Authority::open(home);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_TRUE(opened.value()->signer_signs()(crypto::Digest{}));
}

TEST_F(AuthorityTest, AnInitThatWasKilledWithinItsTokenIsBegunAnew) {
  ASSERT_TRUE(Authority::create(plan, clock, random));
  ASSERT_TRUE(remove_file(home + "/foundry.json")) << "which comes last";
  ASSERT_TRUE(write_file_atomic(home + "/pin", bytes_of("not the one that the token took"), 0600));
  as_another_process();
  const auto made = Authority::create(plan, clock, random);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE(made.value()->signer_signs()(crypto::Digest{}));
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home)) {
    kept += entry.path().filename().string().starts_with("tokens-unfinished-");
  }
  EXPECT_EQ(kept, 1u) << "should it have been a whole foundry";
}

TEST_F(AuthorityTest, FindsItsPinFromAnyFolder) {
  const std::filesystem::path here = std::filesystem::current_path();
  plan.pin_file = "pin";
  ASSERT_TRUE(write_file_atomic(folder.file("pin"), bytes_of("123456"), 0600));
  std::filesystem::current_path(folder.path());
  const auto made = Authority::create(plan, clock, random);
  std::filesystem::current_path(here);
  ASSERT_TRUE(made) << made.error().what;
  const auto opened = Authority::open(plan.folder);
  EXPECT_TRUE(opened) << opened.error().what;
}

}  // namespace
}  // namespace signet::factory
