#include "crypto/p256.h"

// The DER form is strict: what is taken is written again, byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes der{data, size};
  if (const auto signature = crypto::decode_der(der)) ENSURE(crypto::encode_der(signature.value()) == copy_of(der));
  return 0;
}
