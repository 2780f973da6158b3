// unix_socket.h -- stream sockets with a path, for both ends of a bus.
#pragma once

#include "base/port/file.h"

namespace signet::element {

// not_found or unavailable, with the next step, when nobody serves there.
Result<Fd> connect_unix(const std::string& path);

// A listening socket of mode 0600 whose path disappears with it.
class UnixListener {
 public:
  // conflict when somebody serves there already or the path is no socket; one that was left behind is replaced.
  static Result<UnixListener> create(const std::string& path);
  UnixListener(UnixListener&& other) noexcept = default;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();

  int fd() const { return fd_.get(); }
  // Non-blocking. unavailable when nobody waits after all.
  Result<Fd> accept() const;

 private:
  UnixListener(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  Fd fd_;
};

}  // namespace signet::element
