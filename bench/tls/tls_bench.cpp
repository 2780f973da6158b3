// What a mutual handshake and an idle connection cost the gate, for each TLS library behind it, over loopback.
//
// Each library has a server process of its own and a client process beside it; the parent lets them take turns, round
// by round, so that all see the same machine. CPU time is the server process's, from accept to close.
#include "figures.h"

#include "base/clock.h"
#include "crypto/digest.h"
#include "crypto/key_pem.h"
#include "crypto/random.h"
#include "identity/profile.h"
#include "net/socket.h"
#include "net/stream.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstring>

namespace {

using namespace signet;

constexpr int rounds = 31;
constexpr int handshakes_a_round = 40;
constexpr int idle_connections = 400;

struct Variant {
  const char* name;
  net::TlsOptions options;
};
constexpr Variant variants[] = {{"openssl", {net::TlsBackend::openssl, false}},
                                {"openssl old EC", {net::TlsBackend::openssl, true}},
                                {"gnutls", {net::TlsBackend::gnutls, false}}};
constexpr std::size_t variant_count = std::size(variants);

class SoftwareElement final : public element::Element {
 public:
  explicit SoftwareElement(const crypto::PrivateKey& key) : key_(key) {}
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return crypto::public_key_of(key_); }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override { return crypto::sign(key_, digest); }
  Result<Buffer> random(std::size_t size) override { return Buffer(size); }
  Result<element::Certificates> certificates() override { return Error{Errc::not_found, "none"}; }
  Result<std::uint32_t> counter(unsigned) override { return 0u; }
  Result<std::uint32_t> increment(unsigned) override { return 0u; }

 private:
  const crypto::PrivateKey& key_;
};

struct World {
  World() {
    const auto ca_signs = [this](const crypto::Digest& digest) { return Result{crypto::sign(ca_key, digest)}; };
    const Timestamp now = SystemClock{}.now();
    ca = identity::issue_manager_ca(crypto::public_key_of(ca_key), "bench", now, ca_signs).value();
    const auto leaf =
        identity::issue_server(crypto::public_key_of(server_key), {"localhost"}, ca, now, ca_signs).value();
    device = identity::issue_enrolled(crypto::public_key_of(device_key), "device", ca, now, ca_signs).value();
    server.certificate_chain_pem = identity::pem("CERTIFICATE", leaf.der);
    server.private_key_pem = crypto::export_private_key_pem(server_key);
    fingerprint = identity::fingerprint(device);
  }
  crypto::SystemRandom random;
  crypto::PrivateKey ca_key = crypto::generate_private_key(random);
  crypto::PrivateKey server_key = crypto::generate_private_key(random);
  crypto::PrivateKey device_key = crypto::generate_private_key(random);
  identity::Certificate ca, device;
  net::ServerIdentity server;
  crypto::Digest fingerprint{};
};

struct Order {
  net::TlsVersion version;
  bool hold;  // all connections at once, and what they take is the answer; else one after the other
  int count;
};

template <class T>
T receive(int fd) {
  T value;
  ENSURE(::recv(fd, &value, sizeof value, MSG_WAITALL) == static_cast<ssize_t>(sizeof value));
  return value;
}
template <class T>
void tell(int fd, const T& value) {
  ENSURE(::send(fd, &value, sizeof value, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof value));
}

