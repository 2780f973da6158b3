// The file of fuses: what is read is written back byte for byte.
#include "board/fuses/virtual_fuses.h"

using namespace signet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bank = board::decode_fuses({data, size});
  if (bank) ENSURE(std::ranges::equal(board::encode_fuses(bank.value()), Bytes{data, size}));
  return 0;
}
