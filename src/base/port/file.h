// file.h -- files that survive a power cut, and descriptors that close themselves.
#pragma once

#include "base/bytes.h"

namespace signet {

// Owns one file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { close(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

// "open FILE: Permission denied", with the code that fits errno.
Error os_error(std::string_view doing, std::string_view what);

// Whole file; too_large past `limit`, not_found when there is none.
Result<Buffer> read_file(const std::string& path, std::size_t limit);

// The same of a file that somebody less trusted may have put there: forbidden when it is a link, or no plain file.
Result<Buffer> read_plain_file(const std::string& path, std::size_t limit);

// Afterwards the file holds `data`, or, after any crash, what it held before: temporary file, fsync, rename, fsync of
// the folder. `mode` is the permission bits, 0600 for anything that could be secret.
Status write_file_atomic(const std::string& path, Bytes data, unsigned mode);

// The same for what does not fit in memory at once: the file is as it was until commit(), and stays so without it.
class AtomicFile {
 public:
  static Result<AtomicFile> create(const std::string& path, unsigned mode);
  AtomicFile(AtomicFile&& other) noexcept = default;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();
  Status write(Bytes data);
  Status commit();

 private:
  AtomicFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  Fd fd_;
};

// write_file_atomic for a file that must not be there yet: conflict when it is, whoever made it meanwhile.
Status create_file_atomic(const std::string& path, Bytes data, unsigned mode);

// Adds `line` and a newline; durable when it returns. A line that a crash cut short is ended first: it stands alone.
Status append_line(const std::string& path, std::string_view line, unsigned mode);

// Within one folder, in the place of what is there: after any crash the file has the one name or the other.
Status move_file(const std::string& from, const std::string& to);

// Afterwards there is no such file, also after any crash. Fine when there was none.
Status remove_file(const std::string& path);

// Creates the folder and its parents when missing, durably; `mode` for those it makes.
Status make_folder(const std::string& path, unsigned mode);
bool file_exists(const std::string& path);

// An exclusive lock on a file, made when missing, freed when the Fd closes or the process dies.
// conflict, naming the path, when another process holds it.
Result<Fd> lock_file(const std::string& path);

}  // namespace signet
