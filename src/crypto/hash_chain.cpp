#include "crypto/hash_chain.h"

#include "base/bytes.h"

namespace signet::crypto {

Digest chained(const Digest& former, std::span<const std::string_view> fields) {
  Buffer line;
  Writer to{line};
  to.bytes(former);
  for (const std::string_view field : fields) {
    to.u32_be(static_cast<std::uint32_t>(field.size())).text(field);
  }
  return sha256(line);
}

}  // namespace signet::crypto
