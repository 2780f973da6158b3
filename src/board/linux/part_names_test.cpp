#include "board/linux/part_names.h"

#include "board/profile.h"

#include <gtest/gtest.h>

namespace signet::board {
namespace {

std::string all_of(const Result<PartNames>& names) {
  if (!names) return names.error().what;
  const PartNames& n = names.value();
  return n.wifi + " " + n.wifi_control + " " + n.ethernet + " " + n.console;
}

TEST(PartNames, WithoutAWordTheyAreVirtual) {
  EXPECT_EQ(all_of(settle_parts({}, false)), "virtual /run/wpa_supplicant virtual pty");
}

TEST(PartNames, OfHardwareAConsoleIsNamed) {
  EXPECT_EQ(all_of(settle_parts({.console = "serial:/dev/ttyS0"}, true)),
            "system /run/wpa_supplicant none serial:/dev/ttyS0");
  const auto none = settle_parts({}, true);
  EXPECT_EQ(none.error().code, Errc::conflict);
  EXPECT_NE(none.error().what.find("--console serial:"), std::string::npos);
}

TEST(PartNames, HardwareHasNoVirtualPart) {
  const PartNames real{.wifi = "wpa:wlan0", .ethernet = "eth0", .console = "serial:/dev/ttyS0"};
  ASSERT_TRUE(settle_parts(real, true));
  for (const auto& [part, virtual_name] :
       {std::pair{&PartNames::wifi, "virtual"}, {&PartNames::ethernet, "virtual"}, {&PartNames::console, "pty"}}) {
    PartNames mixed = real;
    mixed.*part = virtual_name;
    EXPECT_TRUE(settle_parts(mixed, false)) << "who mixes them may";
    const auto refused = settle_parts(mixed, true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_NE(refused.error().what.find("name "), std::string::npos) << "the next step";
  }
}

TEST(PartNames, AreKnownNames) {
  for (const PartNames& wrong : {PartNames{.wifi = "wlan0"}, PartNames{.wifi = "wpa:"}, PartNames{.wifi = "wpa:../x"},
                                 PartNames{.wifi_control = "run"}, PartNames{.ethernet = "../eth0"},
                                 PartNames{.console = "/dev/ttyS0"}, PartNames{.console = "serial:/dev/ttyS0:300"}}) {
    EXPECT_EQ(settle_parts(wrong, false).error().code, Errc::malformed)
        << wrong.wifi << wrong.wifi_control << wrong.ethernet << wrong.console;
  }
}

TEST(PartNames, ThoseOfTheExampleAreReal) {
  const std::string file = SIGNET_SOURCE_DIR "/examples/profiles/raspberry-pi.profile";
  const auto profile = load_config_file<Profile>(file, profile_fields);
  ASSERT_TRUE(profile) << profile.error().what;
  const Profile& p = profile.value();
  EXPECT_TRUE(DialRules::parse(p.reach));
  EXPECT_EQ(all_of(settle_parts({p.wifi, p.wifi_control, p.ethernet, p.console}, true)),
            "wpa:wlan0 /run/wpa_supplicant eth0 serial:/dev/serial0:115200");
}

class PartsTest : public testing::Test {
 protected:
  SystemClock clock;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
};

TEST_F(PartsTest, AreOpenedByTheirNames) {
  EXPECT_FALSE(open_real_wifi(*loop, {.wifi = "none"}, "/nowhere").value()->configure("a", "b"));
  EXPECT_TRUE(open_real_wifi(*loop, {.wifi = "system"}, "/nowhere").value()->configure("a", "b"));
  EXPECT_EQ(open_real_wifi(*loop, {.wifi = "wpa:nosuch0"}, "/nowhere").error().code, Errc::not_found);
  EXPECT_EQ(open_real_ethernet({.ethernet = "none"}).value(), nullptr);
  EXPECT_NE(open_real_ethernet({.ethernet = "lo"}).value(), nullptr);
  EXPECT_EQ(open_real_ethernet({.ethernet = "nosuch0"}).error().code, Errc::not_found);
}

}  // namespace
}  // namespace signet::board
