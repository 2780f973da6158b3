// authority.h -- the foundry's own identity: a root, a signer and a log signer, whose keys live in a PKCS#11 token.
//
//   DIR/foundry.json     names, and which token; written last: a folder without it was not finished
//   DIR/root.pem signer.pem log-signer.pem      certificates, public
//   DIR/pin              the token's PIN, mode 0600, unless --pin-file names another place
//   DIR/softhsm2.conf DIR/tokens/               the default token; DIR/tokens-copy/ is put back when a crash harms it
//   DIR/issued/          which serial got which certificate (ledger.h)
//   DIR/batches/NAME/    units made (batch.h)
#pragma once

#include "base/clock.h"
#include "crypto/pkcs11/token.h"
#include "factory/ledger.h"
#include "identity/profile.h"

#include <memory>

namespace signet::factory {

inline constexpr const char* default_module = "/usr/lib/softhsm/libsofthsm2.so";

struct AuthorityPlan {
  std::string folder;
  std::string organization = "Signet";
  std::uint16_t signer_id = 0x0001;
  std::string module_file = default_module;
  std::string pin_file;  // empty: DIR/pin, made when missing
};

class Authority {
 public:
  // Makes token, keys and certificates. May be run again after an interruption: what exists is kept. conflict when the
  // folder holds a finished foundry.
  static Result<std::unique_ptr<Authority>> create(const AuthorityPlan& plan, Clock& clock, crypto::Random& random);
  static Result<std::unique_ptr<Authority>> open(const std::string& folder, const std::string& pin_file = {});

  const std::string& folder() const { return folder_; }
  const std::string& organization() const { return organization_; }
  const identity::Certificate& root() const { return *root_; }
  const identity::Certificate& signer() const { return *signer_; }
  const identity::Certificate& log_signer() const { return *log_signer_; }
  const Ledger& ledger() const { return *ledger_; }
  // May be called from several threads.
  identity::SignDigest signer_signs();
  identity::SignDigest log_signer_signs();

 private:
  Authority() = default;
  Status open_token(const std::string& module_file, const std::string& pin_file);
  Status load_certificates();
  Status make_certificates(const AuthorityPlan& plan, Timestamp at);
  identity::SignDigest key_signs(std::string label);

  std::string folder_;
  std::string organization_;
  std::unique_ptr<crypto::Token> token_;
  std::optional<Ledger> ledger_;
  std::optional<identity::Certificate> root_;
  std::optional<identity::Certificate> signer_;
  std::optional<identity::Certificate> log_signer_;
};

}  // namespace signet::factory
