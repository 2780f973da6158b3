// firmware_scene_for_test.h -- a program runs as firmware on a real loop; its lines and its ends are kept.
#pragma once

#include "board/firmware.h"

#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>

namespace signet::board {

class FirmwareScene : public testing::Test, protected FirmwareEvents {
 protected:
  // With the test's own folder; started, and turned until `ends_wanted` of its ends.
  void run(FirmwareConfig config) {
    make(std::move(config));
    ASSERT_TRUE(firmware->start());
    const auto fuse = loop->after(Seconds{20}, [&] {
      ADD_FAILURE() << "took too long";
      loop->stop();
    });
    loop->run();
    loop->cancel(fuse);
  }
  void make(FirmwareConfig config) {
    config.folder = own;
    firmware.emplace(*loop, random, std::move(config), static_cast<FirmwareEvents&>(*this));
  }
  void on_firmware_text(std::string_view line) override { lines.emplace_back(line); }
  void on_firmware_request(const Frame&) override {}
  void on_firmware_refused(const char* call) override { refused.emplace_back(call); }
  void on_firmware_end(const std::string& how) override {
    ends.push_back(how);
    if (ends.size() >= ends_wanted) loop->stop();
  }

  SystemClock clock;
  crypto::SeededRandom_for_test random{3};
  Folder_for_test folder;
  const std::string own = folder.file("own");
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  std::optional<Firmware> firmware;
  std::vector<std::string> lines;
  std::vector<std::string> refused;
  std::vector<std::string> ends;
  std::size_t ends_wanted = 1;
};

}  // namespace signet::board
