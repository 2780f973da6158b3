#include "factory/batch.h"

#include "base/port/file.h"
#include "identity/manifest.h"

#include <algorithm>
#include <filesystem>

namespace signet::factory {
namespace {

constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

Status check_name(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= batch_name_bytes_max && name[0] != '.';
  if (fits && name.find_first_not_of(name_characters) == name.npos) return {};
  return Error{Errc::malformed, "a batch name has 1 to 64 letters, digits, '-', '_' or '.', and begins with no '.'"};
}

Result<std::vector<std::string>> stems(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(suffix)) out.push_back(name.substr(0, name.size() - suffix.size()));
  }
  if (ec) return Error{Errc::unavailable, "list " + folder + ": " + ec.message()};
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<Batch> Batch::open(const std::string& foundry_folder, const std::string& name) {
  TRY(check_name(name));
  const std::string folder = foundry_folder + "/batches/" + name;
  TRY(make_folder(folder, 0700));
  return Batch{folder, name};
}

Result<Batch> Batch::find(const std::string& foundry_folder, const std::string& name) {
  TRY(check_name(name));
  const std::string folder = foundry_folder + "/batches/" + name;
  if (file_exists(folder)) return Batch{folder, name};
  std::string known;
  for (const std::string& each : TRY(names(foundry_folder))) known += (known.empty() ? "" : ", ") + each;
  return Error{Errc::not_found, foundry_folder + " has no batch " + name + "; " +
                                    (known.empty() ? "it has none yet" : "there is " + known)};
}

Result<std::vector<std::string>> Batch::names(const std::string& foundry_folder) {
  const std::string folder = foundry_folder + "/batches";
  if (!file_exists(folder)) return std::vector<std::string>{};
  return stems(folder, "");
}

Status Batch::add(const std::string& unique_id, const std::string& jws) {
  return write_file_atomic(file(unique_id + ".json"), bytes_of(jws), 0600);
}

bool Batch::contains(const std::string& unique_id) const { return file_exists(file(unique_id + ".json")); }

Result<std::vector<std::string>> Batch::unit_ids() const { return stems(folder_, ".json"); }

Result<std::size_t> Batch::manifest(const std::function<Status(std::string_view)>& write) const {
  const std::vector<std::string> ids = TRY(unit_ids());
  if (ids.empty()) return Error{Errc::not_found, "the batch holds no unit yet; personalise one first"};
  if (ids.size() > identity::manifest_units_max) {
    return Error{Errc::too_large, "the batch holds " + std::to_string(ids.size()) + " units and a manifest at most " +
                                      std::to_string(identity::manifest_units_max) + ": make smaller batches"};
  }
  std::string_view before = "[";
  for (const std::string& id : ids) {
    TRY(write(before));
    TRY(write(text_of(TRY(read_file(file(id + ".json"), identity::manifest_unit_bytes_max)))));
    before = ",\n";
  }
  TRY(write("]\n"));
  return ids.size();
}

}  // namespace signet::factory
