#include "board/dial_rules.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

bool reaches(const std::string& reach, const std::string& host, const std::string& address) {
  const DialRules rules = DialRules::parse(reach).value();
  return rules.check_host(host) && rules.check_address(host, address);
}

TEST(DialRules, WithoutAWordNothingIsReachedAndTheRefusalSaysWhatToAdd) {
  const DialRules rules = DialRules::parse("").value();
  const Status refused = rules.check_host("broker.example.org");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_NE(refused.error().what.find("reach = broker.example.org"), std::string::npos);
}

TEST(DialRules, ANameMeansItselfHoweverItIsWritten) {
  EXPECT_TRUE(reaches("broker.example.org", "broker.example.org", "192.0.2.7:1883"));
  EXPECT_TRUE(reaches("Broker.Example.ORG", "broker.example.org.", "192.0.2.7:1883"));
  EXPECT_FALSE(reaches("broker.example.org", "example.org", "192.0.2.7:1883"));
  EXPECT_FALSE(reaches("broker.example.org", "xbroker.example.org", "192.0.2.7:1883"));
  EXPECT_FALSE(reaches("broker.example.org", "192.0.2.7", "192.0.2.7:1883")) << "its address is not named";
}

TEST(DialRules, AStarMeansAllBelowAName) {
  EXPECT_TRUE(reaches("*.example.org", "a.b.example.org", "192.0.2.7:1"));
  EXPECT_FALSE(reaches("*.example.org", "example.org", "192.0.2.7:1"));
  EXPECT_FALSE(reaches("*.example.org", ".example.org", "192.0.2.7:1"));
  EXPECT_FALSE(reaches("*.example.org", "badexample.org", "192.0.2.7:1"));
}

TEST(DialRules, ANetMeansItsAddressesAndNoName) {
  EXPECT_TRUE(reaches("10.0.0.0/8", "10.1.2.3", "10.1.2.3:80"));
  EXPECT_FALSE(reaches("10.0.0.0/8", "11.1.2.3", "11.1.2.3:80"));
  EXPECT_FALSE(reaches("10.0.0.0/8", "inside.example.org", "10.1.2.3:80")) << "a name is not even looked up";
}

TEST(DialRules, AnyReachesTheHouseAndTheWorldButNothingSpecial) {
  EXPECT_TRUE(reaches("any", "example.org", "93.184.215.14:443"));
  EXPECT_TRUE(reaches("any", "printer.lan", "192.168.1.9:80"));
  EXPECT_TRUE(reaches("any", "example.org", "[2606:2800:21f::1]:443"));
  for (const char* special :
       {"127.0.0.1:80", "0.0.0.0:80", "169.254.169.254:80", "224.0.0.1:80", "255.255.255.255:80", "100.100.100.200:80",
        "[::1]:80", "[::]:80", "[fe80::1]:80", "[ff02::1]:80", "[fd00:ec2::254]:80", "[::ffff:127.0.0.1]:80",
        "[::ffff:169.254.169.254]:80", "[64:ff9b::7f00:1]:80"}) {
    EXPECT_FALSE(reaches("any", "rebound.example.org", special)) << special;
  }
}

TEST(DialRules, ASpecialAddressIsReachedOnlyWhenItIsNamedItself) {
  EXPECT_FALSE(reaches("localhost", "localhost", "127.0.0.1:80"));
  EXPECT_TRUE(reaches("localhost 127.0.0.1", "localhost", "127.0.0.1:80"));
  EXPECT_TRUE(reaches("127.0.0.0/8", "127.0.0.1", "127.0.0.1:80"));
}

TEST(DialRules, WhatIsNoRuleIsNamed) {
  for (const char* wrong : {"*", "*.", "http://example.org", "a/b", "10.0.0.0/33", "ok.example.org b@d"}) {
    EXPECT_EQ(DialRules::parse(wrong).error().code, Errc::malformed) << wrong;
  }
}

}  // namespace
}  // namespace signet::board
