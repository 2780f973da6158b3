#include "element/atecc/atecc.h"

#include "element/wire/packet.h"

namespace {

using namespace signet;

// Answers with what the fuzzer says, packet after packet.
struct Liar final : element::Link {
  explicit Liar(Bytes bytes) : rest(bytes) {}
  Status wake() override { return {}; }
  Status idle() override { return {}; }
  Status sleep() override { return {}; }
  Result<Buffer> exchange(Bytes, std::chrono::milliseconds) override {
    if (rest.empty()) return Error{Errc::unavailable, "no more"};
    const std::size_t size = std::min<std::size_t>(rest[0], rest.size() - 1);
    Buffer body = copy_of(rest.subspan(1, size));
    rest = rest.subspan(1 + size);
    if (body.empty() || body.size() > element::packet_bytes_max - element::response_overhead) return body;
    return element::encode_response(body);
  }
  Bytes rest;
};

}  // namespace

// Whatever a chip answers, the driver returns.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::element;
  if (size == 0) return 0;
  Liar link{Bytes{data, size}.subspan(1)};
  Atecc atecc{link};
  switch (data[0] % 8) {
    case 0: static_cast<void>(atecc.certificates()); break;
    case 1: static_cast<void>(atecc.increment(0)); break;
    case 2: static_cast<void>(atecc.sign(0, {})); break;
    case 3: static_cast<void>(atecc.gen_key(0)); break;
    case 4: static_cast<void>(atecc.lock_config({})); break;
    case 5: static_cast<void>(atecc.random(40)); break;
    case 6: static_cast<void>(atecc.read_slot(10, 0, 72)); break;
    default: static_cast<void>(atecc.write_data({})); break;
  }
  return 0;
}
