#include "base/json.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct TwinTest : testing::Test {
  TwinTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Result<std::vector<DownMessage>> say(std::string_view payload) { return m.fleet.heard(who, payload); }
  std::string ask(std::string_view payload) {
    const auto answers = say(payload);
    EXPECT_TRUE(is_well(answers));
    EXPECT_EQ(answers.value().size(), 1u);
    return answers.value().at(0).payload;
  }
  Manager_for_test m;
  Admission who;
  const std::string now = std::to_string(epoch_millis(noon_for_test));
};

TEST_F(TwinTest, StatusOfANewDeviceIsEmpty) {
  EXPECT_EQ(ask(R"({"key":"#status","value":{}})"),
            R"({"version":)" + now + R"(,"key":"#status","value":{"current":null,"expected":null}})");
}

TEST(Twin, TheNextCaIsToldUntilTheDeviceTrustsIt) {
  Manager_for_test m{{}, R"({"ca":"PEM","signature":"00"})", "ab12"};
  m.set_up();
  const Admission who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  const auto expected = [&] {
    const auto answers = m.fleet.heard(who, R"({"key":"#status","value":{}})").value();
    return json::serialize(parse_json_object(answers.at(0).payload).value().at("value").at("expected"));
  };
  const std::string now = std::to_string(epoch_millis(noon_for_test));
  EXPECT_EQ(expected(), R"({"#ca":{"t":)" + now + R"(,"v":{"ca":"PEM","signature":"00"}}})");
  ASSERT_TRUE(is_well(m.fleet.heard(who, R"({"key":"__ca","value":{"trusts":["cd34"]}})")));
  EXPECT_NE(expected(), "null") << "that is another CA";
  ASSERT_TRUE(is_well(m.fleet.heard(who, R"({"key":"__ca","value":{"trusts":["cd34","ab12"]}})")));
  EXPECT_EQ(expected(), "null");
}

TEST_F(TwinTest, NowIsMillisecondsSince1970) {
  m.clock.advance(Millis{1234});
  const json::object answer = parse_json_object(ask(R"({"key":"#now","value":{}})")).value();
  EXPECT_EQ(answer.at("key"), "#now");
  EXPECT_EQ(answer.at("value"), epoch_millis(noon_for_test) + 1234);
}

TEST_F(TwinTest, WhatADeviceSaysStandsUntilItSaysNull) {
  EXPECT_TRUE(say(R"({"key":"__manifest","value":{"jobs":["reset"]}})").value().empty()) << "no answer";
  ASSERT_TRUE(is_well(say(R"({"key":"speed","value":10})")));
  m.clock.advance(Millis{5});
  ASSERT_TRUE(is_well(say(R"({"key":"speed","value":20})")));
  const std::string later = std::to_string(epoch_millis(noon_for_test) + 5);
  EXPECT_EQ(ask(R"({"key":"#status","value":{}})"),
            R"({"version":)" + later + R"(,"key":"#status","value":{"current":{"__manifest":{"t":)" + now +
                R"(,"v":{"jobs":["reset"]}},"speed":{"t":)" + later + R"(,"v":20}},"expected":null}})");
  const Twin twin = m.fleet.twin(m.owner, who.device).value();
  ASSERT_EQ(twin.current.size(), 2u);
  EXPECT_EQ(twin.current[1].value, "20");
  ASSERT_TRUE(is_well(say(R"({"key":"speed","value":null})")));
  EXPECT_EQ(m.fleet.twin(m.owner, who.device).value().current.size(), 1u);
}

TEST_F(TwinTest, TheModelOfTheBoardIsLearned) {
  ASSERT_TRUE(is_well(say(R"({"key":"__vm_info","value":{"vm_target":"devkit"}})")));
  EXPECT_EQ(m.fleet.find_device(m.owner, who.device).value().phys_id, "devkit");
}

TEST_F(TwinTest, WhatABoardFoundAndCouldNotTellGoesIntoTheAudit) {
  EXPECT_TRUE(say(R"({"key":"#incident","value":"the board was given another element"})").value().empty());
  EXPECT_EQ(m.last_audit().action, "board.incident");
  EXPECT_EQ(m.last_audit().subject, who.dcn);
  EXPECT_EQ(m.last_audit().detail, "the board was given another element");
  EXPECT_EQ(say(R"({"key":"#incident","value":7})").error().code, Errc::malformed);
}

TEST_F(TwinTest, AnUnknownRequestIsNotedAndNotAnswered) {
  EXPECT_TRUE(say(R"({"key":"#launch","value":{}})").value().empty());
  EXPECT_EQ(m.last_audit().action, "device.request");
  EXPECT_EQ(m.last_audit().subject, "#launch");
  EXPECT_EQ(m.last_audit().actor, "device " + who.device.str());
  EXPECT_FALSE(m.last_audit().allowed);
  EXPECT_TRUE(m.fleet.twin(m.owner, who.device).value().current.empty());
}

TEST_F(TwinTest, WhatIsNoMessageIsRefused) {
  for (const char* bad : {"", "x", "[]", R"({"key":"a"})", R"({"value":1})", R"({"key":1,"value":1})",
                          R"({"key":"","value":1})", "{\"key\":\"a\\n\",\"value\":1}"}) {
    EXPECT_TRUE(fails_with(say(bad), Errc::malformed)) << bad;
  }
  const std::string longest(twin_key_bytes_max, 'k');
  EXPECT_TRUE(is_well(say("{\"key\":\"" + longest + "\",\"value\":1}")));
  EXPECT_TRUE(fails_with(say("{\"key\":\"" + longest + "k\",\"value\":1}"), Errc::too_large));
  EXPECT_TRUE(fails_with(say(std::string(payload_bytes_max + 1, ' ')), Errc::too_large));
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(say(R"({"key":"a","value":1})"), Errc::exhausted));
}

TEST_F(TwinTest, ATwinHasLimits) {
  for (std::size_t i = 0; i < twin_keys_max; ++i) {
    ASSERT_TRUE(is_well(say("{\"key\":\"k" + std::to_string(i) + "\",\"value\":1}")));
  }
  EXPECT_TRUE(fails_with(say(R"({"key":"one more","value":1})"), Errc::exhausted));
  EXPECT_TRUE(is_well(say(R"({"key":"k7","value":2})"))) << "one that is there may change";
  EXPECT_TRUE(is_well(say(R"({"key":"k7","value":null})")));
  EXPECT_TRUE(is_well(say(R"({"key":"one more","value":1})")));
}

TEST_F(TwinTest, AllOfATwinFitsOneAnswer) {
  const std::size_t longest = twin_bytes_max - std::string_view{"k\"\""}.size();
  const auto keep = [&](std::size_t size) {
    return say("{\"key\":\"k\",\"value\":\"" + std::string(size, 'v') + "\"}");
  };
  EXPECT_TRUE(is_well(keep(longest)));
  EXPECT_TRUE(fails_with(keep(longest + 1), Errc::exhausted));
  EXPECT_TRUE(fails_with(say(R"({"key":"more","value":1})"), Errc::exhausted));
}

}  // namespace
}  // namespace signet::fleet
