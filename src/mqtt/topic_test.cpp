#include "mqtt/topic.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

TEST(MqttTopic, NamesHaveNoWildcardAndALimit) {
  EXPECT_TRUE(check_topic_name("j/data/dev-000000000000/t"));
  EXPECT_TRUE(check_topic_name("/"));
  EXPECT_TRUE(check_topic_name(std::string(topic_bytes_max, 'a')));
  EXPECT_FALSE(check_topic_name(""));
  EXPECT_FALSE(check_topic_name("a/#"));
  EXPECT_FALSE(check_topic_name("a/+/b"));
  const auto too_long = check_topic_name(std::string(topic_bytes_max + 1, 'a'));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Errc::too_large);
}

TEST(MqttTopic, WildcardsFillTheirLevel) {
  for (const char* good : {"#", "+", "a/#", "+/a/#", "a//b", "/", "$share/g/a"})
    EXPECT_TRUE(check_topic_filter(good)) << good;
  for (const char* bad : {"", "a#", "#/a", "a/#/b", "a+", "+a/b", "a/b+/c", "##"})
    EXPECT_FALSE(check_topic_filter(bad)) << bad;
}

TEST(MqttTopic, MatchesAsTheStandardSays) {
  struct Case {
    const char* filter;
    const char* topic;
    bool matches;
  };
  const Case cases[] = {
      {"a/b", "a/b", true},
      {"a/b", "a/bc", false},
      {"a/b", "a", false},
      {"a", "a/b", false},
      {"a/#", "a", true},
      {"a/#", "a/b/c", true},
      {"a/#", "ab", false},
      {"#", "a/b", true},
      {"+", "a", true},
      {"+", "/a", false},
      {"+/+", "/a", true},
      {"/+", "/a", true},
      {"a/+", "a", false},
      {"a/+", "a/", true},
      {"a/+/c", "a/b/c", true},
      {"a/+/c", "a/b/d", false},
      {"#", "$SYS/x", false},
      {"+/x", "$SYS/x", false},
      {"$SYS/#", "$SYS/x", true},
      {"a/", "a", false},
      {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
      {"sport/+", "sport", false},
  };
  for (const Case& c : cases) EXPECT_EQ(topic_matches(c.filter, c.topic), c.matches) << c.filter << " " << c.topic;
}

}  // namespace
}  // namespace signet::mqtt
