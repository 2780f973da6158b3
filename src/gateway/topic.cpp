#include "gateway/topic.h"

namespace signet::gateway {
namespace {

// What follows "<road>/<device>" in `topic`: "", or "/...". Nothing when it is another road or another device.
std::optional<std::string_view> after(std::string_view topic, std::string_view road, const DeviceId& device) {
  if (!topic.starts_with(road)) return std::nullopt;
  topic.remove_prefix(road.size());
  if (!topic.starts_with(device.str())) return std::nullopt;
  topic.remove_prefix(device.str().size());
  if (!topic.empty() && topic[0] != '/') return std::nullopt;
  return topic;
}

}  // namespace

Result<DeviceTopic> parse_topic(std::string_view topic, const DeviceId& device) {
  if (after(topic, "j/up/", device) == "") return DeviceTopic{Road::up};
  const auto tag = after(topic, "j/data/", device);
  if (tag && tag->size() != 1) return DeviceTopic{Road::data, tag->empty() ? *tag : tag->substr(1)};
  return Error{Errc::forbidden, device.str() + " may not publish to \"" + std::string{topic} + "\""};
}

std::string down_topic(const DeviceId& device) { return "j/dn/" + device.str(); }

}  // namespace signet::gateway
