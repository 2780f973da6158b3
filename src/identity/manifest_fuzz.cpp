#include "identity/manifest.h"

#include "base/json.h"
#include "identity/jws.h"
#include "identity/profile.h"

#include <cstdlib>

// The first byte chooses: the bytes as a file, or as the payload of a unit that the log signer really signed, so that
// the fuzzer reaches what stands behind the signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::identity;
  static const crypto::PrivateKey key{std::span<const std::uint8_t, 32>{crypto::sha256(bytes_of("fuzz"))}};
  static const SignDigest sign = [](const crypto::Digest& digest) -> Result<crypto::Signature> {
    return crypto::sign(key, digest);
  };
  static const Timestamp at{Seconds{1'700'000'000}};
  static const crypto::PublicKey public_key = crypto::public_key_of(key);
  static const Trust trust{issue_log_signer(public_key, {}, at, sign).value(),
                           {issue_root(public_key, {}, at, sign).value()}};
  if (size == 0) return 0;
  const Bytes rest = Bytes{data, size}.subspan(1);
  if (data[0] % 2 == 0) {
    (void)read_manifest(rest, trust);
    return 0;
  }
  static const std::string header =
      json::serialize(json::object{{"alg", "ES256"}, {"x5t#S256", base64url(fingerprint(trust.log_signer))}});
  const Jws jws = sign_jws(header, text_of(rest), sign).value();
  const std::string unit = json::serialize(json::object{{"payload", jws.payload},
                                                        {"protected", jws.protected_header},
                                                        {"header", {{"uniqueId", "0123f1822c38dd7a01"}}},
                                                        {"signature", jws.signature}});
  const auto units = read_manifest(bytes_of("[" + unit + "]"), trust);
  if (units && units.value().at(0).chain.empty()) std::abort();
  return 0;
}
