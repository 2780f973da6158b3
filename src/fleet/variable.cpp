// What people expect of a device, key by key, and how it comes to agree.
#include "base/json.h"
#include "crypto/digest.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

bool is_job(const std::string& key) { return key.starts_with('@'); }

Status check_wish(const Wish& wish) {
  if (wish.key.empty()) return Error{Errc::malformed, "the name is empty"};
  TRY(check_text("the name", wish.key, twin_key_bytes_max));
  if (std::string_view{"@#_"}.find(wish.key.front()) != std::string_view::npos || wish.key == "condition") {
    return Error{Errc::malformed, "\"" + wish.key + "\": names that begin with @, # or _, and condition, are not free"};
  }
  if (wish.value.size() > wish_bytes_max) {
    return Error{Errc::too_large,
                 "\"" + wish.key + "\": the value is longer than " + std::to_string(wish_bytes_max) + " bytes"};
  }
  TRY(parse_json(wish.value, json_depth_max - 1));
  return {};
}

const TwinEntry* find(const std::vector<TwinEntry>& side, const std::string& key) {
  const auto found = std::find_if(side.begin(), side.end(), [&](const TwinEntry& one) { return one.key == key; });
  return found == side.end() ? nullptr : &*found;
}

// Jobs have a limit of their own. Every wish must fit the one message that #status is answered with.
Status check_wishes_room(const Twin& twin, const std::vector<Wish>& wishes) {
  std::map<std::string, std::size_t> bytes;
  for (const TwinEntry& entry : twin.expected) {
    if (!is_job(entry.key)) bytes[entry.key] = entry.value.size();
  }
  for (const Wish& wish : wishes) {
    if (wish.value == "null")
      bytes.erase(wish.key);
    else
      bytes[wish.key] = wish.value.size();
  }
  std::size_t all = 0;
  for (const auto& [key, size] : bytes) all += key.size() + size;
  if (bytes.size() <= twin_keys_max && all <= twin_bytes_max) return {};
  return Error{Errc::exhausted, "more than " + std::to_string(twin_keys_max) + " names, or " +
                                    std::to_string(twin_bytes_max) + " bytes, would be expected of the device"};
}

}  // namespace

std::string version_of(const std::vector<TwinEntry>& side) {
  std::string all;
  for (const TwinEntry& entry : side) all += std::to_string(entry.millis) + ' ' + entry.key + '\n';
  const crypto::Digest digest = crypto::sha256(bytes_of(all));
  return hex(Bytes{digest}.first(8));
}

// Newer than any before, whatever the clock says.
std::int64_t next_version(const Twin& twin, const std::string& key, Timestamp now) {
  std::int64_t out = epoch_millis(now);
  for (const auto* side : {&twin.current, &twin.expected}) {
    if (const TwinEntry* former = find(*side, key)) out = std::max(out, former->millis + 1);
  }
  return out;
}

Result<Twin> Fleet::expect(const Actor& actor, const DeviceId& device, const std::vector<Wish>& wishes,
                           const std::optional<std::string>& seen) {
  State& s = *state_;
  TRY(s.require_device(actor, device, "twin.write"));
  if (wishes.empty()) return Error{Errc::malformed, "nothing is named"};
  if (wishes.size() > twin_keys_max) return Error{Errc::too_large, "more names than a device may have"};
  for (const Wish& wish : wishes) TRY(check_wish(wish));
  const Twin twin = TRY(s.store.twin(device));
  if (seen && *seen != version_of(twin.expected)) {
    return Error{Errc::conflict, "what is expected of the device has changed since: read it again"};
  }
  TRY(check_wishes_room(twin, wishes));
  State::Messages messages;
  std::string names;
  for (const Wish& wish : wishes) names += (names.empty() ? "" : ", ") + wish.key;
  TRY(s.act(s.entry(actor, "twin.expect", device.str(), names), [&](Changes& to) -> Status {
    for (const Wish& wish : wishes) TRY(s.wish(to, device, twin, wish, messages));
    return {};
  }));
  if (s.observer) s.observer->on_messages(messages);
  return s.store.twin(device);
}

Status Fleet::State::wish(Changes& to, const DeviceId& device, const Twin& twin, const Wish& wish, Messages& messages) {
  const TwinEntry* current = find(twin.current, wish.key);
  const json::value wanted = TRY(parse_json(wish.value));
  if (wanted.is_null() || (current && TRY(parse_json(current->value)) == wanted)) {
    return to.erase_twin(device, TwinSide::expected, wish.key);
  }
  const TwinEntry entry{wish.key, next_version(twin, wish.key, clock.now()), wish.value};
  TRY(to.put_twin(device, TwinSide::expected, entry));
  const json::object message{{"version", entry.millis}, {"key", entry.key}, {"value", wanted}};
  messages.push_back({device, {json::serialize(message)}});
  return {};
}

// It has taken what was expected, or says which wish it answers, with whatever it has made of it. Any other value was
// on its way before it heard of the wish, which stays.
Result<bool> Fleet::State::settles_wish(const Twin& twin, const std::string& key, const json::value& said,
                                        std::optional<std::int64_t> version) {
  const TwinEntry* wish = find(twin.expected, key);
  if (!wish) return false;
  if (version) return *version == wish->millis;
  return TRY(parse_json(wish->value)) == said;
}

}  // namespace signet::fleet
