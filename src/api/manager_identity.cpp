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

// After a power cut within succeed(): the key has moved, its certificate or the word not yet.
Status finish_succession(const std::string& folder) {
  const std::string word_file = folder + "/ca-next.sig", next_file = folder + "/ca-next.pem";
  if (!file_exists(word_file)) return {};
  if (!file_exists(next_file)) return file_exists(folder + "/ca-next.key") ? Status{} : remove_file(word_file);
  const crypto::PrivateKey key = TRY(load_key(folder + "/ca.key"));
  const Buffer next = TRY(read_file(next_file, 2 * identity::certificate_bytes_max));
  const Result<identity::Certificate> ca = identity::read_certificate(next);
  const bool key_has_moved = ca && ca.value().public_key == crypto::public_key_of(key);
  if (!key_has_moved) return {};
  TRY(move_file(next_file, folder + "/ca.pem"));
  return remove_file(word_file);
}

}  // namespace

Result<std::optional<identity::Successor>> ManagerIdentity::successor_in(const std::string& folder) {
  const std::string word_file = folder + "/ca-next.sig";
  if (!file_exists(word_file)) return std::optional<identity::Successor>{};
  const auto read = [&]() -> Result<identity::Successor> {
    const Buffer text = TRY(read_file(word_file, 2 * identity::certificate_bytes_max));
    const json::object word = TRY(parse_json_object(text_of(text)));
    identity::Successor found = TRY(identity::read_successor(word));
    const Buffer present = TRY(read_file(folder + "/ca.pem", 2 * identity::certificate_bytes_max));
    const identity::Certificate ca = TRY(identity::read_certificate(present));
    TRY(identity::check_successor(ca, found));
    return found;
  };
  Result<identity::Successor> found = read();
  if (!found) return Error{Errc::corrupt, word_file + ": " + found.error().what + ": restore it from a backup"};
  return std::optional{std::move(found).value()};
}

Result<identity::Successor> ManagerIdentity::prepare_successor(const std::string& folder, Clock& clock,
                                                               crypto::Random& random) {
  if (!file_exists(folder + "/ca.pem")) {
    return Error{Errc::not_found, folder + " has no CA yet: start signetd once, then change its CA"};
  }
  TRY(finish_succession(folder));
  std::optional<identity::Successor> known = TRY(successor_in(folder));
  if (known) return *std::move(known);
  const crypto::PrivateKey key = TRY(load_key(folder + "/ca.key"));
  const identity::Certificate ca = TRY(load_ca(folder + "/ca.pem", key));
  // The word comes last: what an earlier attempt left without it is used.
  const crypto::PrivateKey next_key = TRY(load_or_make_key(folder + "/ca-next.key", random));
  identity::Certificate next = TRY(make_ca(folder + "/ca-next.pem", next_key, clock));
  identity::Successor named = TRY(identity::name_successor(ca, std::move(next), signer(key)));
  const std::string word = json::serialize(identity::write_successor(named)) + "\n";
  TRY(write_file_atomic(folder + "/ca-next.sig", bytes_of(word), public_mode));
  return named;
}

Status ManagerIdentity::succeed(const std::string& folder) {
  TRY(finish_succession(folder));
  if (!TRY(successor_in(folder))) {
    return Error{Errc::not_found, "no CA is prepared to follow: 'signetd rotate-ca' makes one"};
  }
  TRY(move_file(folder + "/ca-next.key", folder + "/ca.key"));
  return finish_succession(folder);
}

Result<ManagerIdentity> ManagerIdentity::open(const std::string& folder, Clock& clock, crypto::Random& random) {
  TRY(make_folder(folder, folder_mode));
  TRY(finish_succession(folder));
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
  std::optional<identity::Successor> successor = TRY(successor_in(folder));
  return ManagerIdentity{std::move(ca_key), std::move(ca).value(), std::move(successor), std::move(receipt_key)};
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
  fleet::ManagerIdentity out{fingerprint(), signer(receipt_key_), crypto::AeadKey{key}};
  if (!successor_) return out;
  out.successor = json::serialize(identity::write_successor(*successor_));
  out.successor_name = hex(identity::fingerprint(successor_->ca));
  return out;
}

IssueEnrolled ManagerIdentity::issuer(Clock& clock) const {
  return [this, &clock](const identity::Request& request) {
    return identity::issue_enrolled(request.public_key, request.common_name, ca_, clock.now(), signer(ca_key_));
  };
}

}  // namespace signet::api
