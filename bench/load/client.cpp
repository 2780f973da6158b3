#include "load/client.h"

#include "mqtt/connect.h"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <cstring>

namespace signet::bench {
namespace {

constexpr std::size_t packet_bytes_max = 1024;  // nothing that we are sent is longer
constexpr std::uint32_t first_address = 0x7f40'0001;
constexpr std::uint32_t loopback_address = 0x7f00'0001;
constexpr std::uint16_t keepalive_seconds = 600;

std::string tls_error(const char* doing) {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = code ? ERR_reason_error_string(code) : nullptr;
  return std::string{doing} + ": " + (reason ? reason : "the connection was cut");
}

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(host);
  return out;
}

Fd open_socket(std::uint32_t from) {
  Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket) give_up(os_error("open", "a socket").what);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in own = address_of(from, 0);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    give_up(os_error("bind", "a socket to an address of 127.64.0.0/10").what);
  }
  return socket;
}

}  // namespace

Tls::Tls(Version version) : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, static_cast<int>(version));
  SSL_CTX_set_max_proto_version(context, static_cast<int>(version));
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_cert_verify_callback(
      context, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
}

Client::Client(const Site& site, const Identity& identity, std::size_t number)
    : site_(site), identity_(identity), number_(number), framer_(packet_bytes_max) {}

void Client::open() {
  ENSURE(phase_ == Phase::closed);
  opened_at_ = now();
  framer_ = mqtt::Framer{packet_bytes_max};
  late_.clear();
  socket_ = open_socket(first_address + static_cast<std::uint32_t>(number_));
  phase_ = Phase::connecting;
  const sockaddr_in there = address_of(loopback_address, site_.port);
  const int done = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there);
  if (done != 0 && errno != EINPROGRESS) return end(os_error("connect", "TCP").what);
  site_.poller.add(socket_.get(), *this, true);
}

void Client::act() {
  switch (phase_) {
    case Phase::closed: return;
    case Phase::connecting: return start_tls();
    case Phase::handshaking: return shake();
    case Phase::greeting:
    case Phase::live:
      if (!late_.empty()) flush();
      if (phase_ != Phase::closed) read();
  }
}

void Client::start_tls() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return end(std::string{"connect: "} + std::strerror(error));
  site_.poller.change(socket_.get(), *this, false);
  ssl_.reset(SSL_new(site_.tls.context()));
  sealed_ = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl_.get(), BIO_new_socket(socket_.get(), BIO_NOCLOSE), sealed_);
  SSL_use_certificate(ssl_.get(), identity_.certificate.get());
  SSL_use_PrivateKey(ssl_.get(), identity_.key.get());
  SSL_set_connect_state(ssl_.get());
  phase_ = Phase::handshaking;
  shake();
}

void Client::shake() {
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return greet();
  if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) return end(tls_error("handshake"));
  flush();
}

void Client::greet() {
  phase_ = Phase::greeting;
  mqtt::Connect connect;
  connect.version = mqtt::Version::v311;
  connect.client_id = identity_.client_id;
  connect.keepalive = keepalive_seconds;
  Buffer packet;
  mqtt::encode(packet, connect);
  send(packet);
  flush();
}

void Client::send(Bytes packet) {
  ENSURE(SSL_write(ssl_.get(), packet.data(), static_cast<int>(packet.size())) == static_cast<int>(packet.size()));
}

void Client::flush() {
  const char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(sealed_, &data));
  const Bytes fresh = bytes_of({data, size});
  const bool were_late = !late_.empty();
  if (were_late) late_.insert(late_.end(), fresh.begin(), fresh.end());
  const Bytes all = were_late ? Bytes{late_} : fresh;
  if (all.empty()) return;
  const ssize_t sent = ::send(socket_.get(), all.data(), all.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return end(os_error("send", "TCP").what);
  late_ = copy_of(all.subspan(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
  BIO_reset(sealed_);
  if (were_late != !late_.empty()) site_.poller.change(socket_.get(), *this, !late_.empty());
}

void Client::read() {
  Block<16 * 1024> bytes;
  for (;;) {
    const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (count <= 0) {
      const int error = SSL_get_error(ssl_.get(), count);
      if (error == SSL_ERROR_WANT_READ) return;
      return end(error == SSL_ERROR_ZERO_RETURN ? "the server ended it" : tls_error("read"));
    }
    Bytes input = Bytes{bytes}.first(static_cast<std::size_t>(count));
    for (;;) {
      const auto packet = framer_.next(input);
      if (!packet) return end("the server's packet: " + packet.error().what);
      if (!packet.value()) break;
      handle(*packet.value());
      if (phase_ == Phase::closed) return;
    }
  }
}

void Client::handle(const mqtt::Packet& packet) {
  using mqtt::PacketType;
  if (packet.type == PacketType::connack && phase_ == Phase::greeting && packet.body.size() == 2) {
    if (packet.body[1] != 0) return end("CONNACK " + std::to_string(packet.body[1]));
    phase_ = Phase::live;
    return site_.watcher.live(*this);
  }
  if (packet.type == PacketType::puback && packet.body.size() == 2) {
    return site_.watcher.acknowledged(*this, static_cast<std::uint16_t>(packet.body[0] << 8 | packet.body[1]));
  }
  end("packet of type " + std::to_string(static_cast<int>(packet.type)));
}

void Client::leave() {
  if (phase_ == Phase::live) {
    send(Block<2>{0xe0, 0x00});
    SSL_shutdown(ssl_.get());
    flush();
  }
  close();
}

void Client::close() {
  phase_ = Phase::closed;
  ssl_.reset();
  sealed_ = nullptr;
  socket_.close();
  ERR_clear_error();
}

void Client::end(const std::string& why) {
  static constexpr const char* phases[] = {"", "in connect, ", "in the handshake, ", "before CONNACK, ", "when live, "};
  const std::string told = phases[static_cast<std::size_t>(phase_)] + why;
  close();
  site_.watcher.gone(*this, told);
}

}  // namespace signet::bench
