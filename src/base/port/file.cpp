#include "base/port/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace signet {
namespace {

Errc code_of(int number) {
  switch (number) {
    case ENOENT: return Errc::not_found;
    case EACCES:
    case EPERM: return Errc::forbidden;
    case EEXIST:
    case EADDRINUSE:
    case EWOULDBLOCK: return Errc::conflict;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE: return Errc::exhausted;
    default: return Errc::unavailable;
  }
}

Status write_all(int fd, Bytes data, const std::string& path) {
  while (!data.empty()) {
    const ssize_t wrote = ::write(fd, data.data(), data.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return os_error("write", path);
    data = data.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

// Always a file of our own making: what a crash, or somebody else, left under the name is removed, not opened.
Result<Fd> make_new_file(const std::string& path, unsigned mode) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return os_error("remove", path);
  Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!fd) return os_error("create", path);
  if (::fchmod(fd.get(), mode) != 0) return os_error("set mode of", path);
  return fd;
}

Status write_new_file(const std::string& path, Bytes data, unsigned mode) {
  const Fd fd = TRY(make_new_file(path, mode));
  TRY(write_all(fd.get(), data, path));
  if (::fsync(fd.get()) != 0) return os_error("sync", path);
  return {};
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path();
  const Fd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) return os_error("open", folder);
  if (::fsync(fd.get()) != 0) return os_error("sync", folder);
  return {};
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Error os_error(std::string_view doing, std::string_view what) {
  const int number = errno;
  return Error{code_of(number), std::string{doing} + " " + std::string{what} + ": " + std::strerror(number)};
}

namespace {

Result<Buffer> read_all(const Fd& fd, const std::string& path, std::size_t limit) {
  Buffer out;
  std::uint8_t chunk[65536];
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("read", path);
    if (got == 0) return out;
    out.insert(out.end(), chunk, chunk + got);
    if (out.size() > limit) {
      return Error{Errc::too_large, "read " + path + ": larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

}  // namespace

Result<Buffer> read_file(const std::string& path, std::size_t limit) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return os_error("open", path);
  return read_all(fd, path, limit);
}

Result<Buffer> read_plain_file(const std::string& path, std::size_t limit) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!fd && errno == ELOOP) return Error{Errc::forbidden, path + " is a link"};
  if (!fd) return os_error("open", path);
  struct stat about {};
  if (::fstat(fd.get(), &about) != 0) return os_error("look at", path);
  if (!S_ISREG(about.st_mode)) return Error{Errc::forbidden, path + " is no plain file"};
  return read_all(fd, path, limit);
}

Result<AtomicFile> AtomicFile::create(const std::string& path, unsigned mode) {
  return AtomicFile{path, TRY(make_new_file(path + ".new", mode))};
}

AtomicFile::~AtomicFile() {
  if (fd_) ::unlink((path_ + ".new").c_str());
}

Status AtomicFile::write(Bytes data) { return write_all(fd_.get(), data, path_); }

Status AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0) return os_error("sync", path_);
  if (::rename((path_ + ".new").c_str(), path_.c_str()) != 0) return os_error("rename to", path_);
  fd_.close();
  return sync_folder_of(path_);
}

Status move_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return os_error("rename to", to);
  return sync_folder_of(to);
}

Status write_file_atomic(const std::string& path, Bytes data, unsigned mode) {
  AtomicFile file = TRY(AtomicFile::create(path, mode));
  TRY(file.write(data));
  return file.commit();
}

Status create_file_atomic(const std::string& path, Bytes data, unsigned mode) {
  static std::atomic<unsigned> number = 0;  // several writers may try the same path, from here and from elsewhere
  const std::string temporary = path + "." + std::to_string(::getpid()) + "." + std::to_string(++number) + ".new";
  Status status = write_new_file(temporary, data, mode);
  if (status && ::link(temporary.c_str(), path.c_str()) != 0) status = os_error("make", path);
  ::unlink(temporary.c_str());
  if (!status) return status;
  return sync_folder_of(path);
}

Status append_line(const std::string& path, std::string_view line, unsigned mode) {
  const bool is_new = !file_exists(path);
  const Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!fd) return os_error("open", path);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return os_error("look at", path);
  char last = '\n';
  if (found.st_size > 0 && ::pread(fd.get(), &last, 1, found.st_size - 1) != 1) return os_error("read", path);
  std::string text = last == '\n' ? "" : "\n";
  text.append(line).append("\n");  // one write: lines of several writers do not mix
  TRY(write_all(fd.get(), bytes_of(text), path));
  if (::fsync(fd.get()) != 0) return os_error("sync", path);
  return is_new ? sync_folder_of(path) : Status{};
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return os_error("remove", path);
  }
  return sync_folder_of(path);
}

Status make_folder(const std::string& path, unsigned mode) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return {};
  const auto parent = std::filesystem::absolute(path).parent_path();
  if (!std::filesystem::is_directory(parent, ec)) TRY(make_folder(parent, mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return os_error("make folder", path);
  return sync_folder_of(path);
}

bool file_exists(const std::string& path) {
  std::error_code ec;
  return std::filesystem::exists(path, ec);
}

Result<Fd> lock_file(const std::string& path) {
  Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!fd) return os_error("open", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{Errc::conflict, path + " is in use by another process"};
    return os_error("lock", path);
  }
  return fd;
}

}  // namespace signet
