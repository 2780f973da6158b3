// connection.h -- one TLS connection on a loop: bytes in, bytes out, and one end.
#pragma once

#include "net/loop.h"
#include "net/tls.h"

#include <optional>

namespace signet::net {

inline constexpr std::size_t send_buffer_bytes_max = 1 << 20;  // a peer that does not read is cut past this
inline constexpr Millis close_timeout{5000};  // for a peer that does not read what comes before the end

class Connection;

// What its owner is told. All calls come on the loop's thread.
struct ConnectionEvents {
  virtual ~ConnectionEvents() = default;
  virtual void on_open(Connection& connection) = 0;                // handshake done, peer judged
  virtual void on_bytes(Connection& connection, Bytes bytes) = 0;  // `bytes` are gone after the call
  virtual void on_drained(Connection&) {
  }  // all that was queued is written: the time for the next part of something long
  // The last call, never from within one of Connection's; the connection is destroyed when it returns. `why` is empty
  // after close_..() or an orderly end by the peer. When a judge refused the peer, `why` is the judge's own Error.
  virtual void on_close(Connection& connection, const std::optional<Error>& why) = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void send(Bytes bytes) = 0;  // queued and written at the end of the turn; over the limit the peer is cut
  void close_after_send() { close_within(close_timeout); }
  // Orderly; input is ignored from now on. Who does not read is cut when `patience` is over, and hears nothing more.
  virtual void close_within(Millis patience) = 0;
  virtual void close_now() = 0;  // within this turn, what is queued is dropped; on_close follows
  virtual void pause_reading(bool paused) = 0;
  virtual const std::string& peer_address() const = 0;  // "127.0.0.1:5004"
  virtual std::string tls_version() const = 0;          // "TLSv1.3", empty before on_open
  virtual std::string alpn() const = 0;
  virtual const Buffer& peer_certificate() const = 0;  // DER of the leaf, empty when there is none
  virtual bool established() const = 0;                // false in on_close means: ended within the handshake
};

// Listeners of one process may share a port, each on its own loop; the kernel deals the connections out. `first` takes
// the port as if it were for it alone, and then opens it to `next` of the same user.
enum class PortSharing : std::uint8_t { alone, first, next };

struct ListenConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses; see Listener::port
  PortSharing sharing = PortSharing::alone;
  Millis handshake_timeout{10'000};
  std::size_t handshakes_max = 24;         // in progress at once; the rest wait in the backlog
  Millis handshake_patience{100};          // a slower peer no longer counts among those, nor does one that is silent
  std::size_t slow_handshakes_max = 1000;  // of these; past it the oldest is cut
  std::size_t connections_max = 15'000;    // the rest wait in the backlog
};

using MakeOwner = std::function<std::shared_ptr<ConnectionEvents>(const std::string& peer)>;

class Listener {
 public:
  virtual ~Listener() = default;  // closes the port, not the connections
  virtual std::uint16_t port() const = 0;

  // `make_owner` is asked once a connection, by the peer's address; what it returns lives until after on_close. Null:
  // the connection is closed at once, without a word and before a byte is read. `loop` and `tls` must outlive the
  // listener and its connections. conflict, naming host and port, when the port is taken.
  static Result<std::unique_ptr<Listener>> create(Loop& loop, const ListenConfig& config, TlsServer& tls,
                                                  MakeOwner make_owner);
};

// Starts to connect; the outcome comes as on_open or on_close, later. The Connection returned is owned by the loop and
// is valid until on_close. `timeout` covers TCP and TLS. A name that is not an address is looked up here and may block
// for as long as the system's resolver does; unavailable when it is unknown.
// Under TLS 1.3 a client is open before the server has judged it: a refusal comes as on_close soon after on_open.
Result<Connection*> connect(Loop& loop, const std::string& host, std::uint16_t port, TlsClient& tls,
                            std::shared_ptr<ConnectionEvents> events, Millis timeout);

}  // namespace signet::net
