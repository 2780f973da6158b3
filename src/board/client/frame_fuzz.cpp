#include "board/client/frame.h"

#include <cstdlib>

// However the stream is cut, the same frames come out, and each encodes to what was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes input{data, size};
  board::FrameReader whole, bytewise;
  whole.feed(input);
  std::size_t used = 0;
  std::size_t fed = 0;
  for (;;) {
    const auto frame = whole.next();
    auto same = bytewise.next();
    while (!same && same.error().code == Errc::not_found && fed < size) {
      bytewise.feed(input.subspan(fed++, 1));
      same = bytewise.next();
    }
    if (static_cast<bool>(frame) != static_cast<bool>(same)) std::abort();
    if (!frame) return 0;
    if (frame.value() != same.value()) std::abort();
    const Buffer again = board::encode(frame.value()).value();
    if (!std::equal(again.begin(), again.end(), data + used)) std::abort();
    used += again.size();
    if (frame.value().kind == board::FrameKind::refusal) (void)board::error_of_refusal(frame.value().body);
  }
}
