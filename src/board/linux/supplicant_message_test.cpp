#include "board/linux/supplicant_message.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

using What = SupplicantEvent::What;

SupplicantMessage parsed(std::string_view text) { return parse_supplicant_message(bytes_of(text)).value(); }

SupplicantEvent event(std::string_view text) { return std::get<SupplicantEvent>(parsed(text)); }

TEST(SupplicantMessage, IsAReplyOrAnEvent) {
  EXPECT_EQ(parsed("OK\n"), SupplicantMessage{SupplicantReply{"OK"}});
  EXPECT_EQ(parsed("0\n"), SupplicantMessage{SupplicantReply{"0"}});
  EXPECT_EQ(event("<3>CTRL-EVENT-CONNECTED - Connection to 00:11:22:33:44:55 completed [id=2 id_str=]"),
            (SupplicantEvent{What::connected, 2u}));
  EXPECT_EQ(event("<3>CTRL-EVENT-DISCONNECTED bssid=00:11:22:33:44:55 reason=3 locally_generated=1").what,
            What::disconnected);
  EXPECT_EQ(event("<3>CTRL-EVENT-NETWORK-NOT-FOUND ").what, What::not_found);
  EXPECT_EQ(event("<3>CTRL-EVENT-TERMINATING ").what, What::terminating);
  EXPECT_EQ(event("<2>CTRL-EVENT-SCAN-STARTED "), SupplicantEvent{});
  EXPECT_EQ(event("<3>"), SupplicantEvent{});
}

TEST(SupplicantMessage, SaysWhyANetworkIsDisabled) {
  const std::string begin = "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=1 ssid=\"Lab\" auth_failures=1 duration=10";
  EXPECT_EQ(event(begin + " reason=WRONG_KEY"), (SupplicantEvent{What::disabled, 1u, true}));
  EXPECT_EQ(event(begin + " reason=CONN_FAILED"), (SupplicantEvent{What::disabled, 1u}));
  EXPECT_EQ(event(begin), (SupplicantEvent{What::disabled, 1u}));
}

TEST(SupplicantMessage, TheNameOfANetworkPassesForNothingElse) {
  const SupplicantEvent said =
      event("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=1 ssid=\" id=7 reason=WRONG_KEY\" auth_failures=1 reason=CONN_FAILED");
  EXPECT_EQ(said, (SupplicantEvent{What::disabled, 1u}));
  EXPECT_EQ(event("<3>CTRL-EVENT-SSID-TEMP-DISABLED ssid=\" id=7\"").network, std::nullopt);
}

TEST(SupplicantMessage, WhatIsNeitherIsRefused) {
  for (const char* text : {"", "\n", "<", "<>x", "<x>CTRL-EVENT-CONNECTED", "<3", "OK\nOK\n", "\x01", "\xff\xfe"}) {
    EXPECT_EQ(parse_supplicant_message(bytes_of(text)).error().code, Errc::malformed) << text;
  }
  EXPECT_TRUE(parse_supplicant_message(Buffer(supplicant_message_bytes_max, 'x')));
  EXPECT_EQ(parse_supplicant_message(Buffer(supplicant_message_bytes_max + 1, 'x')).error().code, Errc::too_large);
}

TEST(SupplicantCommand, ANameEndsNone) {
  EXPECT_EQ(ssid_command(3, "Lab"), "SET_NETWORK 3 ssid 4c6162");
  EXPECT_EQ(ssid_command(0, "a\" \n"), "SET_NETWORK 0 ssid 6122200a");
  EXPECT_TRUE(check_ssid(std::string(ssid_bytes_max, 's')));
  EXPECT_FALSE(check_ssid(std::string(ssid_bytes_max + 1, 's')));
  EXPECT_FALSE(check_ssid(""));
}

TEST(SupplicantCommand, AKeyIsAPhraseOrDigitsOrNone) {
  const std::string digits(64, 'a');
  EXPECT_EQ(text_of(key_command(0, bytes_of("correct \"horse")).reveal()), "SET_NETWORK 0 psk \"correct \"horse\"");
  EXPECT_EQ(text_of(key_command(0, bytes_of(digits)).reveal()), "SET_NETWORK 0 psk " + digits);
  EXPECT_EQ(text_of(key_command(0, {}).reveal()), "SET_NETWORK 0 key_mgmt NONE");
  for (const std::string& good :
       {std::string{}, std::string(passphrase_bytes_min, 'p'), digits, std::string(passphrase_bytes_max, '~')}) {
    EXPECT_TRUE(check_wifi_password(good)) << good;
  }
  for (const std::string& bad : {std::string(passphrase_bytes_min - 1, 'p'), std::string(64, 'g'), std::string(65, 'a'),
                                 std::string{"correct\nhorse"}, std::string{"corr\xc3\xa9 horse"}}) {
    EXPECT_EQ(check_wifi_password(bad).error().code, Errc::malformed) << bad;
  }
}

}  // namespace
}  // namespace signet::board
