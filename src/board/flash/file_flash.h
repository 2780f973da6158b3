// file_flash.h -- a board's flash in a file, DIR/flash: NOR as boot/ports.h has it. docs/formats/flash.md
//
// What is changed in a bank of the journal is in the file durably when the call returns, and so is all that was changed
// before it. Between two entries of the journal nothing is synced: boot/ does such a step again from its beginning.
#pragma once

#include "base/port/file.h"
#include "boot/map.h"

#include <optional>

namespace signet::board {

inline constexpr std::uint32_t flash_sector_bytes = 4096;
inline constexpr std::uint32_t flash_os_bytes_max = 1u << 20;           // an image of the OS, all of it
inline constexpr std::uint32_t flash_application_bytes_max = 2u << 20;  // one of an application

// Of every board whose flash is a file.
const boot::Map& flash_map();

class FileFlash final : public boot::Flash {
 public:
  // Made and erased when missing. corrupt: a file of another size.
  static Result<FileFlash> open(const std::string& path, const boot::Map& map = flash_map());

  // False, and failure() says why: beyond the end, or the file system would not. After a sync that failed nothing is
  // known of what was written, so that nothing is written any more.
  bool read(std::uint32_t at, std::span<std::uint8_t> out) override;
  bool program(std::uint32_t at, std::span<const std::uint8_t> data) override;
  bool erase(std::uint32_t at) override;
  bool sync();
  const std::optional<Error>& failure() const { return failure_; }

  // For tests of whole programs: the process ends by SIGKILL in the middle of the `change`th program or erase from now.
  void cut_power_at(std::uint64_t change) { changes_left_ = change; }

 private:
  FileFlash(std::string path, Fd fd, const boot::Map& map) : path_(std::move(path)), fd_(std::move(fd)), map_(map) {}
  bool is_inside(std::uint32_t at, std::size_t size);
  bool is_journal(std::uint32_t at) const;
  bool change(std::uint32_t at, Bytes cells);
  bool write_all(std::uint32_t at, Bytes cells);
  void count_change(std::uint32_t at, Bytes cells);
  bool fail(Error why);

  std::string path_;
  Fd fd_;
  const boot::Map& map_;
  std::optional<Error> failure_;
  std::uint64_t changes_left_ = 0;  // 0: no cut
  bool unsynced_ = false;
  bool broken_ = false;
};

}  // namespace signet::board
