// stream_connection.h -- within net: the one Connection there is, over any Stream.
//
//   dialling -> handshaking -> open -> ended          (a listener's starts at handshaking)
//
// Only the loop calls into it, so its owner is never called back from within send() or close_..().
#pragma once

#include "net/connection.h"
#include "net/stream.h"

namespace signet::net {

inline constexpr int reads_a_turn_max = 4;  // scratch buffers; then others have their turn
inline constexpr Seconds linger_time{1};
inline constexpr std::size_t linger_bytes_max = 256 * 1024;

// A place among the connections of a listener; free again when this is destroyed.
struct Admission {
  virtual ~Admission() = default;
  virtual void handshake_over() = 0;
};

class StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(Loop& loop, std::shared_ptr<ConnectionEvents> events, std::unique_ptr<Admission> admission)
      : loop_(loop), events_(std::move(events)), admission_(std::move(admission)) {}

  // Once, before any other call: the handshake must be over within `timeout` from now.
  void start_deadline(Millis timeout);
  // The descriptor is connected.
  void begin(Fd fd, std::unique_ptr<Stream> stream, std::string peer_address);
  // Ends it: from the loop only.
  void finish(std::optional<Error> why);
  bool ended() const { return phase_ == Phase::ended; }
  void on_finish(std::function<void()> stop_dialling) { stop_dialling_ = std::move(stop_dialling); }

  void send(Bytes bytes) override;
  void close_within(Millis patience) override;
  void close_now() override;
  void pause_reading(bool paused) override;
  const std::string& peer_address() const override { return peer_address_; }
  std::string tls_version() const override { return stream_ ? stream_->version() : ""; }
  std::string alpn() const override { return stream_ ? stream_->alpn() : ""; }
  const Buffer& peer_certificate() const override { return stream_ ? stream_->peer_certificate() : no_certificate_; }
  bool established() const override { return established_; }

 private:
  enum class Phase : std::uint8_t { dialling, handshaking, open, ended };

  void on_ready(Ready ready);
  void shake();
  void read();
  void read_later();
  bool read_once();
  void flush_later();
  void flush();
  void end_soon(std::optional<Error> why);
  void say_end();
  void cut();
  void update_interest();
  bool reading() const { return phase_ == Phase::open && !paused_ && !closing_ && !ending_; }
  std::size_t waiting_bytes() const { return out_.size() - sent_; }

  Loop& loop_;
  std::shared_ptr<ConnectionEvents> events_;
  std::unique_ptr<Admission> admission_;
  Fd fd_;
  std::unique_ptr<Stream> stream_;
  std::string peer_address_;
  std::function<void()> stop_dialling_;
  Loop::TimerId deadline_ = 0;
  Micros linger_ = linger_time;
  Buffer out_;
  std::size_t sent_ = 0;  // of out_
  Need handshake_need_ = Need::nothing;
  Phase phase_ = Phase::dialling;
  bool established_ = false;
  bool paused_ = false;
  bool closing_ = false;     // close_within
  bool ending_ = false;      // end_soon
  bool told_peer_ = false;   // an alert or a goodbye is on its way
  bool peer_ended_ = false;  // it said so, and waits for nothing more
  bool dry_ = false;         // TLS holds nothing that could be read
  bool write_blocked_ = false;
  bool flush_waits_ = false;  // in the loop's list
  bool read_waits_ = false;   // in the loop's list
  std::optional<Error> ending_why_;

  static const Buffer no_certificate_;
};

// Tells the peer that no more comes and reads what it still sends, for a little while: a socket closed with unread
// bytes resets the connection, and the peer may then lose the alert that explains the end.
void linger(Loop& loop, Fd fd, std::unique_ptr<Admission> admission, Micros time = linger_time);

}  // namespace signet::net
