#include "guard/ban_list.h"
#include "guard/nft.h"

#include <gtest/gtest.h>

namespace signet::guard {
namespace {

const Timestamp now = parse_rfc3339("2026-01-01T00:00:00Z").value();

KeptBan ban(std::string_view address, Seconds left, bool is_manual = false, std::string reason = "") {
  return {Prefix::parse(address).value(), now + left, is_manual, is_manual ? 0u : 3u, std::move(reason)};
}

TEST(BanList, IsALineABan) {
  const std::vector<KeptBan> bans{ban("203.0.113.0/24", Seconds{60}, true, "scans, again"),
                                  ban("2001:db8::/64", Seconds{3600})};
  const std::string text =
      "signet bans 1\n"
      "203.0.113.0/24 2026-01-01T00:01:00Z person 0 scans, again\n"
      "2001:db8::/64 2026-01-01T01:00:00Z guard 3 \n";
  EXPECT_EQ(encode_ban_list(bans), text);
  EXPECT_EQ(decode_ban_list(text).value(), bans);
  EXPECT_TRUE(decode_ban_list("signet bans 1\n").value().empty());
}

TEST(BanList, OfAnythingElseTheLineIsNamedAndNothingOfItIsRepeated) {
  const std::string good = "203.0.113.7 2026-01-01T00:01:00Z guard 1 x";
  ASSERT_TRUE(decode_ban_list("signet bans 1\n" + good + "\n"));
  for (const std::string& bad :
       {std::string{}, good.substr(0, 40), std::string{"203.0.113 2026-01-01T00:01:00Z guard 1 x"},
        std::string{"203.0.113.7 yesterday guard 1 x"}, std::string{"203.0.113.7 2026-01-01T00:01:00Z god 1 x"},
        std::string{"203.0.113.7 2026-01-01T00:01:00Z guard -1 x"}, good + "\033",
        good + std::string(reason_bytes_max, 'x'), std::string{"root:$6$secret:1:0"}}) {
    const auto read = decode_ban_list("signet bans 1\n" + good + "\n" + bad + "\n");
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().what, "line 3 is no ban");
  }
  EXPECT_FALSE(decode_ban_list("signet bans 1\n" + good)) << "cut short";
  EXPECT_FALSE(decode_ban_list(""));
  EXPECT_FALSE(decode_ban_list("signet bans 2\n"));
}

TEST(BanList, HasLimits) {
  std::string most = "signet bans 1\n";
  const std::string line =
      encode_ban_list({{Prefix::parse("2001:db8:1111:2222:3333:4444:5555:6666/127").value(), now + Micros{123'456},
                        true, UINT32_MAX, std::string(reason_bytes_max, 'x')}})
          .substr(most.size());
  EXPECT_LE(line.size(), ban_line_bytes_max);
  for (std::size_t i = 0; i < bans_max; ++i) most += line;
  EXPECT_LE(most.size(), ban_list_bytes_max);
  EXPECT_TRUE(decode_ban_list(most));
  EXPECT_EQ(decode_ban_list(most + line).error().code, Errc::too_large);
}

TEST(NftScript, FillsTheSetsAnewInOneTransaction) {
  EXPECT_EQ(nft_script({ban("2001:db8::/64", Seconds{90}), ban("203.0.113.7", Seconds{2}),
                        ban("198.51.100.0/24", Seconds{60}, true, "}; flush ruleset #")},
                       now, 8883),
            "add table inet signet\n"
            "add set inet signet banned4 { type ipv4_addr; flags interval, timeout; }\n"
            "add set inet signet banned6 { type ipv6_addr; flags interval, timeout; }\n"
            "add counter inet signet dropped\n"
            "add chain inet signet gate { type filter hook prerouting priority -300; policy accept; }\n"
            "flush chain inet signet gate\n"
            "add rule inet signet gate tcp dport 8883 tcp flags & (fin|syn|rst|ack) == syn ip saddr @banned4 "
            "counter name dropped drop\n"
            "add rule inet signet gate tcp dport 8883 tcp flags & (fin|syn|rst|ack) == syn ip6 saddr @banned6 "
            "counter name dropped drop\n"
            "flush set inet signet banned4\n"
            "flush set inet signet banned6\n"
            "add element inet signet banned4 { 198.51.100.0/24 timeout 60s, 203.0.113.7 timeout 2s }\n"
            "add element inet signet banned6 { 2001:db8::/64 timeout 90s }\n");
}

TEST(NftScript, LeavesOutWhatHasEndedAndWhatAWiderBanCovers) {
  const std::string script =
      nft_script({ban("203.0.113.7", Seconds{3600}), ban("203.0.113.0/24", Seconds{60}), ban("203.0.112.9", Seconds{0}),
                  ban("203.0.114.1", Seconds{5}), ban("203.0.113.128/25", Seconds{5})},
                 now, 1);
  EXPECT_NE(script.find("{ 203.0.113.0/24 timeout 60s, 203.0.114.1 timeout 5s }\n"), script.npos) << script;
}

TEST(NftScript, TakesManyBansInLinesOfALengthThatNftReads) {
  std::vector<KeptBan> bans;
  for (unsigned n = 0; n < 1000; ++n)
    bans.push_back(ban("10.0." + std::to_string(n / 250) + "." + std::to_string(n % 250), Seconds{9}));
  const std::string script = nft_script(bans, now, 1);
  EXPECT_EQ(std::count(script.begin(), script.end(), ','), 2 + 1000 - 4);
}

}  // namespace
}  // namespace signet::guard
