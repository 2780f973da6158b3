#include "guard/prefix.h"

#include <gtest/gtest.h>

namespace signet::guard {
namespace {

std::string read(const char* text) {
  const auto parsed = Prefix::parse(text);
  return parsed ? parsed.value().text() : "refused";
}

TEST(Prefix, IsReadAndWritten) {
  EXPECT_EQ(read("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(read("203.0.113.7/24"), "203.0.113.0/24");
  EXPECT_EQ(read("203.0.113.7/32"), "203.0.113.7");
  EXPECT_EQ(read("203.0.113.7/0"), "0.0.0.0/0");
  EXPECT_EQ(read("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(read("2001:DB8:1:2::ffff/64"), "2001:db8:1:2::/64");
  EXPECT_EQ(read("2001:db8:ffff::/33"), "2001:db8:8000::/33");
  EXPECT_EQ(read("::ffff:203.0.113.7"), "203.0.113.7") << "the same peer, seen by a socket for both";
}

TEST(Prefix, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", "/", "203.0.113", "203.0.113.256", "203.0.113.7/33", "203.0.113.7/", "203.0.113.7/-1",
                           "203.0.113.7/1x", "2001:db8::/129", "2001:db8::g", "localhost", "fe80::1%eth0",
                           "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"}) {
    EXPECT_EQ(read(text), "refused") << text;
  }
}

TEST(Prefix, APeerIsItsAddressWithoutItsPort) {
  EXPECT_EQ(Prefix::of_peer("203.0.113.7:51234").value().text(), "203.0.113.7");
  EXPECT_EQ(Prefix::of_peer("[2001:db8::1]:443").value().text(), "2001:db8::1");
  EXPECT_FALSE(Prefix::of_peer("unix"));
}

TEST(Prefix, ASiteIsWhatOneCustomerHolds) {
  const Prefix four = Prefix::parse("203.0.113.7").value(), six = Prefix::parse("2001:db8:1:2:3::4").value();
  EXPECT_EQ(four.site().text(), "203.0.113.7");
  EXPECT_EQ(four.net().text(), "203.0.113.0/24");
  EXPECT_EQ(six.site().text(), "2001:db8:1:2::/64");
  EXPECT_EQ(six.net().text(), "2001:db8:1::/48");
  EXPECT_TRUE(four.net().covers(four));
  EXPECT_FALSE(four.covers(four.net()));
  EXPECT_FALSE(Prefix::parse("203.0.112.0/24").value().covers(four));
  EXPECT_FALSE(Prefix::parse("0.0.0.0/0").value().covers(six));
}

}  // namespace
}  // namespace signet::guard
