#include "board/file_disk.h"

#include "base/port/file.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

namespace signet::board {

Result<Buffer> FileDisk::read(const std::string& name, std::size_t limit) {
  return read_file(folder_ + "/" + name, limit);
}

Status FileDisk::append(const std::string& name, Bytes data) {
  const std::string path = folder_ + "/" + name;
  const Fd fd{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  if (!fd) return os_error("open", path);
  while (!data.empty()) {
    const ssize_t wrote = ::write(fd.get(), data.data(), data.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return os_error("write", path);
    data = data.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status FileDisk::sync(const std::string& name) {
  const std::string path = folder_ + "/" + name;
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!fd) return os_error("open", path);
  if (::fdatasync(fd.get()) != 0) return os_error("sync", path);
  return {};
}

Status FileDisk::replace(const std::string& name, Bytes data) {
  return write_file_atomic(folder_ + "/" + name, data, 0600);
}

}  // namespace signet::board
