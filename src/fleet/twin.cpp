#include "base/json.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

struct Message {
  std::string key;
  json::value value;
  std::optional<std::int64_t> version{};  // of the job that it answers
};

Result<Message> read_message(std::string_view payload) {
  if (payload.size() > payload_bytes_max) {
    return Error{Errc::too_large, "message is longer than " + std::to_string(payload_bytes_max) + " bytes"};
  }
  const json::object object = TRY(parse_json_object(payload));
  Message out{TRY(string_member(object, "key")), nullptr};
  if (out.key.empty()) return Error{Errc::malformed, "\"key\" is empty"};
  TRY(check_text("\"key\"", out.key, twin_key_bytes_max));
  const json::value* value = object.if_contains("value");
  if (!value) return Error{Errc::malformed, "\"value\" is missing: null deletes a key"};
  out.value = *value;
  if (const json::value* version = object.if_contains("version"); version && version->is_int64()) {
    out.version = version->as_int64();
  }
  return out;
}

// The older clients expect null, not {}, when there is nothing.
Result<json::value> map_of(const std::vector<TwinEntry>& entries) {
  if (entries.empty()) return json::value(nullptr);
  json::object out;
  for (const TwinEntry& entry : entries) {
    out[entry.key] = json::object{{"t", entry.millis}, {"v", TRY(parse_json(entry.value))}};
  }
  return json::value(std::move(out));  // braces would make an array of it
}

// Whether `entry` may stand beside what the device keeps already: the whole twin must fit one message.
Status check_room(const std::vector<TwinEntry>& kept, const TwinEntry& entry) {
  std::size_t keys = 1;
  std::size_t bytes = entry.key.size() + entry.value.size();
  for (const TwinEntry& other : kept) {
    if (other.key == entry.key) continue;
    ++keys;
    bytes += other.key.size() + other.value.size();
  }
  if (keys > twin_keys_max) {
    return Error{Errc::exhausted, "the device keeps " + std::to_string(twin_keys_max) + " keys already: delete some"};
  }
  if (bytes > twin_bytes_max) {
    return Error{Errc::exhausted, "the device's keys and values pass " + std::to_string(twin_bytes_max) + " bytes"};
  }
  return {};
}

DownMessage answer(std::string_view key, json::value value, Timestamp now) {
  return {json::serialize(json::object{{"version", epoch_millis(now)}, {"key", key}, {"value", std::move(value)}})};
}

// The model of the board, where a device says so: "__vm_info" {"vm_target": ...}.
std::optional<std::string> phys_id_in(const Message& message) {
  if (message.key != "__vm_info" || !message.value.is_object()) return std::nullopt;
  const Result<std::string> target = string_member(message.value.as_object(), "vm_target");
  if (!target || !check_name("vm_target", target.value())) return std::nullopt;
  return target.value();
}

}  // namespace

Result<std::vector<DownMessage>> Fleet::heard(const Admission& who, std::string_view payload) {
  State& s = *state_;
  const Message message = TRY(read_message(payload));
  if (message.key.starts_with('#')) return s.requested(who, message.key, message.value);
  if (message.key == "condition") return s.condition_heard(who, message.value);
  const Twin twin = TRY(s.store.twin(who.device));
  if (message.key == "@fota") return s.fota_heard(who.device, message.value, twin);
  if (message.key.starts_with('@')) return s.job_heard(who.device, message.key, message.value, message.version, twin);
  const TwinEntry entry{message.key, epoch_millis(s.clock.now()), json::serialize(message.value)};
  if (!message.value.is_null()) TRY(check_room(twin.current, entry));
  const std::optional<std::string> phys_id = phys_id_in(message);
  const bool settled = TRY(State::settles_wish(twin, message.key, message.value, message.version));
  std::optional<Update> moved;
  if (message.key == "_fota_status") moved = TRY(s.fota_progress(who.device, message.value));
  TRY(s.change([&](Changes& to) -> Status {
    if (moved) TRY(s.put(to, *moved));
    if (phys_id) {
      std::optional<Device> device = TRY(s.store.device(who.device));
      if (!device) return Error{Errc::not_found, "no device " + who.device.str()};
      device->phys_id = *phys_id;
      TRY(to.update_device(*device));
    }
    if (settled) TRY(to.erase_twin(who.device, TwinSide::expected, entry.key));
    if (message.value.is_null()) return to.erase_twin(who.device, TwinSide::current, entry.key);
    return to.put_twin(who.device, TwinSide::current, entry);
  }));
  return std::vector<DownMessage>{};
}

Result<std::vector<DownMessage>> Fleet::State::requested(const Admission& who, const std::string& key,
                                                         const json::value& value) {
  const Timestamp now = clock.now();
  if (key == "#now") {
    DownMessage time = answer(key, epoch_millis(now), now);
    time.momentary = true;
    return std::vector{std::move(time)};
  }
  if (key == "#status") {
    const Twin twin = TRY(note_running(who.device, value, TRY(store.twin(who.device))));
    const json::value current = TRY(map_of(twin.current));
    json::value expected = TRY(map_of(twin.expected));
    expected = TRY(with_successor(std::move(expected), twin));
    return std::vector{answer(key, json::object{{"current", current}, {"expected", expected}}, now)};
  }
  if (key == "#fota_info") return fota_info(who, value);
  if (key == "#conditions") return std::vector{answer(key, TRY(open_list(who)), now)};
  std::string why = "no such request";
  std::string_view action = "device.request";
  std::string_view subject = key;
  if (key == "#incident") {  // what its board found and could not tell at the time
    if (!value.is_string()) return Error{Errc::malformed, "#incident: value is not a text"};
    action = "board.incident", subject = who.dcn, why = std::string{value.get_string()};
  }
  note_refusal({0, now, "device " + who.device.str(), std::string{action}, std::string{subject}, "", false, why});
  return std::vector<DownMessage>{};
}

// The result stands beside the job, and in the current twin if there is room: clients tell from it what is done.
Result<std::vector<DownMessage>> Fleet::State::job_heard(const DeviceId& device, const std::string& key,
                                                         const json::value& value, std::optional<std::int64_t> version,
                                                         const Twin& twin) {
  const auto job = TRY(answered(device, key, value, version, twin));
  if (!job) return std::vector<DownMessage>{};
  const TwinEntry entry{key, epoch_millis(clock.now()), json::serialize(value)};
  TRY(change([&](Changes& to) -> Status {
    TRY(put(to, *job));
    TRY(to.erase_twin(device, TwinSide::expected, key));
    if (!check_room(twin.current, entry)) return to.erase_twin(device, TwinSide::current, key);
    return to.put_twin(device, TwinSide::current, entry);
  }));
  return std::vector<DownMessage>{};
}

Result<Twin> Fleet::twin(const Actor& actor, const DeviceId& device) {
  TRY(state_->require_device(actor, device, "twin.read"));
  return state_->store.twin(device);
}

}  // namespace signet::fleet
