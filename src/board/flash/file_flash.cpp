#include "board/flash/file_flash.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace signet::board {
namespace {

Status make_erased(const std::string& path, std::uint32_t bytes) {
  AtomicFile file = TRY(AtomicFile::create(path, 0600));
  const Buffer erased(flash_sector_bytes, 0xff);
  for (std::uint32_t at = 0; at < bytes; at += flash_sector_bytes) TRY(file.write(erased));
  return file.commit();
}

}  // namespace

const boot::Map& flash_map() {
  static const boot::Map map = boot::make_map(flash_sector_bytes, 1, flash_os_bytes_max, flash_application_bytes_max);
  return map;
}

Result<FileFlash> FileFlash::open(const std::string& path, const boot::Map& map) {
  ENSURE(boot::is_legal(map) && map.sector_bytes == flash_sector_bytes);
  if (!file_exists(path)) TRY(make_erased(path, boot::flash_bytes(map)));
  Fd fd{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd) return os_error("open", path);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return os_error("open", path);
  if (!S_ISREG(found.st_mode) || found.st_size != boot::flash_bytes(map)) {
    return Error{Errc::corrupt, path + " is no flash of this board: it has " + std::to_string(found.st_size) +
                                    " bytes, not " + std::to_string(boot::flash_bytes(map)) +
                                    "; remove it and flash the board again"};
  }
  return FileFlash{path, std::move(fd), map};
}

bool FileFlash::fail(Error why) {
  failure_ = std::move(why);
  return false;
}

bool FileFlash::is_inside(std::uint32_t at, std::size_t size) {
  const std::uint32_t end = boot::flash_bytes(map_);
  if (at <= end && size <= end - at) return true;
  return fail(Error{Errc::malformed, path_ + ": beyond its end"});
}

bool FileFlash::is_journal(std::uint32_t at) const {
  return std::any_of(map_.journal.begin(), map_.journal.end(),
                     [at](const boot::Place& bank) { return at >= bank.at && at - bank.at < bank.bytes; });
}

bool FileFlash::read(std::uint32_t at, std::span<std::uint8_t> out) {
  if (!is_inside(at, out.size())) return false;
  for (std::size_t got = 0; got < out.size();) {
    const ssize_t now = ::pread(fd_.get(), out.data() + got, out.size() - got, static_cast<off_t>(at + got));
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return fail(os_error("read", path_));
    got += static_cast<std::size_t>(now);
  }
  return true;
}

bool FileFlash::write_all(std::uint32_t at, Bytes cells) {
  for (std::size_t done = 0; done < cells.size();) {
    const ssize_t now = ::pwrite(fd_.get(), cells.data() + done, cells.size() - done, static_cast<off_t>(at + done));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) return fail(os_error("write", path_));
    done += static_cast<std::size_t>(now);
  }
  return true;
}

bool FileFlash::sync() {
  if (broken_) return false;
  if (!unsynced_) return true;
  if (::fdatasync(fd_.get()) != 0) {
    broken_ = true;
    return fail(os_error("sync", path_));
  }
  unsynced_ = false;
  return true;
}

void FileFlash::count_change(std::uint32_t at, Bytes cells) {
  if (changes_left_ == 0 || --changes_left_ != 0) return;
  write_all(at, cells.first(cells.size() / 2));
  ::kill(::getpid(), SIGKILL);
}

bool FileFlash::change(std::uint32_t at, Bytes cells) {
  const bool in_journal = is_journal(at);
  if (broken_ || (in_journal && !sync())) return false;
  count_change(at, cells);
  unsynced_ = true;
  return write_all(at, cells) && (!in_journal || sync());
}

bool FileFlash::program(std::uint32_t at, std::span<const std::uint8_t> data) {
  Buffer cells(data.size());
  if (!read(at, cells)) return false;
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] &= data[i];  // NOR: bits only fall
  return change(at, cells);
}

bool FileFlash::erase(std::uint32_t at) {
  if (!is_inside(at, map_.sector_bytes)) return false;
  if (at % map_.sector_bytes != 0) return fail(Error{Errc::malformed, path_ + ": no sector begins there"});
  return change(at, Buffer(map_.sector_bytes, 0xff));
}

}  // namespace signet::board
