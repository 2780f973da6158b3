#include "mqtt/framer.h"

#include <cstdlib>

namespace {

using namespace signet;

// Every packet of `stream` that comes in pieces of `piece` bytes, then "error" if there was one.
std::vector<Buffer> cut(Bytes stream, std::size_t piece, std::size_t limit) {
  mqtt::Framer framer{limit};
  std::vector<Buffer> packets;
  while (!stream.empty()) {
    Bytes input = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(input.size());
    for (;;) {
      const auto packet = framer.next(input);
      ENSURE(framer.buffered() <= limit + 5);
      if (!packet) return packets.push_back(copy_of(bytes_of("error"))), packets;
      if (!packet.value()) break;
      packets.push_back(copy_of(packet.value()->body));
      packets.back().push_back(static_cast<std::uint8_t>(packet.value()->type));
      packets.back().push_back(packet.value()->flags);
    }
  }
  return packets;
}

}  // namespace

// However the bytes arrive, the packets are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes stream{data + 2, size - 2};
  const std::size_t limit = data[0] * std::size_t{16};
  ENSURE(cut(stream, stream.size() + 1, limit) == cut(stream, data[1] % 16 + 1u, limit));
  return 0;
}
