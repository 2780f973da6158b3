#include "factory/yield.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>

namespace signet::factory {
namespace {

class FactoryYield : public testing::Test {
 protected:
  Entry entry(const std::string& id, Outcome outcome, int second, std::string reason = "") {
    return {start_ + Seconds{second}, id, "unix:1", outcome, 1, Seconds{2}, std::move(reason)};
  }
  Folder_for_test folder_;
  Batch batch_ = Batch::open(folder_.path(), "one").value();
  Timestamp start_ = parse_rfc3339("2026-11-22T10:00:00Z").value();
};

TEST_F(FactoryYield, CountsUnitsScrapAndTimes) {
  for (int i = 0; i < 20; ++i) {
    const std::string id = "unit-" + std::to_string(i);
    ASSERT_TRUE(batch_.add(id, "{}"));
    Entry made = entry(id, Outcome::made, 3 * i + 2);
    if (i == 7) made.took = Seconds{10}, made.tries = 3;
    ASSERT_TRUE(record(batch_, made));
  }
  ASSERT_TRUE(record(batch_, entry("bad-1", Outcome::scrapped, 58, "another key: of 1")));
  ASSERT_TRUE(record(batch_, entry("bad-2", Outcome::scrapped, 59, "another key: of 2")));
  ASSERT_TRUE(record(batch_, entry("cut", Outcome::failed, 60, "no answer")));
  const Yield yield = yield_of(batch_).value();
  EXPECT_EQ(yield.units, 20u);
  EXPECT_EQ(yield.scrapped, (std::map<std::string, std::size_t>{{"another key", 2}}));
  EXPECT_EQ(yield.failed, 1u);
  EXPECT_EQ(yield.retries, 2u);
  EXPECT_EQ(yield.mean, Millis{2400});
  EXPECT_EQ(yield.p95, Seconds{2});
  EXPECT_DOUBLE_EQ(yield.units_per_minute, 20.0);
  EXPECT_EQ(
      csv_of(yield),
      "figure,value\r\nbatch,one\r\nunits,20\r\nscrapped,2\r\nscrapped: another key,2\r\nfailed,1\r\nretries,2\r\n"
      "seconds mean,2.400\r\nseconds p95,2.000\r\nunits per minute,20.0\r\n");
  EXPECT_EQ(facts_of(yield).at("units").as_uint64(), 20u);
}

TEST_F(FactoryYield, APartThatBecameAUnitAfterAllIsNoScrap) {
  ASSERT_TRUE(record(batch_, entry("a", Outcome::failed, 1, "no answer")));
  EXPECT_EQ(yield_of(batch_).value().failed, 1u);
  ASSERT_TRUE(batch_.add("a", "{}"));
  ASSERT_TRUE(record(batch_, entry("a", Outcome::made, 5)));
  ASSERT_TRUE(record(batch_, entry("a", Outcome::present, 9)));
  const Yield yield = yield_of(batch_).value();
  EXPECT_EQ(yield.failed, 0u);
  EXPECT_EQ(yield.units, 1u);
}

TEST_F(FactoryYield, TheScrappedStandInTheirOwnFileWithTheReason) {
  ASSERT_TRUE(record(batch_, entry("a", Outcome::made, 1)));
  EXPECT_FALSE(file_exists(batch_.file("scrap.jsonl")));
  ASSERT_TRUE(record(batch_, entry("b", Outcome::scrapped, 2, "another key: of b")));
  const Buffer text = read_file(batch_.file("scrap.jsonl"), 1000).value();
  EXPECT_EQ(text_of(text), "{\"unique_id\":\"b\",\"reason\":\"another key: of b\",\"at\":\"2026-11-22T10:00:02Z\"}\n");
}

TEST_F(FactoryYield, ALineThatAPowerCutEndedIsPassedOver) {
  ASSERT_TRUE(record(batch_, entry("a", Outcome::failed, 1, "no answer")));
  const Buffer whole = read_file(batch_.file("line.jsonl"), 1000).value();
  ASSERT_TRUE(write_file_atomic(batch_.file("line.jsonl"), Bytes{whole}.first(whole.size() - 20), 0600));
  EXPECT_EQ(yield_of(batch_).value().failed, 0u);
  ASSERT_TRUE(record(batch_, entry("b", Outcome::failed, 2, "no answer")));
  EXPECT_EQ(yield_of(batch_).value().failed, 1u);
}

}  // namespace
}  // namespace signet::factory
