// fetch: each device opens a connection of its own and takes one file over HTTP, all at once; a thread each.
#include "load/crowd.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace signet::bench {
namespace {

constexpr std::size_t head_bytes_max = 8192;
constexpr Block<9> http_protocol{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};  // ALPN

using Ssl = std::unique_ptr<SSL, Freed<SSL_free>>;

class Fetcher {
 public:
  Fetcher(const Options& options, const Tls& tls, const Identity& identity) : options_(options) {
    socket_ = Fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(options.port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) return;
    ssl_.reset(SSL_new(tls.context()));
    SSL_set_fd(ssl_.get(), socket_.get());
    SSL_use_certificate(ssl_.get(), identity.certificate.get());
    SSL_use_PrivateKey(ssl_.get(), identity.key.get());
    SSL_set_alpn_protos(ssl_.get(), http_protocol.data(), http_protocol.size());
    is_open_ = SSL_connect(ssl_.get()) == 1;
  }

  // Bytes of the body, in all; what was asked for in pieces ends when one is short.
  std::size_t take() {
    if (!is_open_) return 0;
    if (options_.range == 0) return ask("HTTP/1.0", "");
    std::size_t got = 0;
    for (;;) {
      const std::string range = std::to_string(got) + "-" + std::to_string(got + options_.range - 1);
      const std::size_t piece = ask("HTTP/1.1", "Range: bytes=" + range + "\r\n");
      got += piece;
      if (piece < options_.range || got == options_.bytes) return got;
    }
  }

 private:
  std::size_t ask(const char* version, const std::string& headers) {
    const std::string request = "GET " + options_.path + " " + version + "\r\nHost: manager\r\n" + headers + "\r\n";
    if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0) return 0;
    std::string head;
    std::size_t body = 0;
    std::optional<std::size_t> expected;
    Block<16 * 1024> bytes;
    while (!expected || body < *expected) {
      const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (count <= 0) return expected == SIZE_MAX ? body : 0;
      const auto size = static_cast<std::size_t>(count);
      if (expected) {
        body += size;
        continue;
      }
      head.append(reinterpret_cast<const char*>(bytes.data()), size);
      const std::size_t end = head.find("\r\n\r\n");
      if (end == head.npos) {
        if (head.size() > head_bytes_max) return 0;
        continue;
      }
      if (head.find(" 20") != 8) return 0;  // neither 200 nor 206
      expected = length_in(head);
      body = head.size() - end - 4;
    }
    return body;
  }

  static std::size_t length_in(const std::string& head) {
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t at = head.find(name);
    return at == head.npos ? SIZE_MAX : std::stoul(head.substr(at + name.size()));  // SIZE_MAX: until it ends
  }

  const Options& options_;
  Fd socket_;
  Ssl ssl_;
  bool is_open_ = false;
};

}  // namespace

json::object run_fetch(const Options& options) {
  const std::vector<Identity> identities = read_identities(options.identities_file, options.count);
  const Tls tls{options.tls == "1.2" ? Tls::Version::tls1_2 : Tls::Version::tls1_3};
  std::vector<std::size_t> got(identities.size());
  const Cost before = cost_of(options.server_pid);
  const Instant began = now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < identities.size(); ++i) {
    threads.emplace_back([&, i] { got[i] = Fetcher{options, tls, identities[i]}.take(); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(now() - began).count();
  const Cost after = cost_of(options.server_pid);
  std::size_t whole = 0;
  for (const std::size_t bytes : got) whole += bytes == options.bytes ? 1 : 0;
  const double mib = static_cast<double>(whole * options.bytes) / (1 << 20);
  return {{"fetched", whole},
          {"failed", identities.size() - whole},
          {"mib", mib},
          {"seconds", seconds},
          {"cpu_us_per_mib", mib > 0 ? (after.cpu_seconds - before.cpu_seconds) * 1e6 / mib : 0},
          {"resident_grown", static_cast<double>(after.resident_bytes) - static_cast<double>(before.resident_bytes)}};
}

}  // namespace signet::bench
