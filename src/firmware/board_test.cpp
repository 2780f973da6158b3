#include "firmware/played_board_for_test.h"

#include <signet/board.h>

namespace signet::firmware {
namespace {

class FirmwareBoard : public testing::Test {
 protected:
  PlayedBoard_for_test board;
};

TEST_F(FirmwareBoard, WifiHasAnExceptionForEachReason) {
  wifi::configure("lab", "secret");
  EXPECT_EQ(json::serialize(board.asked("wifi.configure")),
            R"({"ssid":"lab","password":"secret","do":"wifi.configure"})");
  wifi::configure();
  EXPECT_FALSE(board.asked("wifi.configure", 1).contains("ssid")) << "the one that its owner stored";
  wifi::start();
  board.refuse("wifi.start", Errc::unauthenticated);
  EXPECT_THROW(wifi::start(), WifiBadPassword);
  board.refuse("wifi.start", Errc::not_found);
  EXPECT_THROW(wifi::start(), WifiBadSSID);
  board.refuse("wifi.start", Errc::conflict);
  EXPECT_THROW(wifi::start(), WifiException);
  board.answer("wifi.info",
               {{"dhcp", true}, {"ip", "10.0.0.2"}, {"mask", "m"}, {"gateway", "g"}, {"dns", "d"}, {"mac", "02"}});
  EXPECT_EQ(wifi::info().ip, "10.0.0.2");
  wifi::stop();
}

TEST_F(FirmwareBoard, TheElementSaysWhoItIsAndSigns) {
  board.answer("element.uid", {{"uid", "0123"}});
  board.answer("element.pubkey", {{"pubkey", "aabb"}});
  board.answer("element.common_name", {{"common_name", "sn0123"}});
  board.answer("element.certificate", {{"certificate", "MAA="}});
  board.answer("element.sign", {{"signature", "0102"}});
  EXPECT_EQ(element::uid() + element::pubkey() + element::common_name(), "0123aabbsn0123");
  EXPECT_EQ(element::get_device_certificate(), "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(element::sign("hello"), "0102");
  EXPECT_EQ(json::serialize(board.asked("element.sign")), R"({"message":"aGVsbG8=","do":"element.sign"})");
  board.refuse("element.uid", Errc::unavailable);
  EXPECT_THROW(element::uid(), Refused);
}

TEST_F(FirmwareBoard, SecretsOfTheOwnerAreBytes) {
  board.answer("secret.get", {{"value", "azE="}});
  board.answer("secret.names", {{"names", {"api.key"}}});
  EXPECT_EQ(secret::get("api.key"), "k1");
  EXPECT_EQ(secret::names(), std::vector<std::string>{"api.key"});
  for (const Errc code : {Errc::not_found, Errc::forbidden}) {
    board.refuse("secret.get", code);
    EXPECT_THROW(secret::get("other"), std::out_of_range);
  }
  board.refuse("secret.get", Errc::corrupt);
  EXPECT_THROW(secret::get("other"), Refused);
}

TEST_F(FirmwareBoard, TheWatchdogIsSetUpAndKicked) {
  watchdog::setup(std::chrono::seconds{2});
  EXPECT_EQ(json::serialize(board.asked("watchdog.setup")), R"({"ms":2000,"do":"watchdog.setup"})");
  watchdog::kick();
  board.refuse("watchdog.setup", Errc::malformed);
  EXPECT_THROW(watchdog::setup(std::chrono::milliseconds{1}), std::invalid_argument);
}

TEST_F(FirmwareBoard, TheProcessorSaysWhyTheProgramBegan) {
  const std::map<std::string, mcu::ResetReason> reasons{{"power", mcu::ResetReason::power},
                                                        {"software", mcu::ResetReason::software},
                                                        {"watchdog", mcu::ResetReason::watchdog},
                                                        {"crash", mcu::ResetReason::crash}};
  for (const auto& [name, reason] : reasons) {
    board.answer("board.summary", {{"reset_reason", name}});
    EXPECT_EQ(mcu::reset_reason(), reason);
  }
  mcu::reset();
  board.asked("agent.reset");
  signet::board::init();
  board.asked("board.init");
}

TEST_F(FirmwareBoard, PrintsWhatItIsMadeOf) {
  board.answer("board.summary", {{"board", "virtual"},
                                 {"release", "1"},
                                 {"element", "ATECC608B"},
                                 {"dcn", "sn01"},
                                 {"personalised", false},
                                 {"device", nullptr},
                                 {"firmware", "Factory"}});
  testing::internal::CaptureStdout();
  signet::board::summary();
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "Board:    virtual, signet-board 1\nElement:  ATECC608B sn01 (blank)\n"
            "Device:   not claimed\nFirmware: Factory\n");
}

}  // namespace
}  // namespace signet::firmware
