#include "element/emulator/fuse_file.h"
#include "element/emulator/sha_context.h"

// What decodes, encodes to the same bytes. The digest is put right first, or the fuzzer would never pass it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element::emulator;
  Buffer file{data, data + size};
  static_cast<void>(decode_state(file));
  static_cast<void>(decode_fuses(file));
  if (size >= 32) {
    const crypto::Digest digest = crypto::sha256(Bytes{file}.first(size - 32));
    std::ranges::copy(digest, file.end() - 32);
    if (const auto chip = decode_state(file)) {
      const Buffer again = encode_state(chip.value());
      ENSURE(file[11] == 1 ? chip.value().generation == 0 : again == file);
    }
    if (const auto fuses = decode_fuses(file)) ENSURE(encode_fuses(fuses.value()) == file);
  }
  if (const auto context = ShaContext::decode({data, size})) {
    ENSURE(std::ranges::equal(context.value().encode(), Bytes(data, size)));
    static_cast<void>(context.value().finish());
  }
  return 0;
}
