// tls.h -- TLS 1.3 and 1.2 as this project allows it: AEAD suites, X25519 then P-256, no tickets, no renegotiation.
//
// net/tls_*.cpp and crypto/openssl alone include OpenSSL.
#pragma once

#include "element/element.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace signet::net {

// Asked in the handshake with the DER of the peer's leaf certificate, before the proof of possession, which TLS itself
// checks after. An Error refuses: its code chooses the alert, its text goes to our log and never to the peer.
using JudgePeer = std::function<Status(Bytes leaf_der)>;

struct ServerIdentity {
  std::string certificate_chain_pem;  // leaf first
  std::string private_key_pem;        // a manager's server key; a device's key never looks like this
};

class TlsServer {
 public:
  // With `judge`, a client certificate is demanded; without it none is asked for (the people's port).
  static Result<std::unique_ptr<TlsServer>> create(const ServerIdentity& identity, std::vector<std::string> alpn, JudgePeer judge);
  ~TlsServer();
  struct State;
  State& state() const { return *state_; }

 private:
  explicit TlsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct ClientTrust {
  std::string ca_pem;        // the manager's CA; nothing else is believed, the system's store is not used
  std::string server_name;   // must be in the server's certificate
  std::string alpn = "mqtt";
};

class TlsClient {
 public:
  // The key never leaves `element`: each handshake asks it for one signature, through an OpenSSL provider of our own.
  static Result<std::unique_ptr<TlsClient>> create(const ClientTrust& trust, std::vector<Buffer> certificate_chain, element::Element& element);
  ~TlsClient();
  struct State;
  State& state() const { return *state_; }

 private:
  explicit TlsClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::net
