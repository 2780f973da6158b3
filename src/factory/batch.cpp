#include "factory/batch.h"

#include "base/port/file.h"

#include <algorithm>
#include <filesystem>

namespace signet::factory {
namespace {

constexpr std::size_t unit_bytes_max = 64 * 1024;
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

Result<std::vector<std::string>> Batch::names(const std::string& foundry_folder) {
  const std::string folder = foundry_folder + "/batches";
  if (!file_exists(folder)) return std::vector<std::string>{};
  return stems(folder, "");
}

Status Batch::add(const std::string& unique_id, const std::string& jws) {
  return write_file_atomic(folder_ + "/" + unique_id + ".json", bytes_of(jws), 0600);
}

bool Batch::contains(const std::string& unique_id) const { return file_exists(folder_ + "/" + unique_id + ".json"); }

Result<std::vector<std::string>> Batch::unit_ids() const { return stems(folder_, ".json"); }

Result<std::string> Batch::manifest() const {
  std::string out = "[";
  for (const std::string& id : TRY(unit_ids())) {
    if (out.size() > 1) out += ",\n";
    out += text_of(TRY(read_file(folder_ + "/" + id + ".json", unit_bytes_max)));
  }
  if (out.size() == 1) return Error{Errc::not_found, "the batch holds no unit yet; personalise one first"};
  return out + "]\n";
}

}  // namespace signet::factory
