// impostor -- attacks a gateway with a genuine certificate whose private key it does not have.
//
//   impostor --port P --ca manager-ca.pem --chain unit.pem [--tls 1.2]
//
// Presents the certificates of a real unit and signs the handshake with a key of its own. Prints what the gateway did;
// ends with 0 when it was refused and 1 when it was let in.
#include "base/exit_code.h"
#include "identity/certificate.h"
#include "net/connection.h"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace signet {
namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;
constexpr Seconds patience{10};

// Says it has the unit's key; signs with another.
class StolenIdentity final : public element::Element {
 public:
  explicit StolenIdentity(const crypto::PublicKey& shown)
      : shown_(shown), own_(crypto::generate_private_key(random_)) {}
  element::Assurance assurance() const override { return element::Assurance::software; }
  Result<element::Uid> uid() override { return element::Uid{}; }
  Result<crypto::PublicKey> public_key() override { return shown_; }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override { return crypto::sign(own_, digest); }
  Result<Buffer> random(std::size_t size) override {
    Buffer out(size);
    random_.fill(out);
    return out;
  }
  Result<element::Certificates> certificates() override { return absent(); }
  Result<std::uint32_t> counter(unsigned) override { return absent(); }
  Result<std::uint32_t> increment(unsigned) override { return absent(); }

 private:
  static Error absent() { return Error{Errc::not_found, "an impostor has none"}; }
  crypto::SystemRandom random_;
  crypto::PublicKey shown_;
  crypto::PrivateKey own_;
};

// A TLS 1.3 client is "open" before the server has judged its proof: only bytes back, or silence, mean it was let in.
struct Attack final : net::ConnectionEvents {
  explicit Attack(net::Loop& event_loop) : loop(event_loop) {}
  void on_open(net::Connection&) override {}
  void on_bytes(net::Connection&, Bytes) override { end(false, "the gateway answered"); }
  void on_close(net::Connection&, const std::optional<Error>& why) override {
    end(true, why ? why->what : "the gateway closed the connection");
  }
  void end(bool was_refused, std::string text) {
    if (what.empty()) refused = was_refused, what = std::move(text);
    loop.stop();
  }
  net::Loop& loop;
  bool refused = false;
  std::string what;
};

Result<std::vector<identity::Certificate>> read_chain(const std::string& file) {
  const Buffer text = TRY(read_file(file, file_bytes_max));
  std::vector<identity::Certificate> chain;
  std::string_view rest = text_of(text);
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  for (std::size_t at = rest.find(end); at != rest.npos; at = rest.find(end)) {
    chain.push_back(TRY(identity::read_certificate(bytes_of(rest.substr(0, at + end.size())))));
    rest.remove_prefix(at + end.size());
  }
  if (chain.empty()) return Error{Errc::malformed, file + " holds no certificate"};
  return chain;
}

Result<bool> attack(const std::string& host, std::uint16_t port, const std::string& ca_file,
                    const std::string& chain_file, const std::string& tls_version) {
  const auto chain = TRY(read_chain(chain_file));
  std::vector<Buffer> ders;
  for (const auto& certificate : chain) ders.push_back(certificate.der);
  StolenIdentity stolen{chain[0].public_key};
  SystemClock clock;
  const auto loop = TRY(net::Loop::create(clock));
  const net::ClientTrust trust{std::string{text_of(TRY(read_file(ca_file, file_bytes_max)))}, host, "mqtt",
                               TRY(net::parse_tls_version(tls_version))};
  const auto tls = TRY(net::TlsClient::create(trust, std::move(ders), stolen));
  const auto events = std::make_shared<Attack>(*loop);
  TRY(net::connect(*loop, host, port, *tls, events, patience));
  loop->after(patience, [&] { events->end(false, "the gateway kept the connection"); });
  loop->run();
  std::printf("%s: %s\n", events->refused ? "refused" : "LET IN", events->what.c_str());
  return events->refused;
}

}  // namespace
}  // namespace signet

int main(int argc, char** argv) {
  std::string host = "localhost";
  std::string ca_file;
  std::string chain_file;
  std::string tls = "1.3";
  std::uint16_t port = 0;
  CLI::App app{"Attacks a gateway with a genuine certificate and without its key."};
  app.add_option("--host", host, "the gateway's name");
  app.add_option("--port", port, "the gateway's port")->required();
  app.add_option("--ca", ca_file, "PEM of the manager's CA")->required();
  app.add_option("--chain", chain_file, "PEM of the unit's certificates, its own first")->required();
  app.add_option("--tls", tls, "newest TLS to offer, 1.2 or 1.3");
  CLI11_PARSE(app, argc, argv);
  const auto refused = signet::attack(host, port, ca_file, chain_file, tls);
  if (!refused) return signet::exit_code("impostor", refused.error());
  return refused.value() ? 0 : 1;
}
