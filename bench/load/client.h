// client.h -- one device: TCP, mutual TLS, MQTT 3.1.1, from an address of its own.
//
//   closed -> connecting -> handshaking -> greeting (CONNECT is sent) -> live; closed from any of them
#pragma once

#include "load/identity.h"
#include "load/poller.h"
#include "mqtt/framer.h"

#include <netinet/in.h>

namespace signet::bench {

// What the clients of a run know together: a context without verification of the server, of one TLS version.
class Tls {
 public:
  enum class Version : int { tls1_2 = TLS1_2_VERSION, tls1_3 = TLS1_3_VERSION };
  explicit Tls(Version version);
  SSL_CTX* context() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context_;
};

// Told from within Client::act. May close the client, not open it.
struct Watcher {
  virtual ~Watcher() = default;
  virtual void live(Client&) {}
  virtual void acknowledged(Client&, std::uint16_t /*packet_id*/) {}
  virtual void gone(Client&, const std::string& /*why*/) {}  // not by close() or leave()
};

struct Site {
  Poller& poller;
  const Tls& tls;
  std::uint16_t port;
  Watcher& watcher;
};

class Client {
 public:
  enum class Phase : std::uint8_t { closed, connecting, handshaking, greeting, live };

  // All must outlive it. `number` chooses the address: 127.64.0.1 is the first.
  Client(const Site& site, const Identity& identity, std::size_t number);
  Client(Client&&) = delete;

  void open();
  void send(Bytes packet);  // as one TLS record; leaves with flush()
  void flush();
  void leave();  // DISCONNECT, close_notify
  void close();  // without a word

  void act();  // for Poller
  Phase phase() const { return phase_; }
  std::size_t number() const { return number_; }
  const Identity& identity() const { return identity_; }
  Instant opened_at() const { return opened_at_; }

 private:
  void start_tls();
  void shake();
  void greet();
  void read();
  void handle(const mqtt::Packet& packet);
  void end(const std::string& why);

  const Site& site_;
  const Identity& identity_;
  std::size_t number_;
  Phase phase_ = Phase::closed;
  Fd socket_;
  std::unique_ptr<SSL, Freed<SSL_free>> ssl_;
  BIO* sealed_ = nullptr;  // of ssl_: records on their way out
  Buffer late_;            // those that the socket did not take
  mqtt::Framer framer_;
  Instant opened_at_{};
};

}  // namespace signet::bench
