#include "gateway/topic.h"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

TEST(GatewayTopic, ADeviceHasThreeRoadsAndNoOther) {
  const DeviceId dev = DeviceId::parse("dev-000000000001").value();
  const auto tag = [&](std::string_view topic) { return parse_topic(topic, dev).value().tag; };
  EXPECT_EQ(tag("j/data/dev-000000000001/a"), "a");
  EXPECT_EQ(tag("j/data/dev-000000000001/a/b"), "a/b");
  EXPECT_EQ(tag("j/data/dev-000000000001"), "");
  EXPECT_EQ(parse_topic("j/data/dev-000000000001/a", dev).value().road, Road::data);
  EXPECT_EQ(parse_topic("j/up/dev-000000000001", dev).value().road, Road::up);
  EXPECT_EQ(down_topic(dev), "j/dn/dev-000000000001");
  const char* foreign[] = {"j/data/dev-000000000002/a",
                           "j/data/dev-0000000000011",
                           "j/data/dev-000000000001/",
                           "j/up/dev-000000000001/x",
                           "j/up/dev-000000000002",
                           "j/dn/dev-000000000001",
                           "j/data",
                           "j/data/",
                           "/j/data/dev-000000000001",
                           "J/data/dev-000000000001",
                           "",
                           "$SYS/x"};
  for (const char* topic : foreign) {
    const auto refused = parse_topic(topic, dev);
    ASSERT_FALSE(refused) << topic;
    EXPECT_EQ(refused.error().code, Errc::forbidden);
  }
}

}  // namespace
}  // namespace signet::gateway
