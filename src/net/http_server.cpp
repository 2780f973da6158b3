#include "net/http_server.h"

#include "crypto/random.h"
#include "net/http_session.h"
#include "net/listener.h"
#include "net/socket.h"

#include <thread>

namespace signet::net {
namespace {

std::uint32_t random_serial() {
  std::uint32_t out = 0;
  for (const std::uint8_t byte : crypto::SystemRandom{}.block<sizeof out>()) out = out << 8 | byte;
  return out;
}

}  // namespace

struct HttpServer::State {
  SystemClock clock;
  RequestIds ids{clock, random_serial()};
  std::unique_ptr<Loop> loop;  // before what lives in it
  HttpShared shared;
  std::unique_ptr<TlsServer> tls;
  std::unique_ptr<Listener> listener;
  std::thread thread;
};

Result<std::unique_ptr<HttpServer>> HttpServer::create(const HttpConfig& config, HttpHandler handler) {
  if (!config.identity && !is_loopback(config.host)) {
    return Error{Errc::forbidden, "plain HTTP on " + name_of(config.host, config.port) +
                                      " is refused: give the server a certificate, or listen on 127.0.0.1"};
  }
  auto state = std::make_unique<State>();
  State& s = *state;
  s.loop = TRY(Loop::create(s.clock));
  s.shared.handler = std::move(handler);
  s.shared.ids = &s.ids;
  s.shared.mailbox = std::make_shared<HttpMailbox>();
  s.shared.mailbox->loop = s.loop.get();
  s.shared.over_tls = config.identity.has_value();
  if (config.identity) s.tls = TRY(TlsServer::create(*config.identity, {"http/1.1"}, nullptr));
  s.shared.config = config;
  s.shared.config.identity.reset();  // the key is where it is needed, and nowhere else
  ListenConfig listening;
  listening.host = config.host;
  listening.port = config.port;
  listening.connections_max = config.connections_max;
  const auto make_session = [&s](const std::string&) { return std::make_shared<HttpSession>(*s.loop, s.shared); };
  s.listener = TRY(listen(*s.loop, listening, s.tls ? tls_streams(*s.tls) : plain_streams(), make_session));
  s.thread = std::thread{[&s] { s.loop->run(); }};
  return std::unique_ptr<HttpServer>{new HttpServer{std::move(state)}};
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock{state_->shared.mailbox->mutex};
    state_->shared.mailbox->loop = nullptr;
  }
  state_->loop->stop();
  state_->thread.join();
  state_->listener.reset();
  state_->loop.reset();  // with its connections, while what they share is still there
}

std::uint16_t HttpServer::port() const { return state_->listener->port(); }

}  // namespace signet::net
