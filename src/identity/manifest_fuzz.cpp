#include "identity/manifest.h"

#include "base/json.h"
#include "identity/jws.h"
#include "identity/profile.h"

#include <cstdlib>

using namespace signet;
using namespace signet::identity;

namespace {

std::string file_of(const std::string& header, std::string_view payload, const SignDigest& sign) {
  const Jws jws = sign_jws(header, payload, sign).value();
  return "[" +
         json::serialize(json::object{{"payload", jws.payload},
                                      {"protected", jws.protected_header},
                                      {"header", {{"uniqueId", "0123f1822c38dd7a01"}}},
                                      {"signature", jws.signature}}) +
         "]";
}

// A unit that names a log signer of the fuzzer's making: never believed.
void named_log_signer(Bytes certificate, const SignDigest& sign, const Trust& trust) {
  const json::object header{{"alg", "ES256"}, {"kid", "x"}, {"x5c", json::array{base64(certificate)}}};
  if (read_manifest(bytes_of(file_of(json::serialize(header), "{}", sign)), trust)) std::abort();
}

}  // namespace

// The first byte chooses: the bytes as a file, with the log signer pinned or not; as the certificate of a log signer;
// or as the payload of a unit that the log signer really signed, so that the fuzzer reaches what stands behind the
// signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::PrivateKey key{std::span<const std::uint8_t, 32>{crypto::sha256(bytes_of("fuzz"))}};
  static const SignDigest sign = [](const crypto::Digest& digest) -> Result<crypto::Signature> {
    return crypto::sign(key, digest);
  };
  static const Timestamp at{Seconds{1'700'000'000}};
  static const crypto::PublicKey public_key = crypto::public_key_of(key);
  static const Certificate root = issue_root(public_key, {}, at, sign).value();
  static const Certificate log_signer = issue_log_signer(public_key, root, at, sign).value();
  static const Trust trust{log_signer, {root}};
  static const Trust unpinned{std::nullopt, {root}};
  if (size == 0) return 0;
  const Bytes rest = Bytes{data, size}.subspan(1);
  if (data[0] % 4 < 2) {
    (void)read_manifest(rest, data[0] % 4 == 0 ? trust : unpinned);
    return 0;
  }
  if (data[0] % 4 == 2) {
    named_log_signer(rest, sign, unpinned);
    return 0;
  }
  static const std::string header =
      json::serialize(json::object{{"alg", "ES256"}, {"x5t#S256", base64url(fingerprint(log_signer))}});
  const auto units = read_manifest(bytes_of(file_of(header, text_of(rest), sign)), trust);
  if (units && units.value().at(0).chain.empty()) std::abort();
  return 0;
}
