// manager_identity.h -- who a manager is: its own CA and its receipt key, made once in its data folder.
//
//   ca.key receipt.key   P-256, PKCS#8 PEM, 0600       ca.pem   what everybody who trusts this manager pins
//   ca-next.key ca-next.pem ca-next.sig                the CA that will follow, and the present one's word for it
//
// The server's key is made anew at each start and never written: clients pin the CA, not the leaf.
#pragma once

#include "api/api.h"
#include "identity/successor.h"

namespace signet::api {

class ManagerIdentity {
 public:
  // Makes what is missing. corrupt when a key is lost or does not belong to its certificate: a new CA would lock out
  // every device that pinned the old one, so none is made in silence.
  static Result<ManagerIdentity> open(const std::string& folder, Clock& clock, crypto::Random& random);

  // --- a change of the CA, while no manager runs on the folder. Until it is finished the present one serves on.
  // Makes the CA that will follow, once. not_found when the folder has no CA yet.
  static Result<identity::Successor> prepare_successor(const std::string& folder, Clock& clock, crypto::Random& random);
  static Result<std::optional<identity::Successor>> successor_in(const std::string& folder);
  // From the next open() on the successor is the CA; the former key is gone for good. not_found: none is prepared.
  static Status succeed(const std::string& folder);

  const identity::Certificate& ca() const { return ca_; }
  std::string ca_pem() const;
  std::string fingerprint() const;  // hex SHA-256 of the CA's DER
  const std::optional<identity::Successor>& successor() const { return successor_; }
  crypto::PublicKey receipt_key() const;

  // A fresh server key and its certificate for these DNS names and addresses.
  Result<net::ServerIdentity> issue_server(const std::vector<std::string>& names, Clock& clock,
                                           crypto::Random& random) const;
  // These borrow *this, which must stay where it is.
  fleet::ManagerIdentity for_fleet() const;
  IssueEnrolled issuer(Clock& clock) const;

 private:
  ManagerIdentity(crypto::PrivateKey ca_key, identity::Certificate ca, std::optional<identity::Successor> successor,
                  crypto::PrivateKey receipt_key)
      : ca_key_(std::move(ca_key)),
        ca_(std::move(ca)),
        successor_(std::move(successor)),
        receipt_key_(std::move(receipt_key)) {}
  crypto::PrivateKey ca_key_;
  identity::Certificate ca_;
  std::optional<identity::Successor> successor_;
  crypto::PrivateKey receipt_key_;
};

}  // namespace signet::api
