// bootloader.h -- what starts a board's firmware: boot/ on the flash, keys and counters of this board.
//
//   switch (bootloader.start(boot::Reset::power)) ...
//   const Loaded loaded = TRY(bootloader.load());       // what WORK holds, verified again
//   TRY(unpack_program(loaded.payload, folder));
//   bootloader.prepare(part); bootloader.write(part, at, bytes); bootloader.request(parts);      // an update
#pragma once

#include "board/flash/element_counters.h"
#include "board/flash/file_flash.h"
#include "board/flash/release_keys.h"
#include "boot/boot.h"
#include "image/adapters.h"
#include "image/image.h"

#include <functional>

namespace signet::board {

std::string_view name_of(boot::Outcome outcome);  // "nothing", "permanent", "trial", "rescue"

struct Loaded {
  image::Version os{};
  image::Version application{};
  image::Kind kind = image::Kind::python;
  Buffer payload{};  // of the application
};

class Bootloader final : private boot::Console {
 public:
  using Say = std::function<void(const std::string&)>;

  // Opens DIR/flash and DIR/keys, or makes an erased flash. `element` outlives it.
  static Result<std::unique_ptr<Bootloader>> open(const std::string& folder, std::string board_name,
                                                  element::Element& element);
  void on_say(Say say) { say_ = std::move(say); }
  void cut_power_at(std::uint64_t change) { flash_.cut_power_at(change); }

  boot::Outcome start(boot::Reset why);
  boot::Outcome outcome() const { return outcome_; }  // of the last start; trial until confirm()
  // Why nothing runs, and what to do.
  std::string problem();
  // corrupt or unauthenticated when WORK is not what start() saw.
  Result<Loaded> load();

  // The same as boot::Boot, with reasons. conflict: an update or a trial is going on.
  Status prepare(boot::Part part);
  Status write(boot::Part part, std::uint32_t at, Bytes data);
  Status request(boot::Parts parts);
  Status confirm();
  Result<crypto::Digest> work_digest(boot::Part part);  // SHA-256 of the image in WORK, all of it
  Result<Buffer> read_park(boot::Part part, std::uint32_t at, std::size_t size);
  static std::uint32_t room(boot::Part part) { return flash_map().place(boot::Area::park, part).bytes; }

 private:
  Bootloader(std::string board_name, FileFlash flash, ReleaseKeys keys, element::Element& element)
      : name_(std::move(board_name)), flash_(std::move(flash)), keys_(std::move(keys)), counters_(element) {}
  void say(const char* line) override { say_(line); }
  Status status_of(boot::Answer answer);
  Result<Buffer> read_image(boot::Part part);

  std::string name_;
  FileFlash flash_;
  ReleaseKeys keys_;
  ElementCounters counters_;
  image::HostCrypto crypto_;
  Say say_ = [](const std::string&) {};
  boot::Board board_{flash_, counters_, keys_, crypto_, *this, flash_map(), name_};
  boot::Boot boot_{board_};
  boot::Outcome outcome_ = boot::Outcome::nothing;
};

// The files of a Python project in `folder`, which then holds nothing else. Made anew at every start.
Status unpack_program(Bytes archive, const std::string& folder);

}  // namespace signet::board
