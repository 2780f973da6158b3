#include "factory/batch.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>

namespace signet::factory {
namespace {

class FactoryBatch : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "signet-batch-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(FactoryBatch, KeepsUnitsAndJoinsThem) {
  auto batch = Batch::open(folder_, "2026-11").value();
  ASSERT_TRUE(batch.add("0123bb", R"({"b":1})"));
  ASSERT_TRUE(batch.add("0123aa", R"({"a":1})"));
  ASSERT_TRUE(batch.add("0123aa", R"({"a":2})"));
  EXPECT_TRUE(batch.contains("0123aa"));
  EXPECT_FALSE(batch.contains("0123cc"));
  EXPECT_EQ(batch.manifest().value(), "[{\"a\":2},\n{\"b\":1}]\n");
  EXPECT_EQ(Batch::names(folder_).value(), std::vector<std::string>{"2026-11"});
}

TEST_F(FactoryBatch, RefusesAnEmptyManifestAndNamesThatLeaveTheFolder) {
  ASSERT_TRUE(Batch::open(folder_, "good-name_1.0"));
  EXPECT_EQ(Batch::open(folder_, "good-name_1.0").value().manifest().error().code, Errc::not_found);
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "../up", "white space"}) {
    EXPECT_EQ(Batch::open(folder_, name).error().code, Errc::malformed) << name;
  }
  EXPECT_TRUE(Batch::open(folder_, std::string(batch_name_bytes_max, 'x')));
  EXPECT_FALSE(Batch::open(folder_, std::string(batch_name_bytes_max + 1, 'x')));
}

}  // namespace
}  // namespace signet::factory
