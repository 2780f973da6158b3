// ban_file.h -- the guard's bans over a restart: a ban list (guard/ban_list.h) that is written anew when they change.
#pragma once

#include "base/clock.h"
#include "guard/guard.h"

namespace signet::gateway {

class BanFile {
 public:
  // What the file holds is in the guard when this returns; no file: nothing. An error names the file and the line. All
  // must outlive the BanFile, which belongs to one thread.
  static Result<BanFile> open(std::string path, guard::Guard& guard, Clock& clock);
  // Durable when it returns.
  Status save();
  // When there is something new. What fails is told once, and tried again at the next call.
  void save_changes();

 private:
  BanFile(std::string path, guard::Guard& guard, Clock& clock) : path_(std::move(path)), guard_(guard), clock_(clock) {}
  Status load();

  std::string path_;
  guard::Guard& guard_;
  Clock& clock_;
  std::uint64_t saved_ = 0;  // of the guard's changes
  bool failed_ = false;
};

}  // namespace signet::gateway
