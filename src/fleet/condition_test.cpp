// What a device says has begun, and has ended.
#include "base/json.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

#include <gtest/gtest.h>

namespace signet::fleet {
namespace {

struct ConditionTest : testing::Test {
  ConditionTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Result<std::vector<DownMessage>> say(const std::string& value) {
    return m.fleet.heard(who, R"({"key":"condition","value":)" + value + "}");
  }
  void open(const std::string& uuid, const std::string& more = "") {
    EXPECT_TRUE(is_well(say(R"({"uuid":")" + uuid + R"(","tag":"door")" + more + "}")));
  }
  void close(const std::string& uuid, const std::string& more = "") {
    EXPECT_TRUE(is_well(say(R"({"uuid":")" + uuid + R"(","finish":null)" + more + "}")));
  }
  std::vector<Condition> all(ConditionQuery query = {}) {
    query.workspace = m.workspace.id;
    std::vector<Condition> out;
    for (const ConditionRow& row : m.fleet.conditions(m.owner, query).value()) out.push_back(row.condition);
    return out;
  }
  std::string open_list() {
    const auto answers = m.fleet.heard(who, R"({"key":"#conditions","value":{}})");
    return json::serialize(parse_json_object(answers.value().at(0).payload).value().at("value"));
  }
  Manager_for_test m;
  Admission who;
};

TEST_F(ConditionTest, OpensAndEnds) {
  open("1593073070356.4473", R"(,"payload":{"by":"ann"},"start":"2025-12-31T11:00:00.5Z")");
  EXPECT_EQ(open_list(), R"({"1593073070356.4473":{"tag":"door","start":"2025-12-31T11:00:00.500000Z"}})");
  m.clock.advance(Seconds{60});
  close("1593073070356.4473", R"(,"payloadf":{"by":"bob"})");
  EXPECT_EQ(open_list(), "{}");
  const Condition one = all().at(0);
  EXPECT_EQ(one.payload, R"({"by":"ann"})");
  EXPECT_EQ(one.payloadf, R"({"by":"bob"})");
  EXPECT_EQ(one.start, parse_rfc3339("2025-12-31T11:00:00.5Z").value());
  EXPECT_EQ(one.finish, m.clock.now());
}

TEST_F(ConditionTest, IsOpenedOnceThoughItIsToldTwice) {
  open("a", R"(,"payload":1)");
  m.clock.advance(Seconds{5});
  open("a", R"(,"payload":2)");
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(all()[0].payload, "2") << "brought up to date";
  EXPECT_EQ(all()[0].start, noon_for_test);
  close("a");
  open("a");
  close("a", R"(,"payloadf":"late")");
  EXPECT_EQ(all().at(0).payloadf, "null") << "what has ended stays as it ended";
}

TEST_F(ConditionTest, AnEndThatNobodyOpenedAndOneBeforeItsBeginning) {
  close("never");
  EXPECT_TRUE(all().empty());
  open("a");
  EXPECT_TRUE(is_well(say(R"({"uuid":"a","finish":"2024-01-01T00:00:00Z"})")));
  EXPECT_EQ(all().at(0).finish, noon_for_test);
}

TEST_F(ConditionTest, WhatIsNoConditionIsRefused) {
  for (const char* value : {"1", "[]", "{}", R"({"uuid":""})", R"({"uuid":1,"tag":"t"})", R"({"uuid":"a"})",
                            R"({"uuid":"a","tag":"t","start":"noon"})", R"({"uuid":"a","tag":"t","start":7})",
                            R"({"uuid":"a","tag":"t","start":"2031-01-01T00:00:00Z"})"}) {
    EXPECT_TRUE(fails_with(say(value), Errc::malformed)) << value;
  }
  EXPECT_TRUE(fails_with(say(R"({"uuid":")" + std::string(condition_uuid_bytes_max + 1, 'u') + R"(","tag":"t"})"),
                         Errc::too_large));
  open(std::string(condition_uuid_bytes_max, 'u'));
  open("a", R"(,"payload":")" + std::string(condition_payload_bytes_max - 2, 'p') + '"');
  const std::string longer = R"(,"payload":")" + std::string(condition_payload_bytes_max - 1, 'p') + '"';
  EXPECT_TRUE(fails_with(say(R"({"uuid":"b","tag":"t")" + longer + "}"), Errc::too_large));
}

TEST_F(ConditionTest, SoManyAreOpenAndSoManyAreKept) {
  for (std::size_t i = 0; i < conditions_open_max; ++i) open(std::to_string(i));
  EXPECT_TRUE(fails_with(say(R"({"uuid":"more","tag":"door"})"), Errc::exhausted));
  open("0", R"(,"payload":1)");
  close("0");
  open("more");
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) -> Status {
    for (std::size_t i = 0; i < conditions_kept_max; ++i) {
      Condition ended{.device = who.device, .uuid = "ended " + std::to_string(i), .finish = noon_for_test};
      TRY(to.put_condition(ended));
    }
    return {};
  })));
  close("more");
  ConditionQuery query;
  query.size = conditions_page_max;
  query.open = false;
  EXPECT_EQ(all(query).size(), conditions_kept_max);
  query.open = true;
  EXPECT_EQ(all(query).size(), conditions_open_max - 1) << "open ones are not forgotten";
  query.size = conditions_page_max + 1;
  EXPECT_TRUE(fails_with(m.fleet.conditions(m.owner, query), Errc::not_found));
  query.workspace = m.workspace.id;
  EXPECT_TRUE(fails_with(m.fleet.conditions(m.owner, query), Errc::too_large));
}

TEST_F(ConditionTest, IsTheOwnersAlone) {
  open("a");
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(m.fleet.conditions(eve, {.workspace = m.workspace.id}), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.conditions(eve, {.workspace = {}, .device = who.device}), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
