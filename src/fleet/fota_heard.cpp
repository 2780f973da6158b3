// What devices say about their updates, and what they are answered: docs/formats/fota.md.
#include "fleet/fota.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

std::string text_in(const json::object& value, std::string_view name) {
  const json::value* found = value.if_contains(name);
  return found && found->is_string() ? std::string{found->get_string()} : std::string{};
}

// A program that knows nothing of updates says so as of any job: {"error": ...}.
bool is_refusal(const json::object& said) { return !text_in(said, "error").empty(); }

// Older programs name the version alone.
bool is_about(const json::object& said, const Update& update) {
  const std::string firmware = text_in(said, "fw_id");
  return text_in(said, "fw_version") == update.version && (firmware.empty() || firmware == update.firmware.str());
}

json::value info_of(const FirmwareImage& image) {
  json::array chunks;
  for (Bytes rest{image.chunks}; rest.size() >= fota_chunk_hash_bytes; rest = rest.subspan(fota_chunk_hash_bytes)) {
    chunks.emplace_back(hex(rest.first(fota_chunk_hash_bytes)));
  }
  return json::object{{"fw_size", image.size},
                      {"fw_sha256", hex(image.sha256)},
                      {"fw_crc", hex(image.md5)},
                      {"fw_chunk_size", fota_chunk_bytes},
                      {"fw_chunks", std::move(chunks)}};
}

}  // namespace

Result<std::vector<DownMessage>> Fleet::State::fota_heard(const DeviceId& device, const json::value& said,
                                                          const Twin& twin) {
  std::optional<Update> update = TRY(open_update(device));
  const bool is_answer = update && update->status == UpdateStatus::pending && said.is_object() &&
                         (is_about(said.as_object(), *update) || is_refusal(said.as_object()));
  if (!is_answer) return std::vector<DownMessage>{};  // delivery is at least once: it is recorded already
  const bool is_well = is_about(said.as_object(), *update) && text_in(said.as_object(), "result") == "success";
  std::string why = text_in(said.as_object(), "msg");
  if (why.empty()) why = text_in(said.as_object(), "error");
  if (!is_well && why.empty()) why = "the device does not say why";
  const TwinEntry entry{"@fota", next_version(twin, "@fota", clock.now()), json::serialize(said)};
  TRY(change([&](Changes& to) -> Status {
    TRY(end_update(to, *update, is_well ? UpdateStatus::done : UpdateStatus::failed, std::move(why)));
    const bool fits = entry.value.size() <= job_result_bytes_max && twin.current.size() < twin_keys_max;
    if (!fits) return to.erase_twin(device, TwinSide::current, entry.key);
    return to.put_twin(device, TwinSide::current, entry);
  }));
  return std::vector<DownMessage>{};
}

Result<std::optional<Update>> Fleet::State::fota_progress(const DeviceId& device, const json::value& said) {
  if (!said.is_object()) return std::optional<Update>{};
  std::optional<Update> update = TRY(open_update(device));
  const json::object& value = said.as_object();
  if (!update || update->status != UpdateStatus::pending || !is_about(value, *update)) return std::optional<Update>{};
  update->progress = readable(text_in(value, "progress"), fota_progress_bytes_max);
  update->progress_at = clock.now();
  const json::value* percent = value.if_contains("percent");
  if (!percent || !percent->is_array()) return update;
  const json::array& each = percent->as_array();
  for (std::size_t i = 0; i < std::min(each.size(), image_parts); ++i) {
    if (!each[i].is_number()) continue;
    update->percent[i] = static_cast<unsigned>(std::clamp(each[i].to_number<double>(), 0.0, 100.0));
  }
  return update;
}

Result<std::vector<DownMessage>> Fleet::State::fota_info(const Admission& who, const json::value& asked) {
  const Timestamp now = clock.now();
  const json::object about = asked.is_object() ? asked.as_object() : json::object{};
  const std::optional<Update> update = TRY(open_update(who.device));
  std::optional<FirmwareVersion> version;
  if (update && update->status == UpdateStatus::pending && is_about(about, *update)) {
    version = TRY(store.version(update->firmware, update->version));
  }
  json::object out;
  if (version) {
    json::array infos(image_parts, json::value(nullptr));
    for (const FirmwareImage& image : version->images) infos.at(image.part) = info_of(image);
    const std::string path = "/fota/" + version->firmware.str() + "/" + version->version + "/";
    out = {{"fw_url", device_url + path},
           {"fw_id", version->firmware.str()},
           {"fw_version", version->version},
           {"fw_info", std::move(infos)},
           {"fw_metadata", json::object{}}};
  } else {
    const std::string why = "this device is not being updated to that";
    note_refusal({0, now, "device " + who.device.str(), "fota.info", "#fota_info", "", false, why});
    out = {{"fw_id", readable(text_in(about, "fw_id"), id_chars)},
           {"fw_version", readable(text_in(about, "fw_version"), firmware_version_bytes_max)},
           {"error", why}};
  }
  const json::object message{{"version", epoch_millis(now)}, {"key", "#fota_info"}, {"value", std::move(out)}};
  return std::vector<DownMessage>{{json::serialize(message)}};
}

}  // namespace signet::fleet
