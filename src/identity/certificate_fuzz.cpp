#include "identity/compressed.h"

#include <cstdlib>

// Whatever is read keeps its bytes and can be described; what also compresses was of our profile to the last byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto certificate = identity::read_certificate({data, size});
  if (!certificate) return 0;
  const identity::Certificate& read = certificate.value();
  const auto again = identity::parse_certificate(read.der);
  if (!again || again.value().tbs != read.tbs) std::abort();
  if (read.not_after < read.not_before || !crypto::is_public_key(read.public_key)) std::abort();
  if (identity::describe(read).empty()) std::abort();
  (void)identity::compress(read);
  (void)identity::check_chain(read, read, read, read.not_before);
  return 0;
}
