// tls.h -- TLS 1.3 and 1.2 as this project allows it: AEAD suites, X25519 then P-256, no tickets, no renegotiation.
//
// The server's side has two libraries behind it, OpenSSL and GnuTLS; both keep the same rules and pass the same tests
// (tls_contract_test.cpp). net/tls* and crypto/openssl alone include OpenSSL, net/tls_gnutls* alone GnuTLS.
#pragma once

#include "base/clock.h"
#include "element/element.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace signet::net {

// Asked in the handshake, once a connection, with the DER of the peer's leaf certificate, before the proof of
// possession, which TLS itself checks after. The chain is not verified here: the registry did that when it learned it.
// An Error refuses: its code chooses the alert, its text goes to our log (on_close) and never to the peer.
//   not_found -> unknown_ca · forbidden -> certificate_revoked · unauthenticated -> bad_certificate
//   any other -> certificate_unknown
using JudgePeer = std::function<Status(Bytes leaf_der)>;

// Signs with a P-256 key that somebody else holds: a token, an element. May be asked from several threads.
using SignDigest = std::function<Result<crypto::Signature>(const crypto::Digest&)>;

// Whether `why`, with which a handshake ended at a server, can only be the peer's doing: not a broken line, not our key
// or our certificate that it did not like, and not the judge's word.
bool is_fault_of_peer(const Error& why);

class IdentityFeed;

struct ServerIdentity {
  std::string certificate_chain_pem{};   // leaf first, P-256
  std::string private_key_pem{};         // a manager's server key, P-256; a device's key never looks like this
  SignDigest sign{};                     // instead of private_key_pem; a handshake waits for it
  std::shared_ptr<IdentityFeed> feed{};  // of the identities that come after this one
  ~ServerIdentity();                     // wipes the key's text
};

// When the first certificate of a PEM text ends.
Result<Timestamp> end_of_certificate(std::string_view chain_pem);

enum class TlsBackend : std::uint8_t { openssl, gnutls };
Status parse_value(std::string_view text, TlsBackend& out);  // for config fields (base/fields.h)
std::string print_value(TlsBackend backend);

struct TlsOptions {
  TlsBackend backend = TlsBackend::openssl;
  // OpenSSL alone: P-256 by OpenSSL's code from before providers, a quarter less CPU a handshake (tls_legacy_ec.h).
  bool legacy_ec = false;
};

class TlsServer {
 public:
  // With `judge`, a client certificate is demanded; without it none is asked for (the people's port).
  // A client that offers only protocols not in `alpn` is refused; one that offers none is not.
  // conflict when the key is not the certificate's.
  static Result<std::unique_ptr<TlsServer>> create(const ServerIdentity& identity, std::vector<std::string> alpn,
                                                   JudgePeer judge, const TlsOptions& options = {});
  // For the connections from now on; those that live keep what they began with. From any thread. After an Error all
  // is as before.
  Status renew(const ServerIdentity& identity);

  struct State;
  const std::shared_ptr<State>& state() const { return state_; }  // shared with its connections

 private:
  explicit TlsServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// Every server that was made from an identity with this feed takes up what is published, on whatever thread it lives.
class IdentityFeed {
 public:
  // From any thread. After an Error of a pair that does not fit, all is as before.
  Status publish(const ServerIdentity& identity);

 private:
  friend class TlsServer;
  void subscribe(const std::shared_ptr<TlsServer::State>& server);
  std::mutex mutex_;
  std::vector<std::weak_ptr<TlsServer::State>> servers_;
};

enum class TlsVersion { v1_2, v1_3 };
Result<TlsVersion> parse_tls_version(std::string_view text);  // "1.2", "1.3"

struct ClientTrust {
  std::string ca_pem{};       // the manager's CA; nothing else is believed, the system's store is not used
  std::string server_name{};  // must be in the server's certificate
  std::string alpn = "mqtt";  // the server must choose it; "" offers none
  TlsVersion newest = TlsVersion::v1_3;
};

class TlsClient {
 public:
  // The key never leaves `element`: each handshake asks it for one signature, through an OpenSSL provider of our own,
  // and waits for it. `certificate_chain` is DER, leaf first; conflict when the leaf is not for the element's key.
  // `element` must outlive the client and its connections.
  static Result<std::unique_ptr<TlsClient>> create(const ClientTrust& trust,
                                                   const std::vector<Buffer>& certificate_chain,
                                                   element::Element& element);
  struct State;
  const std::shared_ptr<State>& state() const { return state_; }  // shared with its connections

 private:
  explicit TlsClient(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace signet::net