void wait_for(int fd, net::Need need) {
  pollfd ready{fd, static_cast<short>(need == net::Need::write ? POLLOUT : POLLIN), 0};
  ENSURE(::poll(&ready, 1, 10'000) == 1);
}

void shake(net::Stream& stream, int fd) {
  for (;;) {
    const auto step = stream.handshake();
    if (!step) {
      std::fprintf(stderr, "tls_bench: %s\n", step.error().what.c_str());
      std::exit(2);
    }
    if (step.value() == net::Need::nothing) return;
    wait_for(fd, step.value());
  }
}

struct Open {
  Fd fd;
  std::unique_ptr<net::Stream> stream;
};

[[noreturn]] void be_client(const World& world, int orders, std::uint16_t port) {
  SoftwareElement element{world.device_key};
  const net::ClientTrust trust{.ca_pem = identity::pem("CERTIFICATE", world.ca.der), .server_name = "localhost"};
  for (;;) {
    const Order order = receive<Order>(orders);
    net::ClientTrust now = trust;
    now.newest = order.version;
    const auto client = net::TlsClient::create(now, {world.device.der}, element).value();
    const net::MakeStream make = net::tls_streams(*client);
    std::vector<Open> held;
    for (int i = 0; i < order.count; ++i) {
      Open one{net::start_connecting(net::resolve("127.0.0.1", port).value().front()).value(), nullptr};
      wait_for(one.fd.get(), net::Need::write);
      one.stream = make(one.fd.get()).value();
      shake(*one.stream, one.fd.get());
      if (order.hold) {
        held.push_back(std::move(one));
        continue;
      }
      wait_for(one.fd.get(), net::Need::read);  // the server's goodbye
    }
    if (order.hold) receive<Order>(orders);  // until told otherwise
  }
}

struct Answer {
  double micros_each;
  double bytes_each;
};

Answer serve(int listening, const net::MakeStream& make, const Order& order) {
  std::vector<Open> held;
  held.reserve(static_cast<std::size_t>(order.count));
  const std::size_t before = ::mallinfo2().uordblks;
  const double start = bench::cpu_micros();
  for (int i = 0; i < order.count; ++i) {
    wait_for(listening, net::Need::read);
    Open one{std::move(net::accept_socket(listening).value().fd), nullptr};
    one.stream = make(one.fd.get()).value();
    shake(*one.stream, one.fd.get());
    std::uint8_t nothing[16];
    ENSURE(one.stream->read(nothing));  // an idle connection has looked for bytes once
    if (order.hold)
      held.push_back(std::move(one));
    else
      static_cast<void>(one.stream->end());
  }
  const double spent = bench::cpu_micros() - start;
  const auto taken = static_cast<double>(::mallinfo2().uordblks - before);
  return {spent / order.count, taken / order.count};
}

[[noreturn]] void be_server(const World& world, const Variant& variant, int parent) {
  const Fd listening = net::open_listening_socket("127.0.0.1", 0).value();
  int ends[2];
  ENSURE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  if (::fork() == 0) {
    ::close(parent);
    ::close(ends[0]);
    be_client(world, ends[1], net::port_of(listening.get()));
  }
  ::close(ends[1]);
  const auto judge = [&](Bytes leaf) -> Status {
    if (crypto::sha256(leaf) == world.fingerprint) return {};
    return Error{Errc::not_found, "unknown"};
  };
  const auto server = net::TlsServer::create(world.server, {"mqtt"}, judge, variant.options).value();
  const net::MakeStream make = net::tls_streams(*server);
  for (;;) {
    const Order order = receive<Order>(parent);
    tell(ends[0], order);
    tell(parent, serve(listening.get(), make, order));
    if (order.hold) tell(ends[0], order);
  }
}

// Ends when the parent does: receive() fails on a closed socket.
int start_server(const World& world, const Variant& variant) {
  int ends[2];
  ENSURE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  if (::fork() == 0) {
    ::close(ends[0]);
    ENSURE(::freopen("/dev/null", "w", stderr));
    be_server(world, variant, ends[1]);
  }
  ::close(ends[1]);
  return ends[0];
}

Answer ask(int server, const Order& order) {
  tell(server, order);
  return receive<Answer>(server);
}

std::string label(std::size_t variant, net::TlsVersion version) {
  return std::string{variants[variant].name} + (version == net::TlsVersion::v1_3 ? ", 1.3" : ", 1.2");
}

}  // namespace

int main(int argc, char** argv) {
  bench::Figures figures{argc, argv};
  const World world;
  int servers[variant_count];
  for (std::size_t v = 0; v < variant_count; ++v) servers[v] = start_server(world, variants[v]);
  for (const net::TlsVersion version : {net::TlsVersion::v1_3, net::TlsVersion::v1_2}) {
    std::vector<double> micros[variant_count], ratios[variant_count];
    for (int round = -1; round < rounds; ++round) {
      double now[variant_count];
      for (std::size_t v = 0; v < variant_count; ++v) {
        now[v] = ask(servers[v], {version, false, handshakes_a_round}).micros_each;
      }
      if (round < 0) continue;  // cold
      for (std::size_t v = 0; v < variant_count; ++v) {
        micros[v].push_back(now[v]);
        ratios[v].push_back(now[v] / now[0]);
      }
    }
    for (std::size_t v = 0; v < variant_count; ++v) {
      figures.add(label(v, version), bench::median(micros[v]), "us", bench::Bound::at_most, 3000);
      if (v > 0) figures.add("  beside openssl", bench::median(ratios[v]), "x", bench::Bound::at_most, 0.95);
    }
  }
  for (std::size_t v = 0; v < variant_count; ++v) {
    const Answer idle = ask(servers[v], {net::TlsVersion::v1_3, true, idle_connections});
    const double limit = variants[v].options.backend == net::TlsBackend::gnutls ? 13'000 : 25'000;
    figures.add(std::string{variants[v].name} + ", idle", idle.bytes_each, "B", bench::Bound::at_most, limit);
  }
  return figures.exit_code();
}
