// stream.h -- within net: a nonblocking stream of bytes over a connected descriptor, TLS or plain.
#pragma once

#include "net/tls.h"

namespace signet::net {

// What the descriptor must become before the same call is worth repeating.
enum class Need : std::uint8_t { nothing, read, write };

struct Moved {
  std::size_t bytes = 0;
  Need need = Need::nothing;  // when no byte moved
  bool ended = false;         // read: the peer ended the stream in order
};

// Owns no descriptor. After an Error only destroy it.
struct Stream {
  virtual ~Stream() = default;
  virtual Result<Need> handshake() = 0;  // nothing: done
  virtual Result<Moved> read(std::span<std::uint8_t> into) = 0;
  virtual Result<Moved> write(Bytes bytes) = 0;
  virtual Need end() = 0;  // tells the peer that no more comes

  virtual std::string version() const = 0;
  virtual std::string alpn() const = 0;
  virtual const Buffer& peer_certificate() const = 0;  // known from the moment a judge has seen it
};

using MakeStream = std::function<Result<std::unique_ptr<Stream>>(int fd)>;

// The server's or client's secrets live as long as the last stream made from them.
MakeStream tls_streams(const TlsServer& server);
MakeStream tls_streams(const TlsClient& client);
MakeStream plain_streams();  // only for HTTP on loopback

}  // namespace signet::net
