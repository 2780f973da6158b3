// The manager's answer to a download, cut at any place: the same bytes give the same outcome.
#include "board/fetched.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes all{data, size};
  board::FetchedReader whole{16};
  const auto expected = whole.feed(all);
  board::FetchedReader pieces{16};
  Result<std::optional<board::Fetched>> last = std::optional<board::Fetched>{};
  for (std::size_t at = 0; at < size && last && !last.value(); ++at) last = pieces.feed(all.subspan(at, 1));
  if (expected && expected.value()) ENSURE(last && last.value() && last.value()->body == expected.value()->body);
  if (expected && !expected.value()) ENSURE(last && !last.value());
  return 0;
}
