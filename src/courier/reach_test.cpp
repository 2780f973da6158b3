#include "courier/reach.h"

#include <gtest/gtest.h>

namespace signet::courier {
namespace {

TEST(Reach, PublicAddressesAreReachedOverTlsAlone) {
  const Reach reach;
  for (const char* address : {"1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::8"}) {
    EXPECT_TRUE(reach.judge(address, true)) << address;
    EXPECT_FALSE(reach.judge(address, false)) << address;
  }
}

TEST(Reach, WhatIsNotPublicIsNotReached) {
  const Reach reach;
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "127.0.0.1",
                              "127.255.255.254",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "100.127.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "198.18.0.1",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "::ffff:169.254.169.254",
                              "64:ff9b::7f00:1",
                              "fe80::1",
                              "fec0::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "ff02::1",
                              "100::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "5f00::1"}) {
    EXPECT_FALSE(reach.judge(address, true)) << address;
  }
  EXPECT_TRUE(reach.judge("::ffff:8.8.8.8", true)) << "the same as 8.8.8.8";
  EXPECT_FALSE(reach.judge("sink.example.org", true)) << "no address";
}

TEST(Reach, TheOperatorMayAllowMore) {
  const Reach reach = Reach::parse("127.0.0.0/8 10.1.2.3 fd12::/16").value();
  for (const char* address : {"127.0.0.1", "::ffff:127.0.0.9", "10.1.2.3", "fd12::7"}) {
    EXPECT_TRUE(reach.judge(address, true)) << address;
    EXPECT_TRUE(reach.judge(address, false)) << address << " in the clear";
  }
  for (const char* address : {"10.1.2.4", "::1", "fd13::7"}) EXPECT_FALSE(reach.judge(address, true)) << address;
  EXPECT_FALSE(Reach::parse("127.0.0.1 everywhere"));
}

TEST(Reach, AUrlIsJudgedAsFarAsItTells) {
  const Reach closed;
  EXPECT_TRUE(closed.check_url("https://sink.example.org/zdm/data?key=1"));
  EXPECT_TRUE(closed.check_url("https://sink.example.org:8443/"));
  EXPECT_TRUE(closed.check_url("https://8.8.8.8/"));
  for (const char* url : {"",
                          "sink",
                          "http://sink.example.org/",
                          "ftp://sink.example.org/",
                          "file:///etc/passwd",
                          "gopher://a/",
                          "https://",
                          "https://user:secret@a/",
                          "https://user@a/",
                          "https://a/#part",
                          "https://127.0.0.1/",
                          "https://2130706433/",
                          "https://0x7f000001/",
                          "https://0177.0.0.1/",
                          "https://127.1/",
                          "https://0/",
                          "https://[::1]/",
                          "https://[::ffff:127.0.0.1]/",
                          "https://[::ffff:7f00:1]/",
                          "https://a b/",
                          "https://[fe80::1%25eth0]/",
                          "https://169.254.169.254/latest/meta-data/"}) {
    EXPECT_FALSE(closed.check_url(url)) << url;
  }
  const Reach open = Reach::parse("127.0.0.0/8").value();
  EXPECT_TRUE(open.check_url("http://127.0.0.1:8080/"));
  EXPECT_TRUE(open.check_url("https://2130706433/"));
  EXPECT_FALSE(open.check_url("http://8.8.8.8/")) << "in the clear";
  EXPECT_FALSE(open.check_url("https://10.0.0.1/"));
}

}  // namespace
}  // namespace signet::courier
