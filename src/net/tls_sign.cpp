#include "net/tls_sign.h"

#include "crypto/digest.h"

namespace signet::net {
namespace {

thread_local std::optional<Error> signing_failure;

}  // namespace

std::optional<Buffer> sign_for_library(const SignDigest& sign, const crypto::Digest& digest) {
  auto signature = sign(digest);
  if (signature) return crypto::encode_der(signature.value());
  signing_failure = std::move(signature).error();
  return std::nullopt;
}

std::optional<Error> take_signature_failure() { return std::exchange(signing_failure, std::nullopt); }

Status check_signer(const SignDigest& sign, const crypto::PublicKey& public_key) {
  const crypto::Digest probe = crypto::sha256(bytes_of("is this key the certificate's?"));
  const auto signature = sign(probe);
  if (!signature) return Error{signature.error()}.within("the server's private key does not sign");
  if (crypto::verify(public_key, probe, signature.value())) return {};
  return Error{Errc::conflict, "the server's private key does not belong to its certificate"};
}

}  // namespace signet::net
