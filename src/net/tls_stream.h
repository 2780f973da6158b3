// tls_stream.h -- one TLS end over a nonblocking descriptor. Only net/tls* may include this.
#pragma once

#include "net/stream.h"
#include "net/tls_context.h"

#include <optional>

namespace signet::net {

class TlsStream final : public Stream {
 public:
  // `keep_alive` owns `context` and whatever its callbacks point to.
  static Result<std::unique_ptr<Stream>> accept(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd);
  // `asked_name` is sent to the server (SNI, RFC 6066); "" sends none.
  static Result<std::unique_ptr<Stream>> connect(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd,
                                                 const std::string& asked_name);

  Result<Need> handshake() override;
  Result<Moved> read(std::span<std::uint8_t> into) override;
  Result<Moved> write(Bytes bytes) override;
  Need end() override;
  std::string version() const override;
  std::string alpn() const override;
  const Buffer& peer_certificate() const override { return peer_certificate_; }

  // For the callbacks that OpenSSL makes within a handshake.
  static TlsStream& of(SSL* ssl);
  static TlsStream& of(X509_STORE_CTX* verification);
  void refuse_peer(Error why) { refusal_ = std::move(why); }  // the text that the failed handshake is then known by
  void see_peer_certificate(Buffer der) { peer_certificate_ = std::move(der); }

 private:
  friend struct TlsSocket;
  TlsStream(std::shared_ptr<const void> keep_alive, int fd) : keep_alive_(std::move(keep_alive)), fd_(fd) {}
  static Result<std::unique_ptr<TlsStream>> create(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd);
  Result<Need> need_after(int returned);

  std::shared_ptr<const void> keep_alive_;  // first, so that it goes last
  int fd_;
  int socket_errno_ = 0;
  bool socket_ended_ = false;
  SslPtr ssl_;
  Buffer peer_certificate_;
  std::optional<Error> refusal_;
};

}  // namespace signet::net
