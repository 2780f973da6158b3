// manager_identity.h -- who a manager is: its own CA and its receipt key, made once in its data folder.
//
//   ca.key receipt.key   P-256, PKCS#8 PEM, 0600       ca.pem   what everybody who trusts this manager pins
//
// The server's key is made anew at each start and never written: clients pin the CA, not the leaf.
#pragma once

#include "api/api.h"

namespace signet::api {

class ManagerIdentity {
 public:
  // Makes what is missing. corrupt when a key is lost or does not belong to its certificate: a new CA would lock out
  // every device that pinned the old one, so none is made in silence.
  static Result<ManagerIdentity> open(const std::string& folder, Clock& clock, crypto::Random& random);

  const identity::Certificate& ca() const { return ca_; }
  std::string ca_pem() const;
  std::string fingerprint() const;  // hex SHA-256 of the CA's DER
  crypto::PublicKey receipt_key() const;

  // A fresh server key and its certificate for these DNS names and addresses.
  Result<net::ServerIdentity> issue_server(const std::vector<std::string>& names, Clock& clock,
                                           crypto::Random& random) const;
  // These borrow *this, which must stay where it is.
  fleet::ManagerIdentity for_fleet() const;
  IssueEnrolled issuer(Clock& clock) const;

 private:
  ManagerIdentity(crypto::PrivateKey ca_key, identity::Certificate ca, crypto::PrivateKey receipt_key)
      : ca_key_(std::move(ca_key)), ca_(std::move(ca)), receipt_key_(std::move(receipt_key)) {}
  crypto::PrivateKey ca_key_;
  identity::Certificate ca_;
  crypto::PrivateKey receipt_key_;
};

}  // namespace signet::api
