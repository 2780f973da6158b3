// flash_scene_for_test.h -- an owner's release key, its images, and a board's folder that goes with the test.
#pragma once

#include "board/flash/bootloader.h"
#include "board/flash/flasher.h"
#include "image/archive.h"
#include "image/signed_for_test.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <filesystem>

namespace signet::board {

// Counts as a chip does.
struct CountingElement_for_test final : element::Element {
  std::array<std::uint32_t, 2> counters{};
  bool silent = false;
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return Error{Errc::not_found, "none"}; }
  Result<crypto::Signature> sign(const crypto::Digest&) override { return Error{Errc::not_found, "none"}; }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "blank"}; }
  Result<std::uint32_t> counter(unsigned id) override {
    if (silent) return Error{Errc::unavailable, "no answer"};
    return counters[id];
  }
  Result<std::uint32_t> increment(unsigned id) override { return ++counters[id]; }
};

class FlashScene_for_test : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/signet-flash-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
  }
  void TearDown() override {
    loader.reset();
    std::filesystem::remove_all(folder);
  }
  Buffer os(image::Version version = {2, 0, 0, 0}, std::uint32_t counter = 1) const {
    image::Facts facts{.version = version, .board = "virtual", .kind = image::Kind::os};
    facts.security_counter = counter;
    return owner.image(facts, bytes_of("an OS"));
  }
  Buffer application(image::Version version, std::uint32_t counter = 1, std::string_view main = "print('one')\n",
                     const std::string& board = "virtual") const {
    image::Facts facts{.version = version, .board = board, .kind = image::Kind::python};
    facts.os_version = image::Version{2, 0, 0, 0};
    facts.security_counter = counter;
    const std::vector<image::File> files{{"main.py", bytes_of(main)}, {"resources/a.txt", bytes_of("a")}};
    return owner.image(facts, image::encode_project(files).value());
  }
  Status flash(std::vector<Buffer> images) {
    return flash_board({.folder = folder, .board = "virtual", .keys = {owner.public_key}, .images = std::move(images)});
  }
  boot::Outcome start(boot::Reset why = boot::Reset::power) {
    loader.reset();
    loader = Bootloader::open(folder, "virtual", element).value();
    loader->on_say([this](const std::string& line) { said.push_back(line); });
    return loader->start(why);
  }
  Status bring(Bytes image, boot::Part part = boot::Part::application) {
    TRY(loader->prepare(part));
    TRY(loader->write(part, 0, image));
    return loader->request(boot::parts_of(part));
  }
  image::Version version() { return loader->load().value().application; }

  image::Signer_for_test owner{1};
  CountingElement_for_test element;
  std::string folder;
  std::vector<std::string> said;
  std::unique_ptr<Bootloader> loader;
};

}  // namespace signet::board
