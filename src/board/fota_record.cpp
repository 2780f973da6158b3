#include "board/fota_record.h"

#include "base/port/file.h"

namespace signet::board {
namespace {

constexpr std::size_t file_bytes_max = 8192;

std::string path_in(const std::string& folder) { return folder + "/fota.json"; }

json::array digests_json(const PartDigests& digests) { return {json::value(digests[0]), json::value(digests[1])}; }

Result<PartDigests> read_digests(const json::object& object, std::string_view name) {
  const json::array array = TRY(array_member(object, name));
  PartDigests out;
  if (array.size() != out.size()) return Error{Errc::corrupt, "not two parts"};
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!array[i].is_string()) return Error{Errc::corrupt, "a digest is no text"};
    out[i] = std::string{array[i].get_string()};
  }
  return out;
}

}  // namespace

std::string write_fota_record(const FotaRecord& record) {
  return json::serialize(json::object{{"step", static_cast<int>(record.step)},
                                      {"order", record.order},
                                      {"fw_id", record.offer.id},
                                      {"fw_version", record.offer.version},
                                      {"images", digests_json(record.images)},
                                      {"success", record.is_success ? 1 : 0},
                                      {"reason", record.reason},
                                      {"running_id", record.running.id},
                                      {"running_version", record.running.version},
                                      {"running_images", digests_json(record.running_images)}});
}

Result<FotaRecord> read_fota_record(std::string_view text) {
  const json::object object = TRY(parse_json_object(text));
  FotaRecord out;
  const std::int64_t step = TRY(integer_member(object, "step"));
  if (step < 0 || step > static_cast<int>(FotaStep::told)) return Error{Errc::corrupt, "no such step"};
  out.step = static_cast<FotaStep>(step);
  out.order = TRY(integer_member(object, "order"));
  out.offer.id = TRY(string_member(object, "fw_id"));
  out.offer.version = TRY(string_member(object, "fw_version"));
  out.images = TRY(read_digests(object, "images"));
  out.is_success = TRY(integer_member(object, "success")) == 1;
  out.reason = TRY(string_member(object, "reason"));
  out.running.id = TRY(string_member(object, "running_id"));
  out.running.version = TRY(string_member(object, "running_version"));
  out.running_images = TRY(read_digests(object, "running_images"));
  return out;
}

Result<FotaRecord> load_fota_record(const std::string& folder) {
  const auto file = read_file(path_in(folder), file_bytes_max);
  if (!file && file.error().code == Errc::not_found) return FotaRecord{};
  if (!file) return file.error();
  auto record = read_fota_record(text_of(file.value()));
  if (!record) return Error{Errc::corrupt, path_in(folder) + ": " + record.error().what};
  return record;
}

Status store_fota_record(const std::string& folder, const FotaRecord& record) {
  return write_file_atomic(path_in(folder), bytes_of(write_fota_record(record)), 0600);
}

Status remove_fota_record(const std::string& folder) { return remove_file(path_in(folder)); }

}  // namespace signet::board
