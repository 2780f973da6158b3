// unix_socket.h -- stream sockets with a path, for both ends of a bus.
#pragma once

#include "element/link/listener.h"

namespace signet::element {

// not_found or unavailable, with the next step, when nobody serves there.
Result<Fd> connect_unix(const std::string& path);

// A listening socket of mode 0600 whose path disappears with it.
class UnixListener final : public Listener {
 public:
  // conflict when somebody serves there already or the path is no socket; one that was left behind is replaced.
  static Result<UnixListener> create(const std::string& path);
  UnixListener(UnixListener&& other) noexcept = default;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener() override;

  int fd() const override { return fd_.get(); }
  Result<Fd> accept() const override;

 private:
  UnixListener(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  Fd fd_;
};

}  // namespace signet::element
