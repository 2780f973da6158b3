#include "store/sqlite/session.h"

// What is read is written the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  fleet::DeviceSession first, second;
  if (const auto will = store::decode_will({data, size})) {
    ENSURE(store::decode_will(store::encode_will(will.value())).value() == will.value());
  }
  if (!store::decode_session_state({data, size}, first)) return 0;
  const Buffer once = store::encode_session_state(first);
  ENSURE(store::decode_session_state(once, second) && first == second);
  return 0;
}
