#include "api/manager_identity.h"

#include "base/port/file.h"
#include "crypto/key_pem.h"

namespace signet::api {
namespace {

constexpr unsigned secret_mode = 0600;
constexpr unsigned public_mode = 0644;
constexpr unsigned folder_mode = 0700;

identity::SignDigest signer(const crypto::PrivateKey& key) {
  return [&key](const crypto::Digest& digest) -> Result<crypto::Signature> { return crypto::sign(key, digest); };
}

Result<crypto::PrivateKey> load_key(const std::string& path) {
  const crypto::SecretBytes text{TRY(read_file(path, crypto::key_pem_bytes_max))};
  Result<crypto::PrivateKey> key = crypto::import_private_key_pem(text_of(text.reveal()));
  if (!key) return Error{Errc::corrupt, path + ": " + key.error().what + ": restore it from a backup"};
  return key;
}

Result<crypto::PrivateKey> load_or_make_key(const std::string& path, crypto::Random& random) {
  if (file_exists(path)) return load_key(path);
  crypto::PrivateKey key = crypto::generate_private_key(random);
  std::string text = crypto::export_private_key_pem(key);
  const Status written = write_file_atomic(path, bytes_of(text), secret_mode);
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  TRY(written);
  return key;
}

Result<identity::Certificate> load_ca(const std::string& path, const crypto::PrivateKey& key) {
  const Buffer text = TRY(read_file(path, 2 * identity::certificate_bytes_max));
  Result<identity::Certificate> ca = identity::read_certificate(text);
  if (!ca) return Error{Errc::corrupt, path + ": " + ca.error().what + ": restore it from a backup"};
  if (ca.value().public_key != crypto::public_key_of(key)) {
    return Error{Errc::corrupt, path + " does not belong to ca.key beside it: restore both from the same backup"};
  }
  return ca;
}

Result<identity::Certificate> make_ca(const std::string& path, const crypto::PrivateKey& key, Clock& clock) {
  identity::Certificate ca =
      TRY(identity::issue_manager_ca(crypto::public_key_of(key), "Signet manager CA", clock.now(), signer(key)));
  TRY(write_file_atomic(path, bytes_of(identity::pem("CERTIFICATE", ca.der)), public_mode));
  return ca;
}

}  // namespace

Result<ManagerIdentity> ManagerIdentity::open(const std::string& folder, Clock& clock, crypto::Random& random) {
  TRY(make_folder(folder, folder_mode));
  const std::string ca_key_file = folder + "/ca.key";
  const std::string ca_file = folder + "/ca.pem";
  if (file_exists(ca_file) && !file_exists(ca_key_file)) {
    return Error{Errc::corrupt, ca_key_file + " is lost: restore it from a backup, since devices trust only its CA"};
  }
  // The key is written before its certificate, so that a crash between the two leaves nothing that contradicts.
  crypto::PrivateKey ca_key = TRY(load_or_make_key(ca_key_file, random));
  Result<identity::Certificate> ca = file_exists(ca_file) ? load_ca(ca_file, ca_key) : make_ca(ca_file, ca_key, clock);
  if (!ca) return std::move(ca).error();
  crypto::PrivateKey receipt_key = TRY(load_or_make_key(folder + "/receipt.key", random));
  return ManagerIdentity{std::move(ca_key), std::move(ca).value(), std::move(receipt_key)};
}

std::string ManagerIdentity::ca_pem() const { return identity::pem("CERTIFICATE", ca_.der); }
std::string ManagerIdentity::fingerprint() const { return hex(identity::fingerprint(ca_)); }
crypto::PublicKey ManagerIdentity::receipt_key() const { return crypto::public_key_of(receipt_key_); }

Result<net::ServerIdentity> ManagerIdentity::issue_server(const std::vector<std::string>& names, Clock& clock,
                                                          crypto::Random& random) const {
  const crypto::PrivateKey key = crypto::generate_private_key(random);
  const identity::Certificate leaf =
      TRY(identity::issue_server(crypto::public_key_of(key), names, ca_, clock.now(), signer(ca_key_)));
  net::ServerIdentity out;
  out.certificate_chain_pem = identity::pem("CERTIFICATE", leaf.der) + ca_pem();
  out.private_key_pem = crypto::export_private_key_pem(key);
  return out;
}

// The seal's key comes from receipt.key, so that no backup can hold one without the other.
fleet::ManagerIdentity ManagerIdentity::for_fleet() const {
  const crypto::Digest key =
      crypto::hmac_sha256(receipt_key_.reveal(), bytes_of("signet: seal what the store keeps, 1"));
  return {fingerprint(), signer(receipt_key_), crypto::AeadKey{key}};
}

IssueEnrolled ManagerIdentity::issuer(Clock& clock) const {
  return [this, &clock](const identity::Request& request) {
    return identity::issue_enrolled(request.public_key, request.common_name, ca_, clock.now(), signer(ca_key_));
  };
}

}  // namespace signet::api
