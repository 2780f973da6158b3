// What the board runs: what its bootloader found in the flash, on trial or for good.
#include "board/board.h"
#include "board/native.h"

namespace signet::board {
namespace {

std::string text_of_part(const std::optional<Loaded>& loaded) {
  return "firmware " + image::text_of(loaded->application) + " on OS " + image::text_of(loaded->os);
}

}  // namespace

void Board::start_firmware(signet::boot::Reset why) {
  if (parts_.bootloader && !load_firmware(why)) return;
  if (const Status started = firmware_.start(); !started) say("the program cannot start: " + started.error().what);
}

bool Board::load_firmware(signet::boot::Reset why) {
  loaded_.reset();
  if (unit_.barred) {
    say("no firmware runs: the counters that forbid old versions are in another board's element");
    return false;
  }
  const auto outcome = parts_.bootloader->start(why);
  log_info("board.booted", {{"outcome", name_of(outcome)}});
  fota_->on_boot(outcome);
  if (outcome == signet::boot::Outcome::nothing) {
    say("no firmware runs: " + parts_.bootloader->problem());
    return false;
  }
  const Status unpacked = unpack_firmware();
  if (unpacked) say(text_of_part(loaded_) + (outcome == signet::boot::Outcome::trial ? ", on trial" : ""));
  if (!unpacked) say("the firmware cannot run: " + unpacked.error().what);
  if (outcome == signet::boot::Outcome::trial) watch_trial(static_cast<bool>(unpacked));
  return static_cast<bool>(unpacked);
}

Status Board::unpack_firmware() {
  Loaded loaded = TRY(parts_.bootloader->load());
  Fd executable;
  if (loaded.kind == image::Kind::native) {
    executable = TRY(seal_executable(loaded.payload));
  } else if (!firmware_.has_python()) {
    return Error{Errc::unavailable,
                 "it is a Python program, and signet-board found no packages for one: --python-path"};
  } else {
    TRY(unpack_program(loaded.payload, config_.folder + "/program"));
  }
  firmware_.set_executable(std::move(executable));
  loaded.payload.clear();
  loaded_ = std::move(loaded);
  return {};
}

// A version that is not confirmed in time, or crashes again and again, or cannot run at all, goes.
void Board::watch_trial(bool runs) {
  if (!runs) fota_->on_trial_over("the firmware cannot run on this board");
  if (!runs) return restart(signet::boot::Reset::watchdog);
  trial_crashes_ = 0;
  trial_timer_ = parts_.loop.after(config_.trial_limit, [this] {
    trial_timer_.reset();
    say("the trial was not confirmed in time");
    if (fota_) fota_->on_trial_over("nobody accepted it before its trial was over");
    log_warn("board.trial_over", {});
    restart(signet::boot::Reset::watchdog);
  });
}

void Board::end_trial_watch() {
  if (trial_timer_) parts_.loop.cancel(*trial_timer_);
  trial_timer_.reset();
}

Status Board::confirm_firmware() {
  TRY(parts_.bootloader->confirm());
  end_trial_watch();
  log_info("board.confirmed", {{"version", image::text_of(loaded_->application)}});
  say(text_of_part(loaded_) + " is confirmed");
  fota_->on_accepted();
  return {};
}

bool Board::ask_fota(const std::string& step, const std::string& version) {
  return desk_.ask_fota(step, json::value(version));
}

void Board::install_update() {
  say("a new version was downloaded; the board restarts");
  restart_after_on_reset();
}

void Board::abandon_update(const std::string& why) {
  say(why);
  restart(signet::boot::Reset::watchdog);
}

void Board::set_firmware(const std::string& name) { uplink_.set_firmware(name); }

// For tools and programs: nothing for a board without a flash.
void Board::tell_firmware(json::object& to) const {
  if (!parts_.bootloader) return;
  to["boot"] = name_of(parts_.bootloader->outcome());
  to["version"] = loaded_ ? json::value(image::text_of(loaded_->application)) : json::value(nullptr);
  to["os_version"] = loaded_ ? json::value(image::text_of(loaded_->os)) : json::value(nullptr);
}

}  // namespace signet::board
