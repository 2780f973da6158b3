#include "base/port/file.h"
#include "net/stream.h"

#include <sys/socket.h>
#include <cerrno>

namespace signet::net {
namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int fd) : fd_(fd) {}

  Result<Need> handshake() override { return Need::nothing; }

  Result<Moved> read(std::span<std::uint8_t> into) override {
    const ssize_t got = ::recv(fd_, into.data(), into.size(), 0);
    if (got > 0) return Moved{.bytes = static_cast<std::size_t>(got)};
    if (got == 0) return Moved{.ended = true};
    if (errno == EAGAIN || errno == EINTR) return Moved{.need = Need::read};
    return os_error("read", "connection");
  }

  Result<Moved> write(Bytes bytes) override {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return Moved{.bytes = static_cast<std::size_t>(sent)};
    if (errno == EAGAIN || errno == EINTR) return Moved{.need = Need::write};
    return os_error("write", "connection");
  }

  Need end() override { return Need::nothing; }  // the FIN that follows says it
  std::string version() const override { return {}; }
  std::string alpn() const override { return {}; }
  const Buffer& peer_certificate() const override { return none_; }

 private:
  int fd_;
  Buffer none_;
};

}  // namespace

MakeStream plain_streams() {
  return [](int fd) -> Result<std::unique_ptr<Stream>> { return {std::make_unique<PlainStream>(fd)}; };
}

}  // namespace signet::net
