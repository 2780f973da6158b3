// What people expect of a device, and how it comes to agree.
#include "base/json.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

#include <gtest/gtest.h>

namespace signet::fleet {
namespace {

struct VariableTest : testing::Test {
  VariableTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
    m.fleet.observe(&m);
  }
  ~VariableTest() override { m.fleet.observe(nullptr); }
  Result<Twin> set(const std::string& key, const std::string& value) {
    return m.fleet.expect(m.owner, who.device, {{key, value}});
  }
  void say(const std::string& message) { EXPECT_TRUE(is_well(m.fleet.heard(who, message))) << message; }
  std::string expected() {
    std::string out;
    for (const TwinEntry& one : m.store.twin(who.device).value().expected) out += one.key + "=" + one.value + " ";
    return out;
  }
  std::int64_t version(std::size_t told) { return parse_json_object(m.told.at(told)).value().at("version").as_int64(); }
  Manager_for_test m;
  Admission who;
};

TEST_F(VariableTest, AWishIsToldAndStandsUntilTheDeviceSaysTheSame) {
  ASSERT_TRUE(is_well(set("speed", R"({"rpm": 10})")));
  const std::string version = std::to_string(epoch_millis(noon_for_test));
  EXPECT_EQ(m.told, std::vector{R"({"version":)" + version + R"(,"key":"speed","value":{"rpm":10}})"});
  EXPECT_EQ(m.last_audit().action, "twin.expect");
  EXPECT_EQ(m.last_audit().detail, "speed") << "names, and no values";
  say(R"({"key":"speed","value":{"rpm":5}})");
  EXPECT_EQ(expected(), "speed={\"rpm\": 10} ") << "that was on its way before";
  say(R"({"key":"speed","value":{"rpm":10}})");
  EXPECT_EQ(expected(), "");
  EXPECT_EQ(m.store.twin(who.device).value().current.at(0).value, R"({"rpm":10})");
}

TEST_F(VariableTest, AnAnswerThatNamesItsVersionEndsTheWishWhateverItSays) {
  ASSERT_TRUE(is_well(set("speed", "1000")));
  ASSERT_TRUE(is_well(set("speed", "2000")));
  EXPECT_LT(version(0), version(1)) << "within the same millisecond";
  say(R"({"key":"speed","value":900,"version":)" + std::to_string(version(0)) + "}");
  EXPECT_EQ(expected(), "speed=2000 ") << "that was the answer to the first";
  say(R"({"key":"speed","value":900,"version":)" + std::to_string(version(1)) + "}");
  EXPECT_EQ(expected(), "") << "it goes no faster";
}

TEST_F(VariableTest, WhatTheDeviceSaysAlreadyIsNotExpectedOfIt) {
  say(R"({"key":"speed","value":10})");
  ASSERT_TRUE(is_well(set("speed", "10.0")));
  EXPECT_EQ(expected(), "speed=10.0 ") << "a real number is not the integer";
  ASSERT_TRUE(is_well(set("speed", " 10")));
  EXPECT_EQ(expected(), "");
  ASSERT_TRUE(is_well(set("speed", "11")));
  ASSERT_TRUE(is_well(set("speed", "null")));
  EXPECT_EQ(expected(), "") << "null takes it back";
}

TEST_F(VariableTest, SeveralAreExpectedTogetherOrNotAtAll) {
  EXPECT_TRUE(fails_with(m.fleet.expect(m.owner, who.device, {{"a", "1"}, {"@b", "2"}}), Errc::malformed));
  EXPECT_EQ(expected(), "");
  const Twin twin = m.fleet.expect(m.owner, who.device, {{"a", "1"}, {"b", "2"}}).value();
  EXPECT_EQ(twin.expected.size(), 2u);
  EXPECT_EQ(m.told.size(), 2u);
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(set("c", "3"), Errc::exhausted));
  EXPECT_EQ(m.told.size(), 2u) << "what was not written is not told";
}

TEST_F(VariableTest, ADecisionOnWhatHasChangedSinceIsRefused) {
  const std::string seen = version_of(m.fleet.twin(m.owner, who.device).value().expected);
  const Twin twin = m.fleet.expect(m.owner, who.device, {{"a", "1"}}, seen).value();
  EXPECT_TRUE(fails_with(m.fleet.expect(m.owner, who.device, {{"a", "2"}}, seen), Errc::conflict));
  EXPECT_TRUE(is_well(m.fleet.expect(m.owner, who.device, {{"a", "2"}}, version_of(twin.expected))));
}

TEST_F(VariableTest, WhatNoDeviceCouldTakeIsRefused) {
  for (const std::string& name : {std::string{}, std::string{"@job"}, std::string{"#status"}, std::string{"__manifest"},
                                  std::string{"condition"}}) {
    EXPECT_TRUE(fails_with(set(name, "1"), Errc::malformed)) << name;
  }
  EXPECT_TRUE(is_well(set(std::string(twin_key_bytes_max, 'k'), "1")));
  EXPECT_TRUE(fails_with(set(std::string(twin_key_bytes_max + 1, 'k'), "1"), Errc::too_large));
  EXPECT_TRUE(fails_with(set("a", "{"), Errc::malformed));
  EXPECT_TRUE(is_well(set("a", '"' + std::string(wish_bytes_max - 2, 'v') + '"')));
  EXPECT_TRUE(fails_with(set("a", '"' + std::string(wish_bytes_max, 'v') + '"'), Errc::too_large));
  EXPECT_TRUE(
      fails_with(set("a", std::string(json_depth_max, '[') + std::string(json_depth_max, ']')), Errc::malformed));
  const std::vector<Wish> none, many(twin_keys_max + 1, Wish{"a", "1"});
  EXPECT_TRUE(fails_with(m.fleet.expect(m.owner, who.device, none), Errc::malformed));
  EXPECT_TRUE(fails_with(m.fleet.expect(m.owner, who.device, many), Errc::too_large));
}

TEST_F(VariableTest, TogetherTheyFitTheMessageThatTellsThem) {
  const std::string large = '"' + std::string(wish_bytes_max - 2, 'v') + '"';
  for (std::size_t i = 0; i < twin_bytes_max / wish_bytes_max - 1; ++i) {
    ASSERT_TRUE(is_well(set("v" + std::to_string(i), large)));
  }
  ASSERT_TRUE(is_well(set("small", "1")));
  EXPECT_TRUE(fails_with(set("last", large), Errc::exhausted));
  EXPECT_TRUE(is_well(set("v0", large))) << "in place of another";
  std::vector<Wish> many;
  for (std::size_t i = 0; i < twin_keys_max; ++i) many.push_back({"k" + std::to_string(i), "1"});
  EXPECT_TRUE(fails_with(m.fleet.expect(m.owner, who.device, many), Errc::exhausted));
}

TEST_F(VariableTest, IsTheOwnersAlone) {
  EXPECT_TRUE(fails_with(m.fleet.expect(m.stranger(), who.device, {{"a", "1"}}), Errc::not_found));
}

}  // namespace
}  // namespace signet::fleet
