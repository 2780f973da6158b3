// Any bytes as a Certificate message, in both versions' form: the leaf lies within them, or they are refused.
#include "net/tls_certificate_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes message{data, size};
  for (const net::TlsVersion version : {net::TlsVersion::v1_2, net::TlsVersion::v1_3}) {
    const auto leaf = net::leaf_of_certificate_message(message, version);
    if (!leaf || leaf.value().empty()) continue;
    const Bytes found = leaf.value();
    ENSURE(found.data() >= data && found.data() + found.size() <= data + size);
    ENSURE(found.size() + 6 <= size);
  }
  net::is_certificate_of_p256_key(message);
  return 0;
}
