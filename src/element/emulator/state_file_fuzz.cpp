#include "element/emulator/sha_context.h"
#include "element/emulator/state_file.h"

// What decodes, encodes to the same bytes. The digest is put right first, or the fuzzer would never pass it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element::emulator;
  Buffer file{data, data + size};
  static_cast<void>(decode_state(file));
  if (size >= 32) {
    const crypto::Digest digest = crypto::sha256(Bytes{file}.first(size - 32));
    std::ranges::copy(digest, file.end() - 32);
    if (const auto memory = decode_state(file)) ENSURE(encode_state(memory.value()) == file);
  }
  if (const auto context = ShaContext::decode({data, size})) {
    ENSURE(std::ranges::equal(context.value().encode(), Bytes(data, size)));
    static_cast<void>(context.value().finish());
  }
  return 0;
}
