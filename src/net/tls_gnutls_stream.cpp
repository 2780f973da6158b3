#include "net/tls_gnutls_stream.h"

#include "net/tls_certificate_message.h"
#include "net/tls_sign.h"

#include <sys/socket.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace signet::net {
namespace {

constexpr unsigned session_flags = GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
constexpr std::uint8_t warnings_max = 4;                                       // as OpenSSL allows
constexpr std::size_t handshake_bytes_max = peer_chain_bytes_max + 24 * 1024;  // GnuTLS counts both ends' messages
constexpr std::size_t ahead_bytes = 32 * 1024;

}  // namespace

// Read with one call, handed to GnuTLS piece by piece: it asks for each record's header and body apart. An idle
// connection has none: a spare waits for the next that is not idle.
struct GnutlsStream::Ahead {
  std::array<std::uint8_t, ahead_bytes> bytes;
  std::size_t begin = 0, end = 0;

  static std::unique_ptr<Ahead>& spare() {
    thread_local std::unique_ptr<Ahead> one;
    return one;
  }
  static std::unique_ptr<Ahead> take() {
    auto taken = std::move(spare());
    return taken ? std::move(taken) : std::unique_ptr<Ahead>{new Ahead};
  }
  static void give_back(std::unique_ptr<Ahead> used) {
    used->begin = used->end = 0;
    spare() = std::move(used);
  }
};

Result<std::unique_ptr<Stream>> GnutlsStream::accept(std::shared_ptr<const GnutlsInUse> in_use, int fd) {
  std::unique_ptr<GnutlsStream> stream{new GnutlsStream{std::move(in_use), fd}};
  TRY(stream->set_up());
  return std::unique_ptr<Stream>{std::move(stream)};
}

GnutlsStream::GnutlsStream(std::shared_ptr<const GnutlsInUse> in_use, int fd) : in_use_(std::move(in_use)), fd_(fd) {}
GnutlsStream::~GnutlsStream() = default;

Status GnutlsStream::set_up() {
  gnutls_session_t session = nullptr;
  if (const int made = gnutls_init(&session, session_flags); made != 0) return gnutls_setup_error(made, "start TLS");
  session_.reset(session);
  int done = gnutls_priority_set(session, in_use_->priority.get());
  if (done == 0) done = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, in_use_->credentials.get());
  if (done == 0 && !in_use_->alpn.empty()) {
    done = gnutls_alpn_set_protocols(session, in_use_->alpn.data(), static_cast<unsigned>(in_use_->alpn.size()),
                                     GNUTLS_ALPN_MANDATORY | GNUTLS_ALPN_SERVER_PRECEDENCE);
  }
  if (done != 0) return gnutls_setup_error(done, "start TLS");
  gnutls_certificate_server_set_request(session, in_use_->rules->judge ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
  gnutls_handshake_set_max_packet_length(session, handshake_bytes_max);
  if (in_use_->rules->judge) {
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_PRE, on_certificate);
  }
  gnutls_session_set_ptr(session, this);
  gnutls_transport_set_ptr(session, this);
  gnutls_transport_set_pull_function(session, pull_records);
  gnutls_transport_set_push_function(session, push_records);
  return {};
}

