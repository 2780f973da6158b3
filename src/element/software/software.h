// software.h -- an element that is a file. LOW ASSURANCE: whoever has the file and its passphrase has the identity, and
// an old copy of the file brings old counters back. For development, and for devices that have nothing better.
//
// One process at a time holds the file (FILE.lock). Every change is durable before the call returns, or did not happen.
#pragma once

#include "base/port/file.h"
#include "element/sealing.h"
#include "element/software/file.h"

#include <memory>
#include <optional>

namespace signet::element {

class SoftwareElement final : public OwnElement {
 public:
  // Makes the keys and the file, 0600. conflict when there is one.
  static Status create(const std::string& file, const crypto::SecretBytes& passphrase, crypto::Random& random,
                       const crypto::StretchCost& cost = {});
  // unauthenticated: a wrong passphrase, or the file was changed. conflict: another process holds it.
  static Result<std::unique_ptr<SoftwareElement>> open(const std::string& file, const crypto::SecretBytes& passphrase,
                                                       crypto::Random& random);

  Assurance assurance() const override { return Assurance::software; }
  Result<Uid> uid() override { return own_uid(OwnKind::software, body_.identity); }
  Result<crypto::PublicKey> public_key() override { return body_.identity; }
  Result<crypto::Signature> sign(const crypto::Digest& digest) override;
  Result<Buffer> random(std::size_t size) override;
  Result<Certificates> certificates() override;
  Result<std::uint32_t> counter(unsigned id) override;
  Result<std::uint32_t> increment(unsigned id) override;
  Result<crypto::PublicKey> agreement_key() override { return body_.agreement; }
  Result<crypto::Secret<32>> ecdh(const crypto::PublicKey& peer) override;
  Result<Buffer> seal(std::string_view purpose, Bytes plain) override;
  Result<Buffer> unseal(std::string_view purpose, Bytes sealed) override;
  Status forget_sealed() override;
  Result<Binding> binding() override { return body_.bound ? Binding::bound : Binding::open; }
  Status bind(const BoardSecret& secret) override;
  Status present(const BoardSecret& secret) override;
  Status store_certificates(const std::vector<Buffer>& chain) override;

 private:
  SoftwareElement(std::string file, Fd lock, software::Header header, crypto::AeadKey key, software::Body body,
                  crypto::Random& random)
      : file_(std::move(file)),
        lock_(std::move(lock)),
        header_(header),
        key_(std::move(key)),
        body_(std::move(body)),
        random_(random) {}
  Status require_keys() const { return keys_ ? Status{} : bound_and_not_shown(); }
  DeriveSealKey deriver() const;
  Status store(software::Body body);  // the file first, then the memory

  std::string file_;
  Fd lock_;
  software::Header header_;
  crypto::AeadKey key_;
  software::Body body_;
  std::optional<software::Keys> keys_;       // none: bound, and the board has not shown its secret
  std::optional<crypto::AeadKey> keys_key_;  // with which keys_ were opened
  crypto::Random& random_;
};

}  // namespace signet::element
