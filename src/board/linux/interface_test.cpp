#include "board/linux/interface.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "board/linux/link.h"

#include <gtest/gtest.h>
#include <bit>
#include <filesystem>

namespace signet::board {
namespace {

constexpr std::string_view titles =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT        \n";
constexpr std::string_view routes_v6 =
    "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 "
    "00000001 00000000 00000001     wlan0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000258 "
    "00000001 00000000 00000003     wlan0\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff "
    "00000001 00000000 00200200       lo\n";

// As the kernel writes a gateway: the four bytes, read as a number of this machine.
std::string route_line(const std::string& interface, const std::string& rest) {
  return interface + "\t00000000\t" + (std::endian::native == std::endian::little ? "0104A8C0" : "C0A80401") + rest;
}

TEST(DefaultRoute, IsTheOneOfLeastMetric) {
  const std::string table = std::string{titles} + route_line("eth0", "\t0003\t0\t0\t600\t00000000\t0\t0\t0   \n") +
                            route_line("wlan0", "\t0003\t0\t0\t100\t00000000\t0\t0\t0   \n") +
                            "eth0\t0004A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0   \n";
  EXPECT_EQ(parse_default_route(table, ""), (DefaultRoute{"wlan0", "192.168.4.1", 100}));
  EXPECT_EQ(parse_default_route(table, "eth0"), (DefaultRoute{"eth0", "192.168.4.1", 600}));
  EXPECT_EQ(parse_default_route(table, "eth1"), std::nullopt);
}

TEST(DefaultRoute, IsNoneOfWhatLeadsNowhere) {
  const std::string good = "\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
  ASSERT_TRUE(parse_default_route(route_line("eth0", good), ""));
  for (const char* rest : {"\t0002\t0\t0\t0\t00000000\t0\t0\t0\n", "\t0203\t0\t0\t0\t00000000\t0\t0\t0\n",
                           "\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", "\t0003\t0\t0\tx\t00000000\t0\t0\t0\n",
                           "\tx\t0\t0\t0\t00000000\t0\t0\t0\n", "\t0003\t0\t0\t0\n", "\n", ""}) {
    EXPECT_FALSE(parse_default_route(route_line("eth0", rest), "")) << rest;
  }
  EXPECT_FALSE(parse_default_route(titles, ""));
  EXPECT_EQ(parse_default_route("ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\n", "")->gateway, "");
}

TEST(DefaultRoute, OfVersionSixIsReadToo) {
  EXPECT_EQ(parse_default_route_v6(routes_v6, ""), (DefaultRoute{"wlan0", "fe80::1", 0x258}));
  EXPECT_FALSE(parse_default_route_v6(routes_v6, "lo")) << "that one rejects";
  EXPECT_FALSE(parse_default_route_v6("0 0 0 0 0 0 0 0 0 wlan0\n", ""));
}

TEST(NameServer, IsTheFirstThatTheFileNames) {
  EXPECT_EQ(parse_name_server("# nameserver 1.1.1.1\nsearch lan\nnameserver\t192.168.4.1\nnameserver 8.8.8.8\n"),
            "192.168.4.1");
  EXPECT_EQ(parse_name_server("nameserver\n"), "");
  EXPECT_EQ(parse_name_server(""), "");
}

TEST(InterfaceName, IsPartOfNoOtherPath) {
  EXPECT_TRUE(is_interface_name("wlan0"));
  EXPECT_TRUE(is_interface_name(std::string(interface_name_bytes_max, 'w')));
  EXPECT_FALSE(is_interface_name(std::string(interface_name_bytes_max + 1, 'w')));
  for (const char* name : {"", ".", "..", "a/b", "a b", "a\n"}) EXPECT_FALSE(is_interface_name(name)) << name;
}

TEST(Interface, OfThisComputerHasWhatTheKernelSays) {
  const Interface lo = Interface::find("lo").value();
  ASSERT_TRUE(lo.has_address());
  const WifiInfo info = lo.info().value();
  EXPECT_EQ(info.ip, "127.0.0.1");
  EXPECT_EQ(info.mask, "255.0.0.0");
  EXPECT_EQ(info.mac, "00:00:00:00:00:00");
  EXPECT_EQ(info.gateway, "") << "nothing leads out by it";
  EXPECT_EQ(Interface::find("nosuch0").error().code, Errc::not_found);
  EXPECT_EQ(Interface::find("../lo").error().code, Errc::malformed);
}

class LinkTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(place.path() + "/lo");
    files.interfaces = place.path();
    files.resolver = place.file("resolver");
    carrier("1\n");
  }
  void carrier(const char* text) { ASSERT_TRUE(write_file_atomic(place.path() + "/lo/carrier", bytes_of(text), 0600)); }
  Folder_for_test place;
  SystemFiles files;
};

TEST_F(LinkTest, IsConnectedWhileItIsStartedWithACableAndAnAddress) {
  Link link{Interface::find("lo", files).value()};
  EXPECT_FALSE(link.connected());
  EXPECT_EQ(link.info().error().code, Errc::unavailable);
  ASSERT_TRUE(link.start());
  EXPECT_TRUE(link.connected());
  EXPECT_EQ(link.info().value().ip, "127.0.0.1");
  carrier("0\n");
  EXPECT_FALSE(link.connected());
  EXPECT_TRUE(link.started());
  carrier("1\n");
  EXPECT_TRUE(link.connected()) << "it goes on when the cable is in again";
  link.stop();
  EXPECT_FALSE(link.connected());
}

TEST_F(LinkTest, DoesNotStartWithoutACable) {
  for (const char* text : {"0\n", ""}) {
    carrier(text);
    Link link{Interface::find("lo", files).value()};
    EXPECT_EQ(link.start().error().code, Errc::not_found);
    EXPECT_FALSE(link.started());
  }
}

TEST_F(LinkTest, WithoutAnAddressItIsNotConnected) {
  std::filesystem::create_directories(place.path() + "/ghost0");  // a cable, and nobody who gives an address
  ASSERT_TRUE(write_file_atomic(place.path() + "/ghost0/carrier", bytes_of("1\n"), 0600));
  Link link{Interface::find("ghost0", files).value()};
  ASSERT_TRUE(link.start());
  EXPECT_FALSE(link.connected());
  EXPECT_EQ(link.info().error().code, Errc::unavailable);
}

TEST_F(LinkTest, AFileOfTheSystemHasASize) {
  const Interface lo = Interface::find("lo", files).value();
  std::string text = "nameserver 192.0.2.1\n";
  text.resize(system_file_bytes_max, '\n');
  ASSERT_TRUE(write_file_atomic(files.resolver, bytes_of(text), 0600));
  EXPECT_EQ(lo.info().value().dns, "192.0.2.1");
  text += '\n';
  ASSERT_TRUE(write_file_atomic(files.resolver, bytes_of(text), 0600));
  EXPECT_EQ(lo.info().value().dns, "");
}

}  // namespace
}  // namespace signet::board
