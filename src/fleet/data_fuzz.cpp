// What is taken for a cursor comes back as the same text.
#include "fleet/data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = signet::text_of({data, size});
  if (const auto cursor = signet::fleet::decode_data_cursor(text)) ENSURE(encode(cursor.value()) == text);
  return 0;
}
