#include "gateway/ingest_record.h"

#include <cstdlib>

// What is a record is the one way to write its reading.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reading = signet::gateway::decode_record({data, size});
  if (!reading) return 0;
  signet::Buffer again;
  signet::gateway::encode_record(reading.value(), again);
  if (!std::equal(again.begin(), again.end(), data, data + size)) std::abort();
  return 0;
}
