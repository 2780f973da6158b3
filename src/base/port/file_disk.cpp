#include "base/port/file_disk.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>

namespace signet {

// A descriptor that is kept also sees an error of the medium that a fresh one might miss.
Result<int> FileDisk::open(Open& kept, const std::string& name, int flags) const {
  if (kept.fd && kept.name == name) return kept.fd.get();
  Fd fd{::open(path_of(name).c_str(), flags | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd) return os_error("open", path_of(name));
  kept = {name, std::move(fd)};
  return kept.fd.get();
}

void FileDisk::forget(const std::string& name) {
  for (Open* kept : {&writing_, &reading_}) {
    if (kept->name == name) *kept = {};
  }
}

Result<Buffer> FileDisk::read(const std::string& name, std::size_t limit) { return read_file(path_of(name), limit); }

Status FileDisk::append(const std::string& name, Bytes data) {
  const int fd = TRY(open(writing_, name, O_WRONLY | O_APPEND));
  while (!data.empty()) {
    const ssize_t wrote = ::write(fd, data.data(), data.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return os_error("write", path_of(name));
    data = data.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status FileDisk::sync(const std::string& name) {
  if (::fdatasync(TRY(open(writing_, name, O_WRONLY | O_APPEND))) != 0) return os_error("sync", path_of(name));
  return {};
}

Status FileDisk::replace(const std::string& name, Bytes data) {
  forget(name);
  return write_file_atomic(path_of(name), data, 0600);
}

Result<std::vector<std::string>> FileDisk::names() {
  std::vector<std::string> out;
  std::error_code failed;
  for (auto at = std::filesystem::directory_iterator{folder_, failed}; !failed && at != end(at); at.increment(failed)) {
    out.push_back(at->path().filename());
  }
  if (failed) return Error{Errc::unavailable, "list " + folder_ + ": " + failed.message()};
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::size_t> FileDisk::read_at(const std::string& name, std::uint64_t offset, std::span<std::uint8_t> out) {
  const int fd = TRY(open(reading_, name, O_RDONLY));
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t now = ::pread(fd, out.data() + got, out.size() - got, static_cast<off_t>(offset + got));
    if (now < 0 && errno == EINTR) continue;
    if (now < 0) return os_error("read", path_of(name));
    if (now == 0) break;
    got += static_cast<std::size_t>(now);
  }
  return got;
}

Status FileDisk::cut(const std::string& name, std::uint64_t size) {
  const Fd fd{::open(path_of(name).c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd) return os_error("open", path_of(name));
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) return os_error("cut", path_of(name));
  if (::fsync(fd.get()) != 0) return os_error("sync", path_of(name));
  return {};
}

Status FileDisk::remove(const std::string& name) {
  forget(name);
  if (::unlink(path_of(name).c_str()) != 0 && errno != ENOENT) return os_error("remove", path_of(name));
  return {};
}

Result<FolderDisk::Space> FileDisk::space() {
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0) return os_error("look at", folder_);
  return Space{std::uint64_t{disk.f_bavail} * disk.f_frsize, std::uint64_t{disk.f_blocks} * disk.f_frsize};
}

}  // namespace signet
