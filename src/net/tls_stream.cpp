#include "net/tls_stream.h"

#include "net/tls_error.h"
#include "net/tls_sign.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <cerrno>

namespace signet::net {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE in a program that does not ignore it.
struct TlsSocket {
  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* data, int size) {
    TlsStream& stream = stream_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(stream.fd_, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
      BIO_set_retry_write(bio);
    else if (sent < 0)
      stream.socket_errno_ = errno;
    return static_cast<int>(sent);
  }

  static int read(BIO* bio, char* into, int size) {
    TlsStream& stream = stream_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(stream.fd_, into, static_cast<std::size_t>(size), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      BIO_set_retry_read(bio);
    else if (got < 0)
      stream.socket_errno_ = errno;
    else if (got == 0)
      stream.socket_ended_ = true;
    return static_cast<int>(got);
  }

  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_EOF) return stream_of(bio).socket_ended_;
    return what == BIO_CTRL_FLUSH;  // nothing is held back, so a flush has always succeeded
  }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  static BIO_METHOD* method() {
    static const std::unique_ptr<BIO_METHOD, Freed<BIO_meth_free>> made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "signet socket");
      ENSURE(fresh && BIO_meth_set_write(fresh, write) == 1 && BIO_meth_set_read(fresh, read) == 1);
      ENSURE(BIO_meth_set_ctrl(fresh, control) == 1 && BIO_meth_set_create(fresh, create) == 1);
      return std::unique_ptr<BIO_METHOD, Freed<BIO_meth_free>>{fresh};
    }();
    return made.get();
  }
};

namespace {

int stream_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

Result<std::unique_ptr<TlsStream>> TlsStream::create(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd) {
  ERR_clear_error();
  std::unique_ptr<TlsStream> stream{new TlsStream{std::move(keep_alive), fd}};
  stream->ssl_.reset(SSL_new(context));
  BIO* const bio = BIO_new(TlsSocket::method());
  if (!stream->ssl_ || !bio) {
    BIO_free(bio);
    return take_tls_error("start TLS");
  }
  BIO_set_data(bio, stream.get());
  SSL_set_bio(stream->ssl_.get(), bio, bio);
  ENSURE(SSL_set_ex_data(stream->ssl_.get(), stream_index(), stream.get()) == 1);
  return stream;
}

Result<std::unique_ptr<Stream>> TlsStream::accept(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd) {
  auto stream = TRY(create(std::move(keep_alive), context, fd));
  SSL_set_accept_state(stream->ssl_.get());
  return std::unique_ptr<Stream>{std::move(stream)};
}

Result<std::unique_ptr<Stream>> TlsStream::connect(std::shared_ptr<const void> keep_alive, SSL_CTX* context, int fd,
                                                   const std::string& asked_name) {
  auto stream = TRY(create(std::move(keep_alive), context, fd));
  SSL_set_connect_state(stream->ssl_.get());
  if (!asked_name.empty() && SSL_set_tlsext_host_name(stream->ssl_.get(), asked_name.c_str()) != 1) {
    return take_tls_error("server name");
  }
  return std::unique_ptr<Stream>{std::move(stream)};
}

TlsStream& TlsStream::of(SSL* ssl) { return *static_cast<TlsStream*>(SSL_get_ex_data(ssl, stream_index())); }

TlsStream& TlsStream::of(X509_STORE_CTX* verification) {
  return of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx())));
}

Result<Need> TlsStream::need_after(int returned) {
  const int error = SSL_get_error(ssl_.get(), returned);
  if (error == SSL_ERROR_WANT_READ) return Need::read;
  if (error == SSL_ERROR_WANT_WRITE) return Need::write;
  Error why = take_connection_error(error, socket_errno_);
  if (refusal_) why = *std::move(refusal_);
  if (auto failure = take_signature_failure()) {
    const char* const whose = SSL_is_server(ssl_.get()) ? "the server's private key" : "the secure element";
    why = std::move(*failure).within(std::string{whose} + " did not sign");
  }
  return why;
}

Result<Need> TlsStream::handshake() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(ssl_.get());
  if (returned != 1) return need_after(returned);
  if (X509* const peer = SSL_get0_peer_certificate(ssl_.get()); peer && peer_certificate_.empty()) {
    peer_certificate_ = der_of(peer);
  }
  SSL_set_read_ahead(ssl_.get(), 1);  // one system call for many records
  return Need::nothing;
}

Result<Moved> TlsStream::read(std::span<std::uint8_t> into) {
  ERR_clear_error();
  Moved moved;
  const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &moved.bytes);
  if (returned == 1) return moved;
  if (SSL_get_error(ssl_.get(), returned) == SSL_ERROR_ZERO_RETURN) return Moved{.ended = true};
  return Moved{.need = TRY(need_after(returned))};
}

Result<Moved> TlsStream::write(Bytes bytes) {
  ERR_clear_error();
  Moved moved;
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &moved.bytes);
  if (returned == 1) return moved;
  return Moved{.need = TRY(need_after(returned))};
}

Need TlsStream::end() {
  ERR_clear_error();
  const int returned = SSL_shutdown(ssl_.get());
  const bool again = returned < 0 && SSL_get_error(ssl_.get(), returned) == SSL_ERROR_WANT_WRITE;
  ERR_clear_error();
  return again ? Need::write : Need::nothing;
}

std::string TlsStream::version() const { return SSL_is_init_finished(ssl_.get()) ? SSL_get_version(ssl_.get()) : ""; }

std::string TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return name ? std::string{text_of({name, size})} : "";
}

}  // namespace signet::net
