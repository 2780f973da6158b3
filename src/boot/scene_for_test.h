// scene_for_test.h -- a small board: its flash, the images that it may get, and who signs them.
#pragma once

#include "boot/boot.h"
#include "boot/nor_for_test.h"
#include "image/adapters.h"
#include "image/signed_for_test.h"

namespace signet::boot {

inline constexpr std::string_view board_name_for_test = "devkit";

// Verifies each signature once: who explores a million states asks for the same ones again and again.
class CachedCrypto_for_test final : public Crypto {
 public:
  void sha256_start() override { host_.sha256_start(); }
  void sha256_add(std::span<const std::uint8_t> data) override { host_.sha256_add(data); }
  image::Hash sha256_end() override { return host_.sha256_end(); }
  bool verify(const image::Key& key, const image::Hash& digest, std::span<const std::uint8_t> der) override {
    std::string question{key.begin(), key.end()};
    question.append(digest.begin(), digest.end()).append(der.begin(), der.end());
    const auto known = known_.find(question);
    if (known != known_.end()) return known->second;
    return known_[question] = host_.verify(key, digest, der);
  }

 private:
  image::HostCrypto host_;
  std::map<std::string, bool> known_;
};

using Images = std::array<Buffer, part_count>;

// Old and new go together only as a pair: the new application wants the new OS.
struct Scene_for_test {
  image::Signer_for_test old_key{1}, new_key{2}, stranger{3};
  Map map = make_map(2048, 4, 2048, 4096);
  Images old_images{os({2, 0, 0, 0}, 1), application({1, 0, 0, 0}, {2, 0, 0, 0}, 1)};
  Images new_images{os({2, 1, 0, 0}, 3, true), application({1, 1, 0, 0}, {2, 1, 0, 0}, 2)};
  // For an update of the application alone.
  Buffer new_application = application({1, 2, 0, 0}, {2, 0, 0, 0}, 2);

  Buffer os(image::Version version, std::uint32_t counter, bool introduces = false) const {
    image::Facts facts{.version = version, .board = std::string{board_name_for_test}, .kind = image::Kind::os};
    facts.security_counter = counter;
    if (introduces) facts.introduces = new_key.public_key;
    return old_key.image(facts, filling(600, version.minor));
  }
  Buffer application(image::Version version, image::Version os_version, std::uint32_t counter) const {
    image::Facts facts{.version = version, .board = std::string{board_name_for_test}, .kind = image::Kind::python};
    facts.os_version = os_version;
    facts.security_counter = counter;
    return old_key.image(facts, filling(2300, version.minor));
  }
  static Buffer filling(std::size_t size, std::uint8_t seed) {
    Buffer out(size);
    crypto::SeededRandom_for_test random{seed};
    random.fill(out);
    return out;
  }

  // The old images in WORK, everything else erased; as it leaves the factory.
  Memory_for_test factory() const {
    Memory_for_test memory;
    memory.sector_bytes = map.sector_bytes;
    memory.bytes.assign(flash_bytes(map), 0xff);
    memory.counters = {1, 1};
    memory.keys = {old_key.public_key};
    for (std::size_t part = 0; part < part_count; ++part) put(memory, Area::work, part, old_images[part]);
    return memory;
  }
  void put(Memory_for_test& memory, Area area, std::size_t part, Bytes image) const {
    const Place& place = map.place(area, static_cast<Part>(part));
    std::fill_n(memory.bytes.begin() + place.at, place.bytes, std::uint8_t{0xff});
    std::copy(image.begin(), image.end(), memory.bytes.begin() + place.at);
  }
  bool holds(const Memory_for_test& memory, Area area, std::size_t part, Bytes image) const {
    const Place& place = map.place(area, static_cast<Part>(part));
    for (std::size_t i = 0; i < image.size(); ++i) {
      if (memory.byte(place.at + static_cast<std::uint32_t>(i)) != image[i]) return false;
    }
    return true;
  }
};

// The ports over a memory, put together. Not to be moved.
struct Parts_for_test {
  Parts_for_test(const Scene_for_test& scene, Memory_for_test& memory, Crypto& crypto)
      : hardware(memory), board{hardware, hardware, hardware, crypto, hardware, scene.map, board_name_for_test} {}
  Parts_for_test(const Parts_for_test&) = delete;

  // What firmware does with an image that it was sent.
  Answer download(Boot& boot, Part part, Bytes image) {
    if (const Answer answer = boot.prepare(part); answer != Answer::done) return answer;
    Buffer padded = copy_of(image);
    padded.resize((image.size() + 3) / 4 * 4, 0xff);
    for (std::size_t at = 0; at < padded.size(); at += 1024) {
      const Bytes chunk = Bytes{padded}.subspan(at, std::min<std::size_t>(1024, padded.size() - at));
      const Answer answer = boot.write(part, static_cast<std::uint32_t>(at), chunk);
      if (answer != Answer::done) return answer;
    }
    return Answer::done;
  }

  Hardware_for_test hardware;
  Board board;
};

}  // namespace signet::boot
