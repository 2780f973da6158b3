#include "board/linux/interface.h"

#include <cstdlib>

// Whatever stands in the system's files: what comes of them was in them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = text_of(Bytes{data, size});
  for (const auto& route : {board::parse_default_route(text, ""), board::parse_default_route_v6(text, "")}) {
    if (route && (route->interface.empty() || text.find(route->interface) == text.npos)) std::abort();
  }
  if (text.find(board::parse_name_server(text)) == text.npos) std::abort();
  return 0;
}
