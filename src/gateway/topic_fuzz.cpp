#include "gateway/topic.h"

// Whatever the topic: what is allowed names this device and no other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const DeviceId device = DeviceId::parse("dev-000000000001").value();
  const auto topic = gateway::parse_topic(text, device);
  if (!topic) return 0;
  const std::string road = topic.value().road == gateway::Road::up ? "j/up/" : "j/data/";
  const std::string tag{topic.value().tag};
  ENSURE(text == road + device.str() + (tag.empty() ? "" : "/" + tag));
  return 0;
}
