// tls_gnutls_stream.h -- the server's end of TLS by GnuTLS. Only net/tls_gnutls* may include this.
#pragma once

#include "net/tls_backend.h"
#include "net/tls_gnutls_handles.h"

namespace signet::net {

// What all connections that began with the same certificate share.
struct GnutlsInUse {
  SignDigest sign;  // when somebody else holds the key; before the credentials, which point to it
  GnutlsPriority priority;
  GnutlsCredentials credentials;
  std::vector<gnutls_datum_t> alpn;
  std::shared_ptr<const ServerRules> rules;
};

class GnutlsStream final : public Stream {
 public:
  static Result<std::unique_ptr<Stream>> accept(std::shared_ptr<const GnutlsInUse> in_use, int fd);
  ~GnutlsStream() override;

  Result<Need> handshake() override;
  Result<Moved> read(std::span<std::uint8_t> into) override;
  Result<Moved> write(Bytes bytes) override;
  Need end() override;
  std::string version() const override;
  std::string alpn() const override;
  const Buffer& peer_certificate() const override { return peer_certificate_; }

 private:
  struct Ahead;
  GnutlsStream(std::shared_ptr<const GnutlsInUse> in_use, int fd);
  static GnutlsStream& of(gnutls_transport_ptr_t self) { return *static_cast<GnutlsStream*>(self); }
  static ssize_t pull_records(gnutls_transport_ptr_t self, void* into, std::size_t size);
  static ssize_t push_records(gnutls_transport_ptr_t self, const void* data, std::size_t size);
  static int on_certificate(gnutls_session_t session, unsigned type, unsigned when, unsigned is_incoming,
                            const gnutls_datum_t* message);
  Status set_up();
  std::optional<GnutlsFailure> judge(Bytes message);
  ssize_t receive(void* into, std::size_t size);
  ssize_t receive_ahead(void* into, std::size_t size);
  Status flush_flight();
  Error fail(int returned);
  void tell(Alert alert);
  bool may_go_on(int returned);
  gnutls_protocol_t version_number() const { return gnutls_protocol_get_version(session_.get()); }
  Need need() const { return gnutls_record_get_direction(session_.get()) == 1 ? Need::write : Need::read; }

  std::shared_ptr<const GnutlsInUse> in_use_;  // first, so that it goes last
  GnutlsSession session_;
  std::unique_ptr<Ahead> ahead_;  // bytes of records that were not asked for yet
  Buffer flight_;                 // of the handshake: what is to leave with one call
  Buffer peer_certificate_;
  std::optional<GnutlsFailure> refusal_;
  int fd_;
  int socket_errno_ = 0;
  std::uint8_t warnings_ = 0;  // that the peer sent, and renegotiations that it asked for
  std::uint8_t first_count_ = 0;
  bool shaken_ = false;
  bool blocked_ = false;  // GnuTLS holds a record that the socket did not take
  bool drained_ = false;  // the socket had no more than it gave
  char first_bytes_[4] = {};
};

}  // namespace signet::net
