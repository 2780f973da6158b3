#include "board/flash/flasher.h"

#include "board/flash/file_flash.h"
#include "board/flash/release_keys.h"
#include "image/adapters.h"
#include "image/check.h"
#include "image/image.h"

#include <algorithm>

namespace signet::board {
namespace {

using Layouts = std::array<std::optional<image::Layout>, image::part_count>;

Status check_images(const Flashing& flashing, std::span<const image::Key> keys, Layouts& layouts) {
  for (const Buffer& image : flashing.images) {
    TRY(image::verify(image, keys));
    image::MemorySource source{image};
    image::Layout layout;
    image::Fault fault = image::read_layout(source, static_cast<std::uint32_t>(image.size()), layout);
    if (fault == image::Fault::none)
      fault = image::check_board(layout, image::part_of(layout.kind), {flashing.board, 0});
    if (fault != image::Fault::none) return image::error_of(fault);
    const boot::Part part = image::part_of(layout.kind);
    if (image.size() > flash_map().place(boot::Area::work, part).bytes)
      return Error{Errc::too_large, "an image is larger than its place in the flash"};
    auto& known = layouts[static_cast<std::size_t>(part)];
    if (known) return Error{Errc::malformed, "two images for the same place: give an OS and an application"};
    known = layout;
  }
  return {};
}

Status erase(FileFlash& flash, const boot::Place& place) {
  for (std::uint32_t at = 0; at < place.bytes; at += flash_sector_bytes) {
    if (!flash.erase(place.at + at)) return *flash.failure();
  }
  return {};
}

Status write_images(const Flashing& flashing, FileFlash& flash) {
  for (const boot::Place& bank : flash_map().journal) TRY(erase(flash, bank));
  for (const Buffer& image : flashing.images) {
    const image::Image decoded = TRY(image::decode(image));
    const boot::Place& place = flash_map().place(boot::Area::work, image::part_of(*decoded.facts.kind));
    TRY(erase(flash, place));
    if (!flash.program(place.at, image)) return *flash.failure();
  }
  if (!flash.sync()) return *flash.failure();
  return {};
}

Status take_keys(const Flashing& flashing, ReleaseKeys& keys) {
  const auto known = keys.accepted();
  if (!known.empty()) {
    const auto is_known = [&](const image::Key& key) {
      return std::find(known.begin(), known.end(), key) != known.end();
    };
    if (std::all_of(flashing.keys.begin(), flashing.keys.end(), is_known)) return {};
    return Error{
        Errc::conflict,
        "this board accepts another release key already: bring it an image, signed by that one, that introduces "
        "yours (signet firmware sign --introduce)"};
  }
  if (flashing.keys.empty()) return Error{Errc::malformed, "this board accepts no key yet: name one with --key"};
  return keys.store(flashing.keys);
}

}  // namespace

Status flash_board(const Flashing& flashing) {
  if (flashing.images.empty()) return Error{Errc::malformed, "no image is given"};
  TRY(make_folder(flashing.folder, 0700));
  auto lock = lock_file(flashing.folder + "/lock");
  if (!lock) return std::move(lock).error().within("stop the board first");
  ReleaseKeys keys = TRY(ReleaseKeys::load(flashing.folder));
  const bool is_fresh = !file_exists(flashing.folder + "/flash");
  Layouts layouts;
  TRY(check_images(flashing, keys.accepted().empty() ? std::span<const image::Key>{flashing.keys} : keys.accepted(),
                   layouts));
  if (is_fresh && (!layouts[0] || !layouts[1]))
    return Error{Errc::malformed, "a fresh board needs both images: an OS and an application"};
  if (layouts[0] && layouts[1]) {
    const image::Fault fault = image::check_together(*layouts[0], *layouts[1]);
    if (fault != image::Fault::none) return image::error_of(fault);
  }
  TRY(take_keys(flashing, keys));
  FileFlash flash = TRY(FileFlash::open(flashing.folder + "/flash"));
  return write_images(flashing, flash);
}

}  // namespace signet::board
