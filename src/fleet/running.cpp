// Which firmware a device runs, as it says itself with each connection:
// {"key":"#status","value":{"firmware":"fmw-...:1.2.0"}}.
#include "fleet/firmware.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr std::string_view trial_prefix = "testing-";

const TwinEntry* entry_of(const Twin& twin) {
  const auto found = std::find_if(twin.current.begin(), twin.current.end(),
                                  [](const TwinEntry& one) { return one.key == running_key; });
  return found == twin.current.end() ? nullptr : &*found;
}

}  // namespace

Result<Twin> Fleet::State::note_running(const DeviceId& device, const json::value& said, Twin twin) {
  const json::value* text = said.is_object() ? said.as_object().if_contains("firmware") : nullptr;
  if (!text || !text->is_string() || text->as_string().empty()) return twin;
  const std::string words = readable(std::string{text->as_string()}, running_bytes_max);
  const TwinEntry entry{running_key, epoch_millis(clock.now()), json::serialize(json::value(words))};
  const TwinEntry* known = entry_of(twin);
  if (known && known->value == entry.value) return twin;
  if (!known && twin.current.size() >= twin_keys_max) return twin;  // a twin that is full is the device's own doing
  TRY(change([&](Changes& to) { return to.put_twin(device, TwinSide::current, entry); }));
  return store.twin(device);
}

Result<std::optional<RunningFirmware>> Firmwares::running(const Actor& actor, const DeviceId& id) {
  auto& s = Inner::of(fleet_);
  const Device device = TRY(s.require_device(actor, id, "device.read"));
  const Twin twin = TRY(s.store.twin(id));
  const TwinEntry* entry = entry_of(twin);
  const Result<json::value> said = entry ? parse_json(entry->value) : Result<json::value>{json::value(nullptr)};
  if (!said || !said.value().is_string()) return std::optional<RunningFirmware>{};
  std::string_view words = said.value().get_string();
  RunningFirmware out;
  out.since = from_epoch_micros(entry->millis * 1000);
  if (words.starts_with(trial_prefix)) out.is_on_trial = true, words.remove_prefix(trial_prefix.size());
  const std::size_t colon = words.find(':');
  out.name = words.substr(0, colon);
  if (colon != words.npos) out.version = words.substr(colon + 1);
  const Result<FirmwareId> named = FirmwareId::parse(out.name);
  if (!named) return std::optional{std::move(out)};
  const std::optional<Firmware> found = TRY(s.store.firmware(named.value()));
  if (found && found->workspace == device.workspace) out.id = found->id, out.name = found->name;
  return std::optional{std::move(out)};
}

}  // namespace signet::fleet
