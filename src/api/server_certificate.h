// server_certificate.h -- which certificate the manager shows on both its ports, and when it changes.
//
//   self-made    below the manager's CA, anew at each start and before a third of its time is left
//   from files   read again when asked (SIGHUP) and when they change; a pair that does not fit is refused with a line
//                in the log, and the old one stays
// No connection is cut: servers that were made from identity() take the next one up for new connections
// (net::IdentityFeed). All calls come from one thread.
#pragma once

#include "api/manager_identity.h"

namespace signet::api {

inline constexpr std::size_t server_file_bytes_max = 64 * 1024;
inline constexpr Seconds server_certificate_look_interval{10};
inline constexpr Seconds server_certificate_warn_before{14 * 24 * 3600};

struct ServerCertificateFiles {
  std::string certificate{};  // PEM, leaf first; empty: self-made
  std::string key{};          // PEM, P-256; or the name of an element that holds it (element/open/name.h)
};

class ServerCertificate {
 public:
  // Opens a key that an element holds.
  using OpenKey = std::function<Result<net::SignDigest>(const std::string& name)>;
  // `manager`, `clock` and `random` outlive this.
  static Result<std::unique_ptr<ServerCertificate>> create(ServerCertificateFiles files, const ManagerIdentity& manager,
                                                           std::vector<std::string> names, Clock& clock,
                                                           crypto::Random& random, OpenKey open_key);

  const net::ServerIdentity& identity() const { return identity_; }

  // Publishes what is new, if anything is; `asked`: a person waits for a word about it. What is wrong is in the log.
  void look(bool asked);

 private:
  ServerCertificate(ServerCertificateFiles files, const ManagerIdentity& manager, std::vector<std::string> names,
                    Clock& clock, crypto::Random& random)
      : files_(std::move(files)), manager_(manager), names_(std::move(names)), clock_(clock), random_(random) {}
  bool is_self_made() const { return files_.certificate.empty(); }
  bool is_key_in_file() const;
  Status open(const OpenKey& open_key);
  Result<net::ServerIdentity> read() const;
  Result<net::ServerIdentity> make() const;
  bool is_time_for_another() const;
  void warn_of_the_end();
  Status publish(net::ServerIdentity next);

  ServerCertificateFiles files_;
  const ManagerIdentity& manager_;
  std::vector<std::string> names_;
  Clock& clock_;
  crypto::Random& random_;
  net::SignDigest sign_;
  net::ServerIdentity identity_;
  Timestamp since_{}, until_{};
  crypto::Digest last_tried_{};
  Timestamp last_warned_{};
};

}  // namespace signet::api
