// The CA that will follow: told to each device with the answer to its #status until it has said that it trusts it.
// {"key":"__ca","value":{"trusts":["<hex>", ...]}}; docs/formats/mqtt.md.
#include "fleet/state.h"

namespace signet::fleet {

Result<json::value> Fleet::State::with_successor(json::value expected, const Twin& twin) const {
  if (manager.successor.empty()) return expected;
  for (const TwinEntry& entry : twin.current) {
    if (entry.key == trusts_key && entry.value.find(manager.successor_name) != entry.value.npos) return expected;
  }
  json::object with = expected.is_object() ? expected.get_object() : json::object{};
  with[successor_key] = json::object{{"t", epoch_millis(clock.now())}, {"v", TRY(parse_json(manager.successor))}};
  return json::value(std::move(with));
}

}  // namespace signet::fleet
