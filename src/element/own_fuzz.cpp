#include "element/own.h"
#include "element/sealing.h"

#include <cstdlib>

// A chain that is read is written again as it was; whatever is unsealed is refused, for nothing here was sealed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto chain = element::decode_chain({data, size});
  if (chain) {
    const auto again = element::encode_chain(chain.value());
    if (!again || !std::equal(again.value().begin(), again.value().end(), data, data + size)) std::abort();
  }
  const auto derive = [](const crypto::Digest& of) -> Result<crypto::AeadKey> { return crypto::AeadKey{of}; };
  if (element::unseal_with(derive, "fuzz", {data, size}) && size < element::seal_overhead_bytes) std::abort();
  return 0;
}
