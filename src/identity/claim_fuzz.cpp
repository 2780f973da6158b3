#include "identity/claim.h"

#include "identity/jws.h"

#include <cstdlib>

namespace {

using namespace signet;
using namespace signet::identity;

// What decodes encodes to the same bytes: one text, one meaning.
void statement(Bytes bytes) {
  const auto read = decode_claim_statement(bytes);
  if (read && encode(read.value()) != copy_of(bytes)) std::abort();
}

void bundle(std::string_view text) {
  const auto read = parse_legacy_bundle(text);
  if (!read) return;
  const std::string head = read.value().dcn + ":" + read.value().nonce + ":";
  if (!text.starts_with(head) || text.size() != head.size() + 128) std::abort();
}

// Signed for real, so that the fuzzer reaches the payload.
void receipt(std::string_view payload) {
  static const crypto::PrivateKey key{std::span<const std::uint8_t, 32>{crypto::sha256(bytes_of("fuzz"))}};
  static const crypto::PublicKey public_key = crypto::public_key_of(key);
  const Jws jws = sign_jws(R"({"alg":"ES256","typ":"signet-receipt+jwt"})", payload, [](const crypto::Digest& digest) {
                    return Result<crypto::Signature>{crypto::sign(key, digest)};
                  }).value();
  const auto read = check_receipt(jws.protected_header + "." + jws.payload + "." + jws.signature, public_key);
  if (read && !decode_claim_statement(encode(read.value()))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest = Bytes{data, size}.subspan(1);
  switch (data[0] % 4) {
    case 0: statement(rest); break;
    case 1: bundle(text_of(rest)); break;
    case 2: receipt(text_of(rest)); break;
    default: (void)check_receipt(text_of(rest), crypto::PublicKey{}); break;
  }
  return 0;
}
