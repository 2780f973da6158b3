// pkcs11.h -- an element over any PKCS#11 token (OASIS PKCS#11 2.40): SoftHSM2, a smart card, an HSM.
//
// In the token, all found by LABEL, the identity key also by CKA_ID alone:
//   LABEL             P-256 pair, sign      the identity; certificates with the same CKA_ID are its own
//   LABEL-agreement   P-256 pair, derive    ecdh
//   LABEL-seal        generic secret, HMAC  seal; made when first needed
//   LABEL-counter-N   data object           COUNTERS ARE DATA: whoever has the PIN, or a backup, can set them back
//   LABEL-issuer      certificates above the identity's
// It cannot be bound to a board: its PIN is what only one board knows.
#pragma once

#include "crypto/pkcs11/session.h"
#include "element/own.h"
#include "element/sealing.h"

namespace signet::element {

struct Pkcs11Spec {
  std::string module_file = "/usr/lib/softhsm/libsofthsm2.so";
  std::string token{};           // the token's label
  std::string label = "signet";  // of the identity key
  Buffer id{};                   // its CKA_ID; empty: not asked for
};

class Pkcs11Element final : public OwnElement {
 public:
  // Makes the keys in a token that exists. conflict when the label is taken.
  static Status create(const Pkcs11Spec& spec, const crypto::SecretBytes& pin);
  // A key that somebody else made will do; what LABEL-agreement is needed for cannot be done without it.
  static Result<std::unique_ptr<Pkcs11Element>> open(const Pkcs11Spec& spec, const crypto::SecretBytes& pin);

  Assurance assurance() const override { return assurance_; }  // hardware when the token says that it is
  Result<Uid> uid() override { return own_uid(OwnKind::pkcs11, public_key_); }
  Result<crypto::PublicKey> public_key() override { return public_key_; }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override;
  Result<Buffer> random(std::size_t size) override;
  Result<Certificates> certificates() override;
  Result<std::uint32_t> counter(unsigned id) override;
  Result<std::uint32_t> increment(unsigned id) override;
  Result<crypto::PublicKey> agreement_key() override;
  Result<crypto::Secret<32>> ecdh(const crypto::PublicKey& peer) override;
  Result<Buffer> seal(std::string_view purpose, Bytes plain) override;
  Result<Buffer> unseal(std::string_view purpose, Bytes sealed) override;
  Status forget_sealed() override;
  Status store_certificates(const std::vector<Buffer>& chain) override;

 private:
  Pkcs11Element(std::unique_ptr<crypto::Pkcs11Session> session, std::string label)
      : session_(std::move(session)), label_(std::move(label)) {}
  using Object = std::optional<CK_OBJECT_HANDLE>;
  using Objects = std::vector<CK_OBJECT_HANDLE>;
  Status find_identity(const Pkcs11Spec& spec);
  Result<Object> find(CK_OBJECT_CLASS kind, std::string_view suffix);
  Result<Objects> counter_objects(unsigned id);
  Result<CK_OBJECT_HANDLE> seal_key(bool make);
  DeriveSealKey deriver(bool make);
  Status put_certificate(Bytes der, bool is_leaf);
  Result<Objects> kept_certificates(bool leaf);

  std::unique_ptr<crypto::Pkcs11Session> session_;
  std::string label_;
  Buffer id_;
  CK_OBJECT_HANDLE key_ = 0;
  crypto::PublicKey public_key_{};
  Assurance assurance_ = Assurance::software;
};

}  // namespace signet::element
