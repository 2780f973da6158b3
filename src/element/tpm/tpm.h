// tpm.h -- an element in a TPM 2.0: a discrete chip, the firmware's, or swtpm. Through ESAPI, no daemon needed.
//
// In the TPM, from the handle of the identity on (default 0x81020100):
//   +0 identity    P-256, sign                        +3 bond, +4 bond once bound   HMAC key whose password is the bond
//   +1 agreement   P-256, ECDH                        +5 storage parent of them all, TCG's ECC template
//   +2 sealing     HMAC key; gone after forget_sealed
// and from NV index 0x01800000 | low 22 bits of the handle on: +0, +1 counters; +2 certificates.
//
// Keys +0..+2 have no password but a policy: PolicySecret(bond). An open bond has none, a bound one has what is derived
// from the board's secret: the TPM itself refuses the keys to who cannot show it, and the secret never crosses the bus
// in clear. Shared secrets, random bytes and sealing keys cross it encrypted.
// Changing what is kept (new, bind, forget_sealed, store_certificates) needs the owner hierarchy's password, if it has
// one.
#pragma once

#include "element/own.h"
#include "element/sealing.h"
#include "element/tpm/context.h"

namespace signet::element {

struct TpmSpec {
  std::string tcti;
  std::uint32_t handle = 0x81020100;  // 0x81000000 .. 0x817FFFFA: persistent, owner
};

class TpmElement final : public OwnElement {
 public:
  // Makes the keys and counters. conflict when the handle is taken; an interrupted one may be run again.
  static Status create(const TpmSpec& spec, const crypto::SecretBytes& owner_password);
  static Result<std::unique_ptr<TpmElement>> open(const TpmSpec& spec, const crypto::SecretBytes& owner_password);

  Assurance assurance() const override;  // emulated for a simulator, also behind a device node
  Result<Uid> uid() override { return own_uid(OwnKind::tpm, public_key_); }
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
  Result<Binding> binding() override;
  Status bind(const BoardSecret& secret) override;
  Status present(const BoardSecret& secret) override;
  Status store_certificates(const std::vector<Buffer>& chain) override;

 private:
  TpmElement(std::unique_ptr<tpm::Context> context, std::uint32_t handle)
      : context_(std::move(context)), handle_(handle) {}
  Status find_keys();
  DeriveSealKey deriver(bool make);

  std::unique_ptr<tpm::Context> context_;
  std::uint32_t handle_;
  tpm::Handle identity_;
  tpm::Handle bond_;
  bool bound_ = false;
  crypto::PublicKey public_key_{};
};

}  // namespace signet::element