// GnuTLS calls this with the message, before it parses a certificate in it: what a stranger shows reaches no ASN.1.
int GnutlsStream::on_certificate(gnutls_session_t session, unsigned, unsigned, unsigned is_incoming,
                                 const gnutls_datum_t* message) {
  GnutlsStream& stream = of(gnutls_session_get_ptr(session));
  if (!is_incoming) return 0;
  stream.refusal_ = stream.judge({message->data, message->size});
  return stream.refusal_ ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

std::optional<GnutlsFailure> GnutlsStream::judge(Bytes message) {
  if (message.size() > peer_chain_bytes_max) return GnutlsFailure{words::too_long.error(), Alert::illegal_parameter};
  const bool is_13 = version_number() == GNUTLS_TLS1_3;
  auto leaf = leaf_of_certificate_message(message, is_13 ? TlsVersion::v1_3 : TlsVersion::v1_2);
  if (!leaf) return GnutlsFailure{std::move(leaf).error().within("the peer's certificates"), Alert::decode_error};
  if (leaf.value().empty()) return std::nullopt;  // GnuTLS knows what to do
  Status judged = in_use_->rules->judge(leaf.value());
  peer_certificate_ = copy_of(leaf.value());
  if (judged) return std::nullopt;
  const Alert alert = alert_for(judged.error().code);
  return GnutlsFailure{std::move(judged).error(), alert};
}

ssize_t GnutlsStream::receive(void* into, std::size_t size) {
  const ssize_t got = ::recv(fd_, into, size, 0);
  if (got >= 0) return got;
  if (errno != EAGAIN && errno != EINTR) socket_errno_ = errno;
  gnutls_transport_set_errno(session_.get(), errno);
  return got;
}

// After a read that the socket did not fill, the next one would only hear EAGAIN; the loop's epoll, which is
// level-triggered, tells of what came since.
ssize_t GnutlsStream::receive_ahead(void* into, std::size_t size) {
  if (!ahead_) {
    if (std::exchange(drained_, false)) {
      gnutls_transport_set_errno(session_.get(), EAGAIN);
      return -1;
    }
    ahead_ = Ahead::take();
    const ssize_t got = receive(ahead_->bytes.data(), ahead_->bytes.size());
    if (got <= 0) {
      Ahead::give_back(std::move(ahead_));
      return got;
    }
    drained_ = static_cast<std::size_t>(got) < ahead_->bytes.size();
    ahead_->end = static_cast<std::size_t>(got);
  }
  const std::size_t taken = std::min(size, ahead_->end - ahead_->begin);
  std::memcpy(into, ahead_->bytes.data() + ahead_->begin, taken);
  ahead_->begin += taken;
  if (ahead_->begin == ahead_->end) Ahead::give_back(std::move(ahead_));
  return static_cast<ssize_t>(taken);
}

ssize_t GnutlsStream::pull_records(gnutls_transport_ptr_t self, void* into, std::size_t size) {
  GnutlsStream& stream = of(self);
  const ssize_t got = stream.receive_ahead(into, size);
  for (ssize_t i = 0; i < got && stream.first_count_ < sizeof stream.first_bytes_; ++i) {
    stream.first_bytes_[stream.first_count_++] = static_cast<const char*>(into)[i];
  }
  return got;
}

ssize_t GnutlsStream::push_records(gnutls_transport_ptr_t self, const void* data, std::size_t size) {
  GnutlsStream& stream = of(self);
  if (!stream.shaken_) {
    const auto* const bytes = static_cast<const std::uint8_t*>(data);
    stream.flight_.insert(stream.flight_.end(), bytes, bytes + size);
    return static_cast<ssize_t>(size);
  }
  const ssize_t sent = ::send(stream.fd_, data, size, MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  if (errno != EAGAIN && errno != EINTR) stream.socket_errno_ = errno;
  gnutls_transport_set_errno(stream.session_.get(), errno);
  return sent;
}

Status GnutlsStream::flush_flight() {
  std::size_t sent = 0;
  while (sent < flight_.size()) {
    const ssize_t step = ::send(fd_, flight_.data() + sent, flight_.size() - sent, MSG_NOSIGNAL);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0 && errno == EAGAIN) break;
    if (step < 0) return broken_connection(errno);
    sent += static_cast<std::size_t>(step);
  }
  flight_.erase(flight_.begin(), flight_.begin() + static_cast<std::ptrdiff_t>(sent));
  return {};
}

Result<Need> GnutlsStream::handshake() {
  if (!shaken_) {
    int returned = 0;
    do returned = gnutls_handshake(session_.get());
    while (may_go_on(returned));
    if (returned != 0 && returned != GNUTLS_E_AGAIN) return fail(returned);
    // TLS 1.3 ties the curve to the signature's name, and only one name was offered; TLS 1.2 does not. [RFC 8446 4.2.3]
    const bool is_12_peer = returned == 0 && !peer_certificate_.empty() && version_number() == GNUTLS_TLS1_2;
    if (is_12_peer && !is_certificate_of_p256_key(peer_certificate_)) {
      refusal_ = GnutlsFailure{words::wrong_key.error(), Alert::illegal_parameter};
      return fail(returned);
    }
    TRY(flush_flight());
    if (!flight_.empty()) return Need::write;
    if (returned != 0) return Need::read;
    shaken_ = true;
  }
  TRY(flush_flight());
  if (!flight_.empty()) return Need::write;
  Buffer{}.swap(flight_);
  return Need::nothing;
}

bool GnutlsStream::may_go_on(int returned) {
  if (returned == GNUTLS_E_INTERRUPTED) return true;
  const bool is_warning = returned == GNUTLS_E_WARNING_ALERT_RECEIVED || returned == GNUTLS_E_REHANDSHAKE;
  if (!is_warning || ++warnings_ > warnings_max) return false;
  if (returned == GNUTLS_E_REHANDSHAKE) gnutls_alert_send(session_.get(), GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
  return true;
}

void GnutlsStream::tell(Alert alert) {
  gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL, static_cast<gnutls_alert_description_t>(alert));
  static_cast<void>(flush_flight());  // a peer that does not read, or is gone, is not waited for
}

Error GnutlsStream::fail(int returned) {
  if (refusal_) {
    if (refusal_->alert) tell(*refusal_->alert);
    return std::move(refusal_->why);
  }
  GnutlsFailure failure = gnutls_failure(session_.get(), returned,
                                         {!peer_certificate_.empty(), {first_bytes_, first_count_}, socket_errno_});
  if (failure.alert) tell(*failure.alert);
  if (auto unsigned_ = take_signature_failure()) {
    return std::move(*unsigned_).within("the server's private key did not sign");
  }
  return std::move(failure.why);
}

Result<Moved> GnutlsStream::read(std::span<std::uint8_t> into) {
  ssize_t got = 0;
  do got = gnutls_record_recv(session_.get(), into.data(), into.size());
  while (got < 0 && may_go_on(static_cast<int>(got)));
  if (got > 0) return Moved{.bytes = static_cast<std::size_t>(got)};
  if (got == 0) return Moved{.ended = true};
  if (got == GNUTLS_E_AGAIN) return Moved{.need = need()};
  return fail(static_cast<int>(got));
}

// A record that was begun is GnuTLS's to end: it is asked for no other, and the caller comes with the same bytes.
Result<Moved> GnutlsStream::write(Bytes bytes) {
  ssize_t sent = 0;
  do
    sent = blocked_ ? gnutls_record_send(session_.get(), nullptr, 0)
                    : gnutls_record_send(session_.get(), bytes.data(), bytes.size());
  while (sent == GNUTLS_E_INTERRUPTED);
  blocked_ = sent == GNUTLS_E_AGAIN;
  if (blocked_) return Moved{.need = Need::write};
  if (sent < 0) return fail(static_cast<int>(sent));
  return Moved{.bytes = static_cast<std::size_t>(sent)};
}

Need GnutlsStream::end() {
  return gnutls_bye(session_.get(), GNUTLS_SHUT_WR) == GNUTLS_E_AGAIN ? Need::write : Need::nothing;
}

std::string GnutlsStream::version() const {
  if (!shaken_) return "";
  return version_number() == GNUTLS_TLS1_3 ? "TLSv1.3" : "TLSv1.2";
}

std::string GnutlsStream::alpn() const {
  gnutls_datum_t name{};
  if (gnutls_alpn_get_selected_protocol(session_.get(), &name) != 0) return "";
  return std::string{text_of({name.data, name.size})};
}

}  // namespace signet::net
