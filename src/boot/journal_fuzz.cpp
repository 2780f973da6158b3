#include "boot/journal.h"
#include "image/adapters.h"

// What is read of an entry is written again as it was; also of one whose check somebody made fit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  boot::EntryBytes bytes{};
  std::copy_n(data, std::min(size, bytes.size()), bytes.begin());
  image::HostCrypto crypto;
  for (const bool is_fitted : {false, true}) {
    if (is_fitted) {
      const crypto::Digest digest = crypto::sha256(Bytes{bytes}.first(88));
      std::copy_n(digest.begin(), 8, bytes.begin() + 88);
    }
    boot::Entry entry;
    if (boot::decode(bytes, crypto, entry) && boot::encode(entry, crypto) != bytes) std::abort();
  }
  return 0;
}
