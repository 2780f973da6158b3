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

std::string manifest_of(const Batch& batch) {
  std::string out;
  const auto written = batch.manifest([&](std::string_view piece) -> Status { return out += piece, Status{}; });
  return written ? out : written.error().what;
}

TEST_F(FactoryBatch, KeepsUnitsAndJoinsThem) {
  auto batch = Batch::open(folder_, "2026-11").value();
  ASSERT_TRUE(batch.add("0123bb", R"({"b":1})"));
  ASSERT_TRUE(batch.add("0123aa", R"({"a":1})"));
  ASSERT_TRUE(batch.add("0123aa", R"({"a":2})"));
  EXPECT_TRUE(batch.contains("0123aa"));
  EXPECT_FALSE(batch.contains("0123cc"));
  EXPECT_EQ(manifest_of(batch), "[{\"a\":2},\n{\"b\":1}]\n");
  EXPECT_EQ(Batch::names(folder_).value(), std::vector<std::string>{"2026-11"});
}

TEST_F(FactoryBatch, RefusesAnEmptyManifestAndNamesThatLeaveTheFolder) {
  ASSERT_TRUE(Batch::open(folder_, "good-name_1.0"));
  EXPECT_EQ(manifest_of(Batch::open(folder_, "good-name_1.0").value()),
            "the batch holds no unit yet; personalise one first");
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "../up", "white space"}) {
    EXPECT_EQ(Batch::open(folder_, name).error().code, Errc::malformed) << name;
  }
  EXPECT_TRUE(Batch::open(folder_, std::string(batch_name_bytes_max, 'x')));
  EXPECT_FALSE(Batch::open(folder_, std::string(batch_name_bytes_max + 1, 'x')));
}

TEST_F(FactoryBatch, IsFoundByItsRightNameAndNeverMadeByAWrongOne) {
  EXPECT_NE(Batch::find(folder_, "one").error().what.find("it has none yet"), std::string::npos);
  ASSERT_TRUE(Batch::open(folder_, "one"));
  ASSERT_TRUE(Batch::find(folder_, "one"));
  const auto typing_error = Batch::find(folder_, "onne");
  ASSERT_FALSE(typing_error);
  EXPECT_EQ(typing_error.error().code, Errc::not_found);
  EXPECT_NE(typing_error.error().what.find("there is one"), std::string::npos) << typing_error.error().what;
  EXPECT_EQ(Batch::names(folder_).value(), std::vector<std::string>{"one"});
}

}  // namespace
}  // namespace signet::factory
