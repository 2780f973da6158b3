#include "net/socket.h"
#include "net/stream_connection.h"

namespace signet::net {
namespace {

// Tries the addresses of a name one after the other, until one answers. Lives in the loop, in what it waits for.
class Dialler : public std::enable_shared_from_this<Dialler> {
 public:
  Dialler(Loop& loop, std::vector<Address> addresses, MakeStream make_stream,
          std::shared_ptr<StreamConnection> connection)
      : loop_(loop),
        addresses_(std::move(addresses)),
        make_stream_(std::move(make_stream)),
        connection_(std::move(connection)) {}

  void start() {
    connection_->on_finish([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->stop();
    });
    loop_.after(Micros{0}, [self = shared_from_this()] { self->try_next(); });  // never a call back within connect()
  }

 private:
  void try_next() {
    while (!connection_->ended()) {
      if (next_ == addresses_.size()) return connection_->finish(std::move(last_error_));
      const Address& address = addresses_[next_++];
      Result<Fd> fd = start_connecting(address);
      if (!fd) {
        last_error_ = std::move(fd).error();
        continue;
      }
      fd_ = std::move(fd).value();
      Status watched = loop_.watch(fd_.get(), Ready::write, [self = shared_from_this()](Ready) { self->decided(); });
      if (watched) return;
      last_error_ = std::move(watched).error();
    }
  }

  void decided() {
    const Address& address = addresses_[next_ - 1];
    loop_.unwatch(fd_.get());
    if (connection_->ended()) return;
    if (Status outcome = connect_outcome(fd_.get(), address); !outcome) {
      last_error_ = std::move(outcome).error();
      return try_next();
    }
    auto stream = make_stream_(fd_.get());
    if (!stream) return connection_->finish(std::move(stream).error());
    connection_->begin(std::move(fd_), std::move(stream).value(), address_text(address));
  }

  void stop() {
    if (fd_) loop_.unwatch(fd_.get());
    fd_.close();
  }

  Loop& loop_;
  std::vector<Address> addresses_;
  MakeStream make_stream_;
  std::shared_ptr<StreamConnection> connection_;
  std::size_t next_ = 0;
  Fd fd_;
  std::optional<Error> last_error_;
};

}  // namespace

Result<Connection*> connect(Loop& loop, const std::string& host, std::uint16_t port, TlsClient& tls,
                            std::shared_ptr<ConnectionEvents> events, Millis timeout) {
  std::vector<Address> addresses = TRY(resolve(host, port));
  const auto connection = std::make_shared<StreamConnection>(loop, std::move(events), nullptr);
  connection->start_deadline(timeout);
  std::make_shared<Dialler>(loop, std::move(addresses), tls_streams(tls), connection)->start();
  return static_cast<Connection*>(connection.get());
}

}  // namespace signet::net
