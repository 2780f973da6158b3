#include "cli/sse.h"

#include <cstdint>

// However the bytes are cut, the same events come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using signet::cli::SseEvent;
  const std::string_view all{reinterpret_cast<const char*>(data), size};
  const auto events_of = [&](std::size_t piece) {
    std::string out;
    signet::cli::SseReader reader{[&](const SseEvent& event) {
      out.append(event.id).append("|").append(event.name).append("|").append(event.data).append("|");
      return true;
    }};
    for (std::size_t at = 0; at < all.size(); at += piece) reader.add(all.substr(at, piece));
    return out;
  };
  if (events_of(1) != events_of(size + 1)) __builtin_trap();
  return 0;
}
