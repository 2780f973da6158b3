#include "element/link/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace signet::element {
namespace {

constexpr int unix_backlog = 16;
constexpr mode_t socket_mode = 0600;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error{Errc::too_large, "socket path \"" + path + "\": must have 1 to " +
                                      std::to_string(sizeof address.sun_path - 1) + " bytes: choose a shorter folder"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

Result<Fd> make_socket() {
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd) return os_error("make", "a socket");
  return fd;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A path that is free, or freed because its server is gone.
Status make_room(const std::string& path) {
  struct stat found;
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return Error{Errc::conflict, path + " exists and is no socket: choose another path"};
  if (connect_unix(path)) return Error{Errc::conflict, path + ": another program serves here already"};
  if (::unlink(path.c_str()) != 0) return os_error("remove", path);
  return {};
}

}  // namespace

Result<Fd> connect_unix(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  Fd fd = TRY(make_socket());
  if (::connect(fd.get(), generic(address), sizeof address) == 0) return fd;
  if (errno != ENOENT && errno != ECONNREFUSED) return os_error("connect to", path);
  return Error{errno == ENOENT ? Errc::not_found : Errc::unavailable,
               "no secure element at " + path + ": is signet-element running?"};
}

Result<UnixListener> UnixListener::create(const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  TRY(make_room(path));
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return os_error("make", "a socket");
  if (::bind(fd.get(), generic(address), sizeof address) != 0) return os_error("serve at", path);
  UnixListener listener{path, std::move(fd)};
  if (::chmod(path.c_str(), socket_mode) != 0) return os_error("set mode of", path);
  if (::listen(listener.fd(), unix_backlog) != 0) return os_error("listen at", path);
  return listener;
}

UnixListener::~UnixListener() {
  if (fd_) ::unlink(path_.c_str());
}

Result<Fd> UnixListener::accept() const {
  Fd fd{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fd) return os_error("accept at", path_);
  return fd;
}

}  // namespace signet::element
